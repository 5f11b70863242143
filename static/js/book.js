// The booking pages are whole without this file. It narrows, counts down, tells, and saves a tap.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (words, values) => words.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

// A form is sent once, however often its button is pressed. Coming back makes it fresh again.
for (const form of all("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of all("button").filter((button) => button.form === form)) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of all("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
}

// After a refused form, the reader starts at what has to be mended.
one("[data-focus]")?.focus();

// Only practitioners who can be had for the place and session chosen.
const people = one("[data-people]");
if (people) {
  const chosen = (name) => one(`[name=${name}]:checked, [name=${name}][type=hidden]`)?.value;
  const narrow = () => {
    const [place, session] = [chosen("location"), chosen("treatment")];
    for (const card of all("[data-works]", people)) {
      const fits = card.dataset.works.split(" ").some((pair) => {
        const [where, what] = pair.split(":");
        return (!place || where === place) && (!session || what === session);
      });
      card.hidden = !fits;
      card.classList.toggle("d-none", !fits);
      if (!fits && one("input", card).checked) one("input[value=any]", people).checked = true;
    }
  };
  document.addEventListener("change", narrow);
  narrow();
}

// The day that is shown stands in the middle of the strip.
const days = one("[data-days]");
const current = days && one("[aria-current]", days);
if (current) days.scrollLeft = current.offsetLeft - days.clientWidth / 2 + current.clientWidth / 2;

// The time picked, said again beside the button.
const picked = one("[data-picked]");
if (picked) {
  const tell = () => {
    const slot = one("input[name=at]:checked");
    if (!slot) return;
    picked.textContent = slot.dataset.span;
    one("[data-picked-day]").textContent = slot.dataset.day;
  };
  document.addEventListener("change", tell);
  tell();
}

// Where the device is, for the nights in which it is not written to.
for (const input of all("[data-own-zone]")) input.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// How far the device's clock is from the clinic's, where it is another one.
const zone = one("[data-zone]");
if (zone && zone.dataset.ahead) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const wall = (name) => Date.parse(new Date(zone.dataset.at).toLocaleString("sv-SE", { timeZone: name }).replace(" ", "T") + "Z");
  const minutes = (wall(own) - wall(zone.dataset.zone)) / 60000;
  if (minutes) {
    const line = one("[data-zone-line]", zone);
    const hours = fill(zone.dataset.hour, { count: Math.abs(minutes) / 60 });
    const city = own.split("/").pop().replaceAll("_", " ");
    line.textContent = fill(minutes > 0 ? zone.dataset.ahead : zone.dataset.behind, { city, hours });
    line.hidden = false;
  }
}

// "None of these" takes back the other ticks, and the other way round.
for (const ticks of all("[data-ticks]")) {
  ticks.addEventListener("change", (event) => {
    const alone = ["none", "unsure"];
    if (!event.target.checked || !event.target.closest(".tick > label")) return;
    for (const other of all(".tick > label > input", ticks)) {
      if (other !== event.target && (alone.includes(event.target.value) || alone.includes(other.value))) other.checked = false;
    }
  });
}

// The hold: counted from when the page came, spoken of at two minutes and at half a minute.
const hold = one("[data-hold]");
if (hold) {
  const [text, say, button] = ["[data-left]", "[data-say]", "[data-extend]"].map((selector) => one(selector, hold));
  let until = performance.now() + hold.dataset.hold * 1000;
  let before = Number(hold.dataset.hold);
  const show = () => {
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    const words = fill(hold.dataset.words, { minutes: Math.floor(left / 60), seconds: left % 60 });
    text.textContent = left ? words : hold.dataset.over;
    for (const mark of [120, 30]) if (before > mark && left <= mark && left) say.textContent = fill(hold.dataset.soon, { words: `${mark} s` });
    if (before && !left) say.textContent = hold.dataset.over;
    before = left;
  };
  show();
  setInterval(show, 1000);
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const answer = await fetch(button.formAction, { method: "POST", headers: { Accept: "application/json" } });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!answer.ok || !isJson) {
      text.textContent = hold.dataset.over;
      return;
    }
    const { seconds } = await answer.json();
    until = performance.now() + seconds * 1000;
    before = seconds;
    say.textContent = "";
    show();
  });
}
