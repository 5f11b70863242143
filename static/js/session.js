// The live session. It shows what the actions say (session_log.js) and writes new ones down
// (session_queue.js); every button here is a form that works by itself, only slower.

import { mountChart } from "./face_chart.js";
import { fold, running, spent } from "./session_log.js";
import { openLog } from "./session_queue.js";

const data = JSON.parse(document.getElementById("session-data").textContent);
const page = document.querySelector("[data-session]");
const find = (name) => page.querySelector(`[data-${name}]`);
const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
const MINUTE = 60000;
const words = data.words;
const points = new Map(data.points.map((point) => [`${point.code}:${point.side}`, point]));

const fill = (text, values) => Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`%(${name})s`, value), text);
const counted = (name, count) => fill(words[`${name}_${count === 1 ? "one" : "many"}`], { count });
const clock = (ms) => {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  return `${ms < 0 ? "+" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};
const timeOf = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: data.zone }).replace(/([ap])\.m\./, "$1m");
const setText = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

let state = fold(data.actions);
let undoable = [];
const cued = new Set();

const log = openLog({
  session: data.session, url: data.log_href, token, actions: data.actions, last: data.last, now: data.now,
  changed: () => { state = fold(log.all()); render(); },
  status: (word, waiting) => {
    const line = find("saved");
    line.dataset.saved = word;
    setText(line.querySelector("span"), fill(words[word], { count: waiting, time: timeOf(log.now()) }));
    if (word === "signed" && !waiting) location.reload();
    if (word === "saved") leave();
    else if (word !== "waiting") isLeaving = false;
    lock(word === "login");
  },
});

/* Whoever runs the session was logged out: nothing of the client shows, but for the count and the way
   to take every needle out, which are kept here until somebody has logged in again. */
const lock = (locked) => {
  const cover = page.querySelector("[data-lock]");
  if (cover.hidden === !locked) return;
  cover.hidden = !locked;
  for (const part of page.querySelectorAll(".ss-bar, .ss-main, .ss-foot")) part.inert = locked;
  if (locked) cover.querySelector("h2").focus();
};
find("lock-remove").addEventListener("click", () => write(["REMOVE_ALL", {}]));

const write = (...made) => {
  undoable = log.write(...made);
  find("undo").hidden = false;
};

/* Needles */

const standing = (code, side) => state.needles.filter((needle) => needle.is_in && needle.code === code && needle.side === side);
const markOf = ({ code, side, region }) => data.marks[`${code}:${side}`] || (points.has(`${code}:${side}`) ? undefined : data.region_marks[`${region}:${side}`]);
const nameOf = (needle) => (needle.label ? `${needle.code} ${needle.label}` : needle.code) + ` ${words.sides[needle.side]}`;
let usual = { box: data.usual_box };

const newNeedle = (spot, extra = {}) => {
  const place = {};
  for (const name of ["code", "side", "region", "view", "x", "y", "label"]) if (spot[name] != null && spot[name] !== "") place[name] = spot[name];
  return { needle: crypto.randomUUID(), ...place, ...(usual.box ? { box: usual.box } : {}), ...extra };
};
const place = (spot) => {
  const mark = markOf(spot);
  const needle = newNeedle(spot);
  if (mark) return openDetails({ ...needle, is_new: true }, mark);
  write(["PLACE", needle]);
};
const toggle = (spot) => {
  // Two sites without a name may share a code and a side: the one that was tapped is meant.
  const there = standing(spot.code, spot.side).filter((each) => !spot.needle || each.needle === spot.needle);
  if (there.length) write(["REMOVE", { needle: there.at(-1).needle }]);
  else place(spot);
};

const chart = mountChart(page.querySelector("[data-face-chart]"), {
  points: data.points, regions: data.regions, onToggle: toggle, onPlaceFree: place,
});

const dialog = find("details");
const form = find("details-form");
let edited = null;
const openDetails = (needle, mark) => {
  edited = needle;
  const point = points.get(`${needle.code}:${needle.side}`);
  setText(find("details-title"), nameOf(needle));
  setText(find("details-place"), point?.location || "");
  const flag = find("details-mark");
  flag.hidden = !mark;
  setText(flag, mark ? fill(mark.level === "OFF" ? words.off_today : words.care_today, { why: mark.why }) : "");
  find("details-reason").hidden = !mark;
  form.elements.reason.required = Boolean(mark);
  form.elements.reason.value = needle.reason || "";
  form.elements.depth_mm.value = needle.depth_mm ?? "";
  form.elements.box.value = needle.box || "";
  form.elements.note.value = needle.note || "";
  form.elements.all.checked = false;
  for (const name of ["angle", "layer", "response", "stimulation"]) {
    for (const radio of form.querySelectorAll(`[name=${name}]`)) radio.checked = radio.value === needle[name];
  }
  depthWords();
  dialog.showModal();
};
const depthWords = () => {
  const point = edited && points.get(`${edited.code}:${edited.side}`);
  const typed = Number(form.elements.depth_mm.value);
  const above = point?.warn_above_mm;
  const line = find("depth-words");
  const deep = above != null && form.elements.depth_mm.value !== "" && typed > above;
  line.classList.toggle("sf-rose", deep);
  setText(line, !point ? "" : deep ? fill(words.deep, { most: above }) : point.depth.length ? fill(words.usual, { from: point.depth[0], to: point.depth[1] }) : "");
};
/* What was said of one needle, for each of the others that doesn't say it yet. */
const likewise = ({ needle, reason, note, ...said }) =>
  state.needles
    .filter((other) => other.needle !== needle)
    .map((other) => [other, Object.entries(said).filter(([name]) => other[name] == null)])
    .filter(([, missing]) => missing.length)
    .map(([other, missing]) => ["ADJUST", { needle: other.needle, ...Object.fromEntries(missing) }]);
form.elements.depth_mm.addEventListener("input", depthWords);
form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "keep" || !edited) return;
  const said = { needle: edited.needle };
  for (const name of ["angle", "layer", "response", "stimulation", "box", "note", "reason"]) {
    const value = new FormData(form).get(name);
    if (value) said[name] = value;
  }
  if (form.elements.depth_mm.value !== "") said.depth_mm = Number(form.elements.depth_mm.value);
  if (said.box) usual = { ...usual, box: said.box };
  const { is_new, ...needle } = edited;
  const made = [is_new ? ["PLACE", { ...needle, ...said }] : ["ADJUST", said]];
  if (form.elements.all.checked) made.push(...likewise(said));
  write(...made);
  edited = null;
});

find("same")?.addEventListener("click", () => {
  const again = data.ghost
    .filter((needle) => !standing(needle.code, needle.side).length && markOf(needle)?.level !== "OFF")
    .map((needle) => ["PLACE", newNeedle(needle, {
      ...Object.fromEntries(["depth_mm", "angle", "layer"].filter((name) => needle[name] != null).map((name) => [name, needle[name]])),
      ...(markOf(needle) ? { reason: words.as_last_time } : {}),
    })]);
  if (again.length) write(...again);
  setText(find("same-words"), fill(words.placed, { count: again.length }));
});
find("undo").addEventListener("click", () => {
  const back = undoable.map((action) => ["UNDO", { action }]);
  undoable = [];
  find("undo").hidden = true;
  if (back.length) log.write(...back);
});
find("set").addEventListener("change", (event) => { suggested = data.sets[event.target.value] || []; render(); });
let suggested = [];

/* Forms become actions */

const onSubmit = (target, act) => target?.closest("form").addEventListener("submit", (event) => {
  if (target.getAttribute("aria-disabled") === "true") { event.preventDefault(); return; }
  if (act() !== false) event.preventDefault();
});
const order = data.planned.map((one) => one.phase);
const following = () => (state.phase === null ? order[0] : order[order.indexOf(state.phase) + 1]);
onSubmit(find("go"), () => { const next = following(); if (next) write(["PHASE", { phase: next }]); else write(["END", {}]); });
onSubmit(find("pause"), () => write([running(state) ? "PAUSE" : "RESUME", {}]));
onSubmit(find("extend"), () => { if (state.phase) write(["EXTEND", { phase: state.phase, minutes: 5 }]); });
onSubmit(find("remove-all"), () => write(["REMOVE_ALL", {}]));
onSubmit(find("oil"), () => write(["OIL_OFF", {}]));
/* The time for the paper is no part of the treatment: the clock stops, and its last action is sent
   before the page is left. */
let isLeaving = false;
const leave = () => { if (isLeaving && !log.waiting()) location.assign(data.finish_href); };
onSubmit(find("finish"), () => {
  isLeaving = true;
  if (state.phase && !state.endedAt) write(["END", {}]);
  leave();
});
onSubmit(find("stop"), () => write(["END", { early: words.early }]));
const keepNote = (text) => { if (text.trim()) write(["NOTE", { note: crypto.randomUUID(), text: text.trim() }]); };
find("note-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const box = find("note-form").elements.text;
  keepNote(box.value);
  box.value = "";
});
for (const chip of page.querySelectorAll("[data-quick]")) chip.addEventListener("click", () => keepNote(chip.dataset.quick));
/* Whoever works in an area that is to be left out says why. */
const askWhy = (work) => {
  const why = work.querySelector("[data-despite]");
  if (!why) return;
  const isOff = Boolean(work.querySelector("[data-off]:checked"));
  why.hidden = !isOff;
  work.elements.reason.required = isOff;
};
for (const work of page.querySelectorAll("[data-work-form]")) {
  work.addEventListener("input", () => { work.dataset.typed = "yes"; askWhy(work); });
  work.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = new FormData(work);
    const said = { areas: typed.getAll("areas"), strokes: typed.getAll("strokes") };
    for (const name of ["tool", "product", "note"]) if (typed.get(name)) said[name] = typed.get(name);
    if (work.elements.cold) said.cold = work.elements.cold.checked;
    if (work.querySelector("[data-off]:checked")) {
      said.reason = work.elements.reason.value.trim();
      if (!said.reason) { work.elements.reason.value = ""; work.reportValidity(); return; }
    }
    delete work.dataset.typed;
    write([work.dataset.workForm, said]);
    work.closest("details").open = false;
  });
}
/* What another tablet said of the massage or the roller, unless something is being typed here. */
const fillWork = (work) => {
  if (!work.dataset.typed) {
    const said = state[work.dataset.workForm.toLowerCase()];
    for (const name of ["areas", "strokes"]) for (const box of work.querySelectorAll(`[name=${name}]`)) box.checked = (said[name] || []).includes(box.value);
    for (const name of ["tool", "product", "note", "reason"]) if (work.elements[name]) work.elements[name].value = said[name] || "";
    if (work.elements.cold) work.elements.cold.checked = Boolean(said.cold);
  }
  askWhy(work);
};
for (const skip of page.querySelectorAll("[data-skip-form]")) {
  skip.addEventListener("submit", (event) => {
    event.preventDefault();
    const { area, reason } = skip.elements;
    if (!reason.value.trim()) return;
    write(["SKIP", { phase: skip.dataset.skipForm, reason: reason.value.trim(), ...(area.value ? { area: area.value } : {}) }]);
    reason.value = "";
  });
}
const takeBackSkip = (phase, area) => {
  const made = log.all().filter(({ kind, payload }) => kind === "SKIP" && payload.phase === phase && (payload.area || "") === area);
  log.write(...made.map((action) => ["UNDO", { action: action.id }]));
};
const eventForm = find("event-form");
eventForm.elements.what.addEventListener("change", () => { eventForm.elements.grade.value = eventForm.elements.what.selectedOptions[0].dataset.grade; });
eventForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = new FormData(eventForm);
  const said = { event: crypto.randomUUID(), what: typed.get("what"), grade: typed.get("grade"), told: typed.get("told") === "yes" };
  for (const name of ["where", "action"]) if (typed.get(name)) said[name] = typed.get(name);
  write(["EVENT", said]);
  eventForm.reset();
  find("event").open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog") || event.metaKey || event.ctrlKey || event.altKey) return;
  const key = { n: "go", p: "pause", z: "undo" }[event.key];
  if (key && !find(key).hidden) { event.preventDefault(); find(key).click(); }
});

/* What is shown */

const line = (text, ...rest) => {
  const item = document.createElement("li");
  item.className = "row-b py-1";
  const said = document.createElement("span");
  said.append(text);
  item.append(said, ...rest);
  return item;
};
const button = (text, label, act, quiet = "btn-quiet") => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn ${quiet} btn-sm`;
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
};
const needleLine = (needle) => {
  const name = nameOf(needle);
  const details = button(words.details, `${words.details}: ${name}`, () => openDetails(needle, markOf(needle)), "btn-ghost");
  const group = document.createElement("span");
  group.className = "row-c";
  group.append(details);
  if (needle.is_in) group.append(button(words.out_now, `${name}: ${words.out_now}`, () => write(["REMOVE", { needle: needle.needle }])));
  else { const out = document.createElement("span"); out.className = "muted t-sm"; out.textContent = words.out; group.append(out); }
  const depth = needle.depth_mm != null ? `, ${needle.depth_mm} mm` : "";
  return line(name + depth, group);
};

