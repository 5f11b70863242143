// Two photos over each other with a slider. Without this file they stand side by side.

for (const pair of document.querySelectorAll("[data-compare]")) {
  const slide = pair.querySelector(".cmp-slide");
  const range = slide.querySelector("input");
  const show = () => pair.style.setProperty("--at", `${range.value}%`);
  pair.classList.add("cmp-on");
  slide.hidden = false;
  pair.querySelector(".cmp-knob").hidden = false;
  range.addEventListener("input", show);
  show();
}
