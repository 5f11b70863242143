// What is written down in a session leaves the tablet when it can, and each action counts once. It
// waits on the tablet until the server has it: over a reload, a sleep, or a morning without network.

const WAIT = [1000, 2000, 5000, 10000, 20000];
const POLL = 5000;

/**
 * Keep a session's actions in step with the server.
 *
 * session: its id. url: where its log is. token: for posts. actions: those the page came with;
 * last: the number of the newest. clock: server's time less ours, in ms. changed(): something is
 * new. status(word): "saved", "waiting", "offline", "signed" or "login".
 */
export const openLog = ({ session, url, token, actions, last, now, changed, status }) => {
  const key = `session:${session}`;
  const known = new Map(actions.map((action) => [action.id, action]));
  let newest = last;
  let offset = now - Date.now();
  let pending = [];
  let failures = 0;
  let timer = 0;
  let busy = false;
  let over = false;

  try { pending = JSON.parse(localStorage.getItem(key) || "[]"); } catch { pending = []; }
  pending = pending.filter((action) => !known.has(action.id));

  const store = () => {
    if (pending.length) localStorage.setItem(key, JSON.stringify(pending));
    else localStorage.removeItem(key);
  };
  const serverNow = () => Date.now() + offset;
  const all = () => [...known.values(), ...pending];

  const exchange = async () => {
    if (busy || over) return;
    busy = true;
    clearTimeout(timer);
    const sending = pending.slice(0, 200);
    try {
      const sentAt = Date.now();
      const answer = await fetch(`${url}?after=${newest}`, {
        method: sending.length ? "POST" : "GET",
        headers: sending.length ? { "Content-Type": "application/json", "X-CSRFToken": token } : { "X-Background": "yes" },
        body: sending.length ? JSON.stringify({ actions: sending }) : undefined,
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) throw Object.assign(new Error(), { word: "login" });
      if (answer.status === 409) { over = true; status("signed", pending.length); return; }
      if (!answer.ok) throw Object.assign(new Error(), { word: answer.status === 422 ? "refused" : "offline" });
      const said = await answer.json();
      offset = said.now - (sentAt + Date.now()) / 2;
      const fresh = said.actions.filter((action) => !known.has(action.id));
      for (const action of said.actions) known.set(action.id, action);
      newest = said.last;
      pending = pending.filter((action) => !known.has(action.id));
      store();
      failures = 0;
      if (fresh.length || sending.length) changed();
      status(pending.length ? "waiting" : "saved", pending.length);
    } catch (problem) {
      failures += 1;
      status(problem.word || "offline", pending.length);
    } finally {
      busy = false;
      if (!over) {
        const pause = failures ? WAIT[Math.min(failures, WAIT.length) - 1] : pending.length ? 0 : POLL;
        timer = setTimeout(exchange, pause);
      }
    }
  };

  for (const event of ["online", "focus"]) window.addEventListener(event, exchange);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) exchange(); });
  // At once: what this tablet sent a moment ago may be newer than the page.
  timer = setTimeout(exchange, 0);

  return {
    all,
    now: serverNow,
    waiting: () => pending.length,
    /** Write actions down, each [kind, payload]; return their ids. */
    write(...made) {
      const at = Math.round(serverNow());
      const added = made.map(([kind, payload], number) => ({ id: crypto.randomUUID(), kind, at: at + number, payload }));
      pending.push(...added);
      store();
      changed();
      status("waiting", pending.length);
      exchange();
      return added.map((action) => action.id);
    },
  };
};
