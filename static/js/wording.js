// A message being written: its frame follows the words. Without this, a button shows them.

const form = document.querySelector("form[data-preview]");
const look = form?.querySelector("[formtarget]");
const count = form?.querySelector("[data-count]");
let waiting;
let asked = 0;

async function measure() {
  const turn = ++asked;
  const typed = new FormData(form);
  typed.set("part", "count");
  try {
    const answer = await fetch(look.formAction, { method: "POST", body: typed });
    if (turn === asked) count.innerHTML = answer.ok ? await answer.text() : "";
  } catch {
    // It is measured again with the next word, or when the words are saved.
  }
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    form.requestSubmit(look);
    measure();
  }, 500);
});
look?.addEventListener("click", () => {
  document.querySelector("iframe[name=preview]").scrollIntoView({ block: "nearest" });
});
form?.addEventListener("submit", () => clearTimeout(waiting));
