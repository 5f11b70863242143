// A treatment being written: the server adds its minutes up while they are typed.

document.documentElement.classList.add("js");
const form = document.querySelector("form[data-minutes]");
const sums = form?.querySelector("[data-sums]");
let waiting;
let asked = 0;

async function addUp() {
  const turn = ++asked;
  try {
    const answer = await fetch(form.dataset.minutes, { method: "POST", body: new FormData(form) });
    if (answer.ok && turn === asked) sums.innerHTML = await answer.text();
  } catch {
    // The sum stays as it was; saving says what is wrong.
  }
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(addUp, 250);
});
