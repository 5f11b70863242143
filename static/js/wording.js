// A message being written: its frame follows the words. Without this, a button shows them.

const form = document.querySelector("form[data-preview]");
const look = form?.querySelector("[formtarget]");
let waiting;

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(look), 500);
});
look?.addEventListener("click", () => {
  document.querySelector("iframe[name=preview]").scrollIntoView({ block: "nearest" });
});
form?.addEventListener("submit", () => clearTimeout(waiting));