const onChart = (needle) => ({ ...needle, label: needle.label || needle.code, reaction: needle.reaction || "" });
let drawn = "";
const render = () => {
  chart.show({ needles: state.needles.map(onChart), ghost: data.ghost.map(onChart), marks: data.marks, suggested });
  setText(find("count-in"), String(state.count.in));
  setText(find("count-out"), String(state.count.out));
  setText(find("count-still"), String(state.count.still));
  for (const tally of page.querySelectorAll("[data-tally]")) setText(tally, fill(words.tally, { in: state.count.in, out: state.count.out, still: state.count.still }));
  setText(find("regions"), Object.entries(state.regions).map(([region, count]) => fill(words.region, { region: data.regions[region] || region, in: count.in, still: count.in - count.out })).join(" · "));
  find("why").hidden = state.count.still === 0;
  find("remove-all").hidden = state.count.still === 0;
  setText(find("why-words"), counted("still", state.count.still));
  const shown = JSON.stringify(state.needles);
  if (shown !== drawn) {
    drawn = shown;
    const focused = document.activeElement?.getAttribute("aria-label");
    find("needles").replaceChildren(...state.needles.toSorted((a, b) => Number(b.is_in) - Number(a.is_in)).map(needleLine));
    if (focused && document.activeElement === document.body) find("needles").querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }
  find("notes").replaceChildren(...state.notes.map((note) => line(`${timeOf(note.at)} ${note.text}`, button("×", `${words.remove}: ${note.text}`, () => write(["NOTE", { note: note.note, text: "" }]), "btn-ghost btn-icon"))));
  find("events").replaceChildren(...state.events.map((event) => line(`${timeOf(event.noticedAt)} ${data.events[event.what] || event.what}`)));
  setText(find("event-words"), state.events.length ? String(state.events.length) : "");
  setText(find("oil-words"), state.oilOffAt ? fill(words.oil_off, { time: timeOf(state.oilOffAt) }) : words.oil_on);
  for (const work of page.querySelectorAll("[data-work-form]")) fillWork(work);
  for (const kind of ["massage", "roller"]) {
    const where = page.querySelector(`[data-work="${kind.toUpperCase()}"] [data-work-words]`);
    setText(where, state[kind].areas ? counted("areas", state[kind].areas.length) : "");
  }
  for (const skip of page.querySelectorAll("[data-skip-form]")) {
    const phase = skip.dataset.skipForm;
    const left = Object.entries(state.skipped).filter(([key]) => key.startsWith(`${phase}:`));
    skip.querySelector("[data-left]").replaceChildren(...left.map(([key, reason]) => {
      const area = key.slice(phase.length + 1);
      const name = [...skip.elements.area.options].find((option) => option.value === area)?.textContent || area;
      return line(`${name}: ${reason}`, button("×", `${words.remove}: ${name}`, () => takeBackSkip(phase, area), "btn-ghost btn-icon"));
    }));
  }
  tick();
};

