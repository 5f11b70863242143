// The intake form. It works without this; with it, questions that don't apply are out of the way,
// the face can be tapped, and what is typed is saved while it is typed.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = one("[data-intake]");

for (const element of all("[data-focus]").slice(0, 1)) element.focus();

// A form is sent once.
for (const each of all("form[data-once]")) {
  each.addEventListener("submit", (event) => {
    if (each.dataset.sent) event.preventDefault();
    each.dataset.sent = "1";
    for (const button of all("button", each)) button.setAttribute("aria-busy", "true");
  });
}

if (form) {
  // What the answer to a question holds: values chosen, or concerns ticked on the map.
  const holds = (name) => {
    const ticked = all("input:checked", form);
    if (name === "q-concern_map") {
      return ticked.filter((input) => input.closest(".spot-tick")).map((input) => input.name.split("-")[3]);
    }
    return ticked.filter((input) => input.name === name).map((input) => input.value);
  };
  const conditions = () => {
    for (const ask of all("[data-if]", form)) {
      const values = holds(ask.dataset.if);
      const any = ask.dataset.any.split(" ").filter(Boolean);
      const none = ask.dataset.none.split(" ").filter(Boolean);
      ask.hidden = !((!any.length || any.some((each) => values.includes(each))) && !none.some((each) => values.includes(each)));
      one("[data-if-words]", ask).hidden = true;
    }
  };

  // "None" takes back the other ticks, and the other way round.
  const nones = (input) => {
    const ticks = input.closest("[data-ticks]");
    if (!ticks || !input.checked) return;
    for (const other of all("input", ticks)) {
      if (other !== input && (input.value === "none" || other.value === "none")) other.checked = false;
    }
  };
  const rows = (input) => {
    const row = input.closest("[data-rows]");
    if (!row || !input.value) return;
    for (const none of all(`[data-none-of="${row.dataset.rows}"]`, form)) none.checked = false;
  };

  // The map: a tap opens the region's place in the list; ticks colour the face and narrow the ranks.
  const map = () => {
    const zones = all("[data-zone]", form);
    if (!zones.length) return;
    for (const zone of zones) {
      const count = all(".spot-tick input:checked", zone).length;
      const tag = one("[data-count]", zone);
      tag.textContent = count;
      tag.hidden = !count;
      for (const region of all(`[data-zone-link="${zone.dataset.zone}"] .region`, form)) region.classList.toggle("is-concern", count > 0);
    }
    const chosen = new Set(holds("q-concern_map"));
    for (const option of all('select[name^="q-top3-"] option', form)) {
      const wanted = !option.value || !chosen.size || chosen.has(option.value) || option.selected;
      option.hidden = !wanted;
      option.disabled = !wanted;
    }
  };
  for (const link of all("[data-zone-link]", form)) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const zone = one(`#map-${link.dataset.zoneLink}`, form);
      zone.open = true;
      zone.scrollIntoView({ block: "center" });
      one("summary", zone).focus();
    });
  }

  // Rest with "No", without a round trip.
  for (const button of all("[data-rest]", form)) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const names = new Set(all(`input[type=radio][name^="${button.dataset.rest}-"]`, form).map((input) => input.name));
      for (const name of names) {
        const inputs = all(`input[name="${name}"]`, form);
        if (!inputs.some((input) => input.checked)) inputs.find((input) => input.value === "no").checked = true;
      }
      form.dispatchEvent(new Event("change"));
    });
  }

  // Saving while somebody types: a little after they stop, and when they go elsewhere.
  const status = one("[data-saved]");
  let timer = 0;
  let isDirty = false;
  let isLeaving = false;
  let last = Promise.resolve();
  const save = () => {
    clearTimeout(timer);
    if (!isDirty || isLeaving) return;
    isDirty = false;
    last = last.then(async () => {
      try {
        const answer = await fetch(form.action || location.pathname, {
          method: "POST",
          body: new URLSearchParams(new FormData(form)),
          headers: { Accept: "application/json" },
          keepalive: true,
        });
        if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error("not saved");
        const said = await answer.json();
        // Another device was here: the page from the server shows what both typed.
        if (said.look && !isDirty) return location.reload();
        if (!said.look) form.elements.revision.value = said.revision;
        form.elements.draft.value = said.draft;
        status.textContent = status.dataset.words.replace("%(at)s", said.saved);
      } catch {
        isDirty = true;
        status.textContent = status.dataset.unsaved;
      }
    });
  };
  const changed = () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  };
  form.addEventListener("input", (event) => {
    rows(event.target);
    changed();
  });
  form.addEventListener("change", (event) => {
    if (event.target !== form) nones(event.target);
    conditions();
    map();
    changed();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  // The page's own POST brings all of it: wait for a save that is under way, so that it is no rival.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (isLeaving) return;
    event.preventDefault();
    isLeaving = true;
    const button = event.submitter;
    // Not while this submit is still being dealt with: browsers ignore one inside another.
    last.finally(() => setTimeout(() => form.requestSubmit(button)));
  });
  window.addEventListener("pageshow", () => (isLeaving = false));
  if (form.dataset.at) document.getElementById(form.dataset.at)?.scrollIntoView({ block: "center" });
  conditions();
  map();
}
