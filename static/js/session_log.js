// What happened in a session, told from its actions: the same sums as treatments/session_log.py,
// so that the tablet shows at once what the server will say. Times are milliseconds.

const byMoment = (a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const clock = (actions) => {
  const stretches = [];
  const extra = {};
  let phase = null;
  let endedAt = null;
  const stop = (at) => {
    const last = stretches.at(-1);
    if (last && last.end === null) last.end = at;
  };
  for (const { kind, at, payload } of actions) {
    if (kind === "PHASE") {
      stop(at);
      phase = payload.phase;
      endedAt = null;
      stretches.push({ phase, start: at, end: null });
    } else if (kind === "PAUSE") {
      stop(at);
    } else if (kind === "RESUME" && phase && stretches.at(-1).end !== null) {
      endedAt = null;
      stretches.push({ phase, start: at, end: null });
    } else if (kind === "END" && phase && endedAt === null) {
      stop(at);
      endedAt = at;
    } else if (kind === "EXTEND") {
      extra[payload.phase] = (extra[payload.phase] || 0) + payload.minutes;
    }
  }
  return { phase, endedAt, stretches, extra, startedAt: stretches.length ? stretches[0].start : null };
};

const needlesOf = (actions) => {
  const placed = new Map();
  for (const action of actions) {
    if (action.kind === "PLACE" && !placed.has(action.payload.needle)) {
      const { needle, ...details } = action.payload;
      placed.set(needle, { needle, ...details, placedAt: action.at, removedAt: null, is_in: true });
    }
  }
  const remove = (one, at) => {
    if (!one.is_in) return;
    one.is_in = false;
    one.removedAt = Math.max(at, one.placedAt);
  };
  for (const { kind, at, payload } of actions) {
    const one = placed.get(payload.needle);
    if (kind === "ADJUST" && one) Object.assign(one, { ...payload, needle: one.needle });
    else if (kind === "REMOVE" && one) remove(one, at);
    else if (kind === "REMOVE_ALL") for (const each of placed.values()) if (each.placedAt <= at) remove(each, at);
  }
  return [...placed.values()];
};

const written = (actions) => {
  const found = { massage: {}, roller: {}, skipped: {}, notes: [], events: [], ratings: {}, words: {}, oilOffAt: null };
  const notes = new Map();
  const events = new Map();
  for (const { kind, at, payload } of actions) {
    if (kind === "MASSAGE") found.massage = payload;
    else if (kind === "ROLLER") found.roller = payload;
    else if (kind === "OIL_OFF") found.oilOffAt = at;
    else if (kind === "AFTERCARE") found.aftercare = payload.given;
    else if (kind === "SKIP") found.skipped[`${payload.phase}:${payload.area || ""}`] = payload.reason;
    else if (kind === "RATING") found.ratings[`${payload.scale}:${payload.of || ""}:${payload.by || ""}`] = payload.value;
    else if (kind === "WORDS") found.words[payload.part] = payload.text;
    else if (kind === "NOTE") notes.set(payload.note, { note: payload.note, at: notes.get(payload.note)?.at ?? at, text: payload.text });
    else if (kind === "EVENT") events.set(payload.event, { ...payload, noticedAt: events.get(payload.event)?.noticedAt ?? at });
  }
  found.notes = [...notes.values()].filter((note) => note.text);
  found.events = [...events.values()];
  return found;
};

/** Return the session that some actions make: {id, kind, at, payload}, in any order, any number of times. */
export const fold = (actions) => {
  const once = [...new Map(actions.map((action) => [action.id, action])).values()].sort(byMoment);
  const undone = new Set(once.filter((action) => action.kind === "UNDO").map((action) => action.payload.action));
  const valid = once.filter((action) => action.kind !== "UNDO" && !undone.has(action.id));
  const needles = needlesOf(valid);
  const out = needles.filter((needle) => !needle.is_in).length;
  const regions = {};
  for (const needle of needles) {
    const count = (regions[needle.region] ??= { in: 0, out: 0 });
    count.in += 1;
    if (!needle.is_in) count.out += 1;
  }
  return { ...clock(valid), ...written(valid), needles, regions, count: { in: needles.length, out, still: needles.length - out } };
};

/** Return how long the clock has run in a phase, in milliseconds. */
export const spent = (state, phase, now) =>
  state.stretches
    .filter((stretch) => stretch.phase === phase)
    .reduce((sum, { start, end }) => sum + Math.max((end ?? now) - start, 0), 0);

/** Whether the clock runs. */
export const running = (state) => state.stretches.length > 0 && state.stretches.at(-1).end === null;
