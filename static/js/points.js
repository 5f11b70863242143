// The points of the atlas: a tap on the chart shows the point's card, and in a set of points puts it
// in or takes it out. Both pages work without this, by their lists and forms.

import { mountChart } from "./face_chart.js";

const one = (selector, within = document) => within.querySelector(selector);
const data = (id) => JSON.parse(document.getElementById(id).textContent);
const [points, regions, marks] = ["chart-points", "chart-regions", "chart-marks"].map(data);
const keyOf = ({ code, side }) => `${code}:${side}`;

const atlas = one("[data-atlas]");
if (atlas) {
  const cards = new Map([...document.querySelectorAll("[data-all-points] [data-point-card]")].map((card) => [card.dataset.pointCard, card]));
  const chosen = one("[data-chosen]");
  const open = ({ code }) => {
    const card = cards.get(code);
    if (!card) return;
    one("[data-chosen-card]").replaceChildren(card.cloneNode(true));
    one("[data-chosen-words]").textContent = one("h3", card).textContent;
    chart.show({ marks, suggested: points.filter((point) => point.code === code).map(keyOf) });
    if (!matchMedia("(min-width: 64rem)").matches) chosen.scrollIntoView({ block: "nearest" });
  };
  const chart = mountChart(one("[data-face-chart]"), { points, regions, onToggle: open, onPlaceFree: () => {} });
  chosen.hidden = false;
  // A search without the script leads to the list of cards; that list is the chart's own with it.
  const isSearch = new URLSearchParams(location.search).get("q");
  one("[data-all-points]").hidden = !isSearch;
  if (isSearch) {
    chart.show({ marks, suggested: points.filter((point) => cards.has(point.code)).map(keyOf) });
  } else {
    chart.show({ marks });
    const wanted = location.hash.startsWith("#point-") && location.hash.slice(7);
    if (wanted) open({ code: wanted });
  }
}

const set = one("[data-set]");
if (set) {
  const field = one("[data-set-points]");
  const words = one("[data-fc-words]").dataset;
  const sides = { L: words.left, R: words.right, M: words.midline };
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");
  const named = (text) => points.filter((point) => point.aliases.some((alias) => fold(alias) === fold(text)));
  const read = (line) => {
    const found = named(line);
    if (found.length) return found.map(keyOf);
    const at = line.lastIndexOf(" ");
    const [name, last] = [line.slice(0, at), line.slice(at + 1).toLowerCase()];
    return named(name).filter(({ side }) => last === sides[side].toLowerCase() || last === side.toLowerCase()).map(keyOf);
  };
  const keys = () => [...new Set(field.value.split("\n").flatMap((line) => (line.trim() ? read(line.trim()) : [])))];
  const show = () => chart.show({ marks, suggested: keys() });
  const toggle = (point) => {
    const key = keyOf(point);
    const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const at = lines.findIndex((line) => read(line).includes(key));
    if (at < 0) lines.push(`${point.code} ${sides[point.side]}`);
    else lines.splice(at, 1, ...read(lines[at]).filter((each) => each !== key).map((each) => `${each.split(":")[0]} ${sides[each.split(":")[1]]}`));
    field.value = lines.join("\n");
    show();
  };
  const chart = mountChart(one("[data-face-chart]"), { points, regions, onToggle: toggle, onPlaceFree: () => {} });
  one("[data-set-chart]").hidden = false;
  field.addEventListener("input", show);
  show();
}