const tick = () => {
  const now = log.now();
  const current = data.planned.find((one) => one.phase === state.phase);
  let total = 0;
  for (const one of data.planned) {
    const used = spent(state, one.phase, now);
    total += used;
    const row = page.querySelector(`.ss-ph[data-phase="${one.phase}"]`);
    setText(row.querySelector("[data-spent]"), fill(words.spent, { spent: clock(used), planned: one.minutes + (state.extra[one.phase] || 0) }));
    if (one.phase === state.phase && !state.endedAt) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  }
  const planned = current ? (current.minutes + (state.extra[current.phase] || 0)) * MINUTE : 0;
  const left = current ? planned - spent(state, current.phase, now) : 0;
  setText(find("phase-name"), state.endedAt ? words.ended : current ? current.name : words.not_begun);
  setText(find("time"), current ? clock(left) : "0:00");
  find("time").classList.toggle("is-over", left < 0);
  setText(find("of"), current ? counted(left < 0 ? "over" : "of", planned / MINUTE) : "");
  const share = planned ? Math.min(Math.max(1 - left / planned, 0), 1) * 100 : 0;
  find("hand").setAttribute("stroke-dasharray", `${share.toFixed(1)} 100`);
  find("ring").dataset.phase = state.phase || "";
  const next = following();
  const go = find("go");
  go.hidden = Boolean(state.endedAt);
  setText(go, next ? fill(state.phase ? words.next : words.begin, { phase: data.planned.find((one) => one.phase === next).name }) : words.end);
  go.setAttribute("aria-disabled", String(state.phase === "NEEDLING" && state.count.still > 0));
  find("pause").hidden = !state.phase;
  find("stop").hidden = !state.phase || Boolean(state.endedAt);
  setText(find("pause"), running(state) ? words.pause : words.resume);
  find("extend").hidden = !state.phase || Boolean(state.endedAt);
  setText(find("total"), fill(words.total, { spent: Math.floor(total / MINUTE), planned: data.planned.reduce((sum, one) => sum + one.minutes, 0) }));
  alertOf(now, current, left, planned, total);
};

const alertOf = (now, current, left, planned, total) => {
  const said = [];
  const longest = state.needles.filter((needle) => needle.is_in).reduce((most, needle) => Math.max(most, now - needle.placedAt), 0);
  if (longest > data.retention * MINUTE) said.push(counted("retained", Math.floor(longest / MINUTE)));
  if (current && running(state) && left <= 2 * MINUTE && left > 0) {
    said.push(fill(words.soon, { phase: current.name }));
    if (!cued.has(current.phase + planned)) { cued.add(current.phase + planned); navigator.vibrate?.(200); }
  }
  const rest = data.planned.reduce((sum, one) => sum + (one.minutes + (state.extra[one.phase] || 0)) * MINUTE, 0) - total;
  if (data.next && state.startedAt && !state.endedAt && now + rest > data.next.at) said.push(fill(words.late, { time: data.next.words }));
  const box = find("alert");
  box.hidden = !said.length;
  setText(box, said.join(" "));
};

// What waits on this tablet since before the page was loaded is there at once.
state = fold(log.all());
render();
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
page.dataset.live = "yes";
