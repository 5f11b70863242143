/* The desk's day, quicker: panels without a new page, finding while typing, and keys. Every link
   and form here also works by itself. */
(() => {
  "use strict";
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const panel = document.getElementById("panel");
  const calendar = document.querySelector("[data-calendar]");
  const find = document.querySelector("[data-find]");
  const found = document.getElementById("found");
  const words = document.querySelector("[data-found-words]");
  const store = window.sessionStorage;

  /* The place in the day, kept over a reload; else the hour that is now. */
  const remember = () => calendar && store.setItem("desk-scroll", `${location.search}|${calendar.scrollTop}|${calendar.scrollLeft}`);
  /* A visit that stands open is in sight. */
  const show = (card) => {
    if (!calendar || !card) return;
    const seen = calendar.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const head = 80;
    if (box.top < seen.top + head || box.bottom > seen.bottom) calendar.scrollTop += box.top - seen.top - calendar.clientHeight / 3;
    if (box.left < seen.left || box.right > seen.right) calendar.scrollLeft += box.left - seen.left - head;
  };
  if (calendar) {
    const [, top, left] = (store.getItem("desk-scroll") || "").split("|");
    const now = document.querySelector("[data-now]");
    if (desk.classList.contains("has-panel") && top) { calendar.scrollTop = +top; calendar.scrollLeft = +left; }
    else if (now) calendar.scrollTop = Math.max(0, now.offsetTop - calendar.clientHeight / 3);
    show(document.querySelector(".ev[aria-current]"));
    calendar.addEventListener("scroll", remember, { passive: true });
  }

  /* Panels */
  let opener = null;
  let asked = 0;
  const focusIn = (box) => {
    const target = box.querySelector("[data-book]") || box.querySelector("[data-focus]") || box.querySelector("h2");
    if (target) target.focus({ preventScroll: false });
  };
  const mark = (href) => {
    for (const card of document.querySelectorAll(".ev")) {
      if (card.getAttribute("href") === href) { card.setAttribute("aria-current", "true"); show(card); }
      else card.removeAttribute("aria-current");
    }
  };
  const put = (html, href) => {
    panel.innerHTML = html;
    panel.hidden = false;
    desk.classList.add("has-panel");
    mark(new URL(href, location.href).pathname);
    focusIn(panel);
  };
  const load = async (href, options = {}) => {
    const turn = ++asked;
    try {
      const answer = await fetch(href, { ...options, headers: { "X-Fragment": "panel" }, credentials: "same-origin" });
      if (answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("text/html")) throw new Error("elsewhere");
      const html = await answer.text();
      if (turn !== asked) return;
      if (/<html/i.test(html)) throw new Error("a page of its own");
      put(html, href);
      if (!options.method) history.pushState({ panel: href }, "", href);
    } catch (problem) {
      if (!options.method) location.assign(href);
      else throw problem;
    }
  };
  const close = () => {
    if (panel.hidden) return;
    asked += 1;
    panel.hidden = true;
    panel.textContent = "";
    desk.classList.remove("has-panel");
    mark("");
    history.pushState({}, "", desk.dataset.desk);
    if (opener && opener.isConnected) opener.focus();
    else if (calendar) calendar.focus();
  };
  window.addEventListener("popstate", () => location.reload());

  const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !plain(event)) return;
    if (link.matches("[data-close]")) { event.preventDefault(); close(); return; }
    if (!link.matches("[data-panel]")) return;
    event.preventDefault();
    if (!panel.contains(link) && !found.contains(link)) opener = link;
    hush();
    load(link.href);
  });

  /* A second press of a button changes nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-panel-form]")) {
      event.preventDefault();
      const asks = new URLSearchParams(new FormData(form));
      load(`${form.getAttribute("action")}?${asks}`);
      return;
    }
    if (form.matches("[data-look]") && (!event.submitter || event.submitter.name === "look")) {
      event.preventDefault();
      look(form);
      return;
    }
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    remember();
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
  const look = (form, keep) => {
    const typed = new FormData(form);
    typed.set("look", "1");
    load(form.action, { method: "POST", body: new URLSearchParams(typed) })
      .then(() => { const back = keep && document.getElementById(keep); if (back) back.focus(); })
      .catch(() => { form.dataset.sent = ""; form.submit(); });
  };
  /* Whom the booking is for, found while typing. */
  let typing = 0;
  const fits = async (field) => {
    const form = field.form;
    const typed = new FormData(form);
    typed.set("look", "1");
    typed.delete("client");
    const text = field.value;
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(typed), headers: { "X-Fragment": "panel" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const box = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-clients]");
    const here = form.querySelector("[data-clients]");
    if (box && here && field.isConnected && field.value === text) here.replaceChildren(...box.childNodes);
  };
  document.addEventListener("input", (event) => {
    if (event.target.id !== "q" || !event.target.closest("[data-look]")) return;
    clearTimeout(typing);
    if (event.target.value.trim().length > 1) typing = setTimeout(() => fits(event.target).catch(() => {}), 150);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-look-on]")) {
      const form = event.target.form;
      for (const radio of form.querySelectorAll("[name=at]")) radio.checked = radio.value === "other" && radio.checked;
      look(form, event.target.id);
    }
    if (event.target.closest("[data-pick]") && event.target.matches("select")) event.target.form.requestSubmit();
  });

  /* Finding while typing */
  const input = find && find.querySelector("input[type=search]");
  let waitingFor = 0;
  let enter = false;
  const hush = () => { if (found) { found.hidden = true; found.textContent = ""; words.textContent = ""; enter = false; } };
  const options = () => [...found.querySelectorAll("[data-result]")];
  const seek = async () => {
    const text = input.value.trim();
    const turn = ++waitingFor;
    if (text.length < 2) { hush(); return; }
    const asks = new URLSearchParams(new FormData(find));
    try {
      const answer = await fetch(`${find.getAttribute("action")}?${asks}`, { headers: { "X-Fragment": "panel" }, credentials: "same-origin" });
      const html = await answer.text();
      if (turn !== waitingFor || answer.redirected) return;
      found.innerHTML = html;
      for (const one of found.querySelectorAll("[autofocus]")) one.removeAttribute("autofocus");
      found.hidden = false;
      const results = options();
      words.textContent = found.querySelector("[data-found] p, [data-found] li") ? found.querySelectorAll(".sr").length + " " + (input.dataset.words || "") : "";
      if (enter && results.length) results[0].click();
    } catch (problem) { hush(); }
  };
  if (input) {
    let timer = 0;
    input.addEventListener("input", () => { enter = false; clearTimeout(timer); timer = setTimeout(seek, 120); });
    find.addEventListener("submit", (event) => {
      if (input.value.trim().length < 2) return;
      event.preventDefault();
      const results = options();
      if (!found.hidden && results.length) results[0].click();
      else { enter = true; clearTimeout(timer); seek(); }
    });
    find.addEventListener("keydown", (event) => {
      const results = options();
      const at = results.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && results.length) { event.preventDefault(); results[Math.min(at + 1, results.length - 1)].focus(); }
      if (event.key === "ArrowUp" && results.length) { event.preventDefault(); if (at <= 0) input.focus(); else results[at - 1].focus(); }
      if (event.key === "Escape") { event.stopPropagation(); hush(); input.value = ""; input.blur(); }
    });
    document.addEventListener("click", (event) => { if (!find.contains(event.target)) hush(); });
  }

  /* Keys: single ones do nothing in a field, and can be switched off. */
  const keys = document.querySelector("[data-keys]");
  const switchOn = keys && keys.querySelector("[data-keys-on]");
  if (keys) {
    keys.classList.add("on");
    switchOn.checked = window.localStorage.getItem("desk-keys") !== "off";
    switchOn.addEventListener("change", () => window.localStorage.setItem("desk-keys", switchOn.checked ? "on" : "off"));
  }
  const press = (selector) => { const link = document.querySelector(selector); if (link) link.click(); return !!link; };
  const cards = () => [...document.querySelectorAll(".pcol")].map((column) => [...column.querySelectorAll(".ev, .free-at.first .free")]);
  const walk = (key) => {
    const columns = cards();
    const here = document.activeElement;
    const x = columns.findIndex((column) => column.includes(here));
    if (x < 0) {
      const first = columns.flat()[0];
      if (first && (here === document.body || here === calendar)) { first.focus(); return true; }
      return false;
    }
    const y = columns[x].indexOf(here);
    if (key === "ArrowUp" || key === "ArrowDown") {
      const next = columns[x][y + (key === "ArrowDown" ? 1 : -1)];
      if (next) next.focus();
      return true;
    }
    const top = here.getBoundingClientRect().top;
    const step = key === "ArrowRight" ? 1 : -1;
    for (let to = x + step; to >= 0 && to < columns.length; to += step) {
      if (!columns[to].length) continue;
      const near = (card) => Math.abs(card.getBoundingClientRect().top - top);
      columns[to].reduce((best, card) => (near(card) < near(best) ? card : best)).focus();
      break;
    }
    return true;
  };
  const SINGLE = {
    "/": () => { if (!input) return false; input.focus(); input.select(); return true; },
    n: () => press("[data-new]"),
    t: () => press("[data-today]"),
    "[": () => press("a[rel=prev]"),
    "]": () => press("a[rel=next]"),
    m: () => {
      if (!panel.hidden && press("#panel [data-move]")) return true;
      const card = document.activeElement.closest(".ev");
      if (card) { opener = card; load(`${card.getAttribute("href")}move/`); }
      return !!card;
    },
    "?": () => { keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); return true; },
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (keys && keys.open) { keys.open = false; return; }
      close();
      return;
    }
    const field = document.activeElement;
    if (field && (field.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName))) return;
    if (event.key.startsWith("Arrow")) { if (!panel.contains(field) && walk(event.key)) event.preventDefault(); return; }
    if (switchOn && !switchOn.checked) return;
    if (SINGLE[event.key] && SINGLE[event.key]()) event.preventDefault();
  });

  /* What was done a moment ago: eight seconds, longer while somebody is at it. */
  for (const toast of document.querySelectorAll("[data-toast]")) {
    let timer = 0;
    const rest = () => { timer = setTimeout(() => toast.remove(), 8000); };
    const stay = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stay);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, () => { stay(); rest(); });
    rest();
  }
  if (!panel.hidden && !document.querySelector("[autofocus]")) focusIn(panel);
})();
