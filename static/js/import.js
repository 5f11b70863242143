// While a file is worked on: shows how far it is, and the whole page once it is done.

const EVERY = 3000;

async function look() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-at-work]");
  const shown = document.querySelector("[data-at-work]");
  if (!fresh || !shown) {
    window.location.reload();
    return;
  }
  shown.querySelector("progress").value = fresh.querySelector("progress").value;
  shown.querySelector(".num").textContent = fresh.querySelector(".num").textContent;
}

window.setInterval(() => look().catch(() => {}), EVERY);
