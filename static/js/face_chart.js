// The face chart: needles on the drawing and in a list, by tap, mouse or keyboard.
//
//   const chart = mountChart(element, { points, regions, onToggle, onPlaceFree });
//   chart.show({ needles, ghost, marks, suggested });
//
// `element` holds templates/treatments/_face_chart.html. The chart keeps no needle: it shows what it
// is given and says what was tapped; the caller decides what that means and calls `show` again.

const SVG = "http://www.w3.org/2000/svg";
const TAP = 44; // CSS pixels a target takes
const REACH = 26; // how far from a point, in CSS pixels, a finger may still mean it
const MOUSE_REACH = 11;
const MOST_ZOOM = 9;
const LEAST_ZOOM = 2.4;
const RING = 6;
const NEEDLE = 10;
const SIDES = { L: "left", R: "right", M: "midline" };
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");
const keyOf = ({ code, side }) => `${code}:${side}`;
const tenth = (value) => Math.round(value * 10) / 10;
const make = (name, attributes = {}, parent = null) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
};
const html = (name, className, text, parent) => {
  const element = document.createElement(name);
  if (name === "button") element.type = "button";
  if (className) element.className = className;
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
};

export function mountChart(element, { points, regions, onToggle, onPlaceFree }) {
  const part = (name) => element.querySelector(`[data-fc-${name}]`);
  const parts = (name) => [...element.querySelectorAll(`[data-fc-${name}]`)];
  const words = part("words").dataset;
  const stage = part("stage");
  const sheet = part("sheet");
  const byKey = new Map(points.map((point) => [keyOf(point), point]));
  const state = { needles: [], ghost: [], marks: {}, suggested: [] };
  let open = "FRONT";
  let site = null; // the button of the unnamed site that the next tap places
  let sought = "";

  // ---- What is said of a point, from the state alone.

  const facts = (key) => {
    const here = state.needles.filter((needle) => keyOf(needle) === key);
    return {
      all: here.length,
      inside: here.filter((needle) => needle.is_in).length,
      reacted: here.some((needle) => needle.reaction),
      before: state.ghost.some((needle) => keyOf(needle) === key),
      suggested: state.suggested.includes(key),
      mark: state.marks[key],
    };
  };
  const statusOf = (fact) => {
    const said = [];
    if (fact.inside > 1) said.push(`${fact.inside} ${words.in}`);
    else if (fact.inside) said.push(words.in);
    else if (fact.all) said.push(words.out);
    if (fact.reacted) said.push(words.reaction);
    if (fact.mark) said.push(fact.mark.level === "OFF" ? words.off : words.care);
    if (fact.before && !fact.all) said.push(words.before);
    if (fact.suggested && !fact.all) said.push(words.suggested);
    return said;
  };
  const sideWord = (side) => words[SIDES[side]];
  const titleOf = (item) => `${item.title ?? item.code} ${sideWord(item.side)}`;
  const labelOf = (item, fact) => [titleOf(item), ...statusOf(fact), ...(fact.mark?.why ? [fact.mark.why] : [])].join(", ");
  const classesOf = (fact) => ({
    "is-in": fact.inside > 0,
    "is-out": fact.all > 0 && !fact.inside,
    "has-reaction": fact.reacted,
    "was-before": fact.before,
    "is-suggested": fact.suggested,
    "is-off": fact.mark?.level === "OFF",
    "is-care": fact.mark?.level === "CARE",
  });
  const paint = (node, fact) => {
    for (const [name, is] of Object.entries(classesOf(fact))) node.classList.toggle(name, is);
  };

  const toggle = (item) => {
    const [x, y] = item.at ?? [null, null];
    onToggle({ code: item.code, side: item.side, region: item.region, view: item.view, x, y, ...(item.needle ? { needle: item.needle } : {}) });
  };

  // ---- The drawings.

  const views = new Map(parts("view").map((figure) => [figure.dataset.fcView, makeView(figure)]));

  function makeView(figure) {
    const name = figure.dataset.fcView;
    const svg = figure.querySelector("svg");
    const layer = figure.querySelector("[data-fc-points]");
    const home = svg.getAttribute("viewBox").split(" ").map(Number);
    layer.replaceChildren();
    const view = { name, figure, svg, layer, home, box: home, items: [], candidates: new Set() };
    for (const point of points) {
      const at = point.views[name];
      if (at) view.items.push({ ...point, key: keyOf(point), at, view: name, node: null });
    }
    view.items.sort((a, b) => a.at[1] - b.at[1] || a.at[0] - b.at[0]);
    for (const item of view.items) addNode(view, item);
    view.named = view.items.length;
    svg.addEventListener("click", (event) => tap(view, event));
    svg.addEventListener("pointerleave", () => say(null));
    return view;
  }

  function addNode(view, item) {
    const node = make("g", { class: "fc-pt", role: "button", tabindex: "-1", transform: `translate(${item.at[0]} ${item.at[1]})`, "data-key": item.key }, view.layer);
    for (const name of ["fc-hit", "fc-halo", "fc-ring"]) make("circle", { class: name }, node);
    make("path", { class: "fc-cross" }, node);
    make("text", { class: "fc-n" }, node);
    make("text", { class: "fc-label" }, node).textContent = item.code;
    node.addEventListener("focus", () => focused(view, item));
    node.addEventListener("blur", () => say(null));
    node.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && say(item));
    node.addEventListener("keydown", (event) => key(view, item, event));
    item.node = node;
  }

  // Needles at a site without a name stand where they were put, on that one drawing.
  function drawSites(view) {
    const hadFocus = document.activeElement?.dataset?.needle;
    for (const item of view.items.splice(view.named)) item.node.remove();
    for (const [list, isGhost] of [[state.ghost, true], [state.needles, false]]) {
      for (const needle of list) {
        if (needle.view !== view.name || needle.x === null || needle.x === undefined) continue;
        if (byKey.get(keyOf(needle))?.views[view.name]) continue;
        const item = { code: needle.code, title: needle.label || needle.code, side: needle.side, region: needle.region, at: [needle.x, needle.y], view: view.name, key: "", isGhost, needle: isGhost ? null : needle.needle, own: needle };
        addNode(view, item);
        if (isGhost) {
          item.node.removeAttribute("role");
          item.node.removeAttribute("tabindex");
          item.node.setAttribute("aria-hidden", "true");
        } else {
          item.node.dataset.needle = needle.needle;
        }
        view.items.push(item);
        if (hadFocus && hadFocus === needle.needle) item.node.focus({ preventScroll: true });
      }
    }
  }

  const factsOf = (item) =>
    item.own
      ? { all: item.isGhost ? 0 : 1, inside: !item.isGhost && item.own.is_in ? 1 : 0, reacted: Boolean(item.own.reaction), before: item.isGhost, suggested: false, mark: null }
      : facts(item.key);

  const scaleOf = (view) => {
    const { width, height } = view.svg.getBoundingClientRect();
    return Math.min(width / view.box[2], height / view.box[3]) || 1;
  };
  const isZoomed = (view) => view.box !== view.home;

  function drawView(view) {
    view.svg.setAttribute("viewBox", view.box.join(" "));
    const one = 1 / scaleOf(view); // a CSS pixel in the drawing's units
    const zoomed = isZoomed(view);
    view.figure.classList.toggle("is-zoomed", zoomed);
    for (const item of view.items) {
      const fact = factsOf(item);
      const [hit, halo, ring, cross, count, label] = item.node.children;
      const radius = (fact.all ? NEEDLE + (zoomed ? 3 : 0) : RING + (zoomed ? 3 : 0)) * one;
      paint(item.node, fact);
      item.node.classList.toggle("is-candidate", view.candidates.has(item));
      hit.setAttribute("r", (TAP / 2) * one);
      halo.setAttribute("r", radius + 4 * one);
      ring.setAttribute("r", radius);
      cross.setAttribute("d", `M${-radius} ${-radius}L${radius} ${radius}M${radius} ${-radius}L${-radius} ${radius}`);
      count.textContent = fact.all > 1 ? fact.inside || fact.all : "";
      count.setAttribute("font-size", 13 * one);
      count.setAttribute("y", 4.5 * one);
      label.setAttribute("font-size", 14 * one);
      label.setAttribute("x", radius + 5 * one);
      label.setAttribute("y", 5 * one);
      label.setAttribute("stroke-width", 4 * one);
      if (!item.isGhost) {
        item.node.setAttribute("aria-label", labelOf(item, fact));
        item.node.setAttribute("aria-pressed", String(fact.inside > 0));
      }
    }
    const reachable = view.items.filter((item) => !item.isGhost);
    if (reachable.length && !reachable.some((item) => item.node.tabIndex === 0)) reachable[0].node.setAttribute("tabindex", "0");
  }

  function draw() {
    for (const [name, view] of views) {
      view.figure.hidden = name !== open;
      if (name === open) drawView(view);
    }
    const view = views.get(open);
    for (const button of parts("open")) button.setAttribute("aria-pressed", String(button.dataset.fcOpen === open));
    part("whole").hidden = !isZoomed(view);
    stage.classList.toggle("is-aiming", Boolean(site));
  }

  // ---- Moving about.

  const say = (item) => {
    const fact = item && factsOf(item);
    part("here").textContent = item ? [item.name ? `${item.code} ${item.name}, ${sideWord(item.side)}` : titleOf(item), ...statusOf(fact), fact.mark?.why ?? ""].filter(Boolean).join(" · ") : "";
  };

  function focused(view, item) {
    for (const other of view.items) if (!other.isGhost) other.node.setAttribute("tabindex", other === item ? "0" : "-1");
    const [left, top, wide, high] = view.box;
    const [x, y] = item.at;
    if (isZoomed(view) && (x < left || y < top || x > left + wide || y > top + high)) {
      view.box = within(view, x, y, wide, high);
      draw();
    }
    say(item);
  }

  function key(view, item, event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      toggle(item);
      return;
    }
    const direction = DIRECTIONS[event.key];
    if (!direction) return;
    event.preventDefault();
    let best = null;
    let least = Infinity;
    for (const other of view.items) {
      if (other === item || other.isGhost) continue;
      const [dx, dy] = [other.at[0] - item.at[0], other.at[1] - item.at[1]];
      const along = dx * direction[0] + dy * direction[1];
      if (along <= 0.5) continue;
      const far = along + 2.2 * Math.abs(dx * direction[1] - dy * direction[0]);
      if (far < least) [least, best] = [far, other];
    }
    best?.node.focus({ preventScroll: true });
  }

  const within = (view, x, y, wide, high) => {
    const [left, top, w, h] = view.home;
    return [Math.min(Math.max(x - wide / 2, left), left + w - wide), Math.min(Math.max(y - high / 3.4, top), top + h - high), wide, high];
  };

  function zoomOut() {
    const view = views.get(open);
    view.box = view.home;
    closeSheet();
    draw();
  }

  // ---- Taps.

  const toDrawing = (view, event) => {
    const matrix = view.svg.getScreenCTM().inverse();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [tenth(at.x), tenth(at.y)];
  };

  // The points a tap may mean, the nearest first: all that a finger, or a mouse, may have wanted.
  function meant(view, [x, y], isTouch) {
    const scale = scaleOf(view);
    return view.items
      .filter((item) => !item.isGhost)
      .map((item) => ({ item, far: Math.hypot(item.at[0] - x, item.at[1] - y) * scale }))
      .filter(({ far }) => far <= (isTouch ? REACH : MOUSE_REACH))
      .sort((a, b) => a.far - b.far)
      .map(({ item }) => item);
  }

  function tap(view, event) {
    if (site) return placeFree(view, toDrawing(view, event), event);
    const isTouch = event.pointerType ? event.pointerType !== "mouse" : matchMedia("(pointer: coarse)").matches;
    const items = meant(view, toDrawing(view, event), isTouch);
    if (items.length === 1) {
      closeSheet();
      items[0].node.focus({ preventScroll: true });
      toggle(items[0]);
    } else if (items.length) {
      pick(view, items);
    }
    return undefined;
  }

  function pick(view, items) {
    const gaps = items.flatMap((a, i) => items.slice(i + 1).map((b) => Math.hypot(a.at[0] - b.at[0], a.at[1] - b.at[1])));
    const base = scaleOf({ ...view, box: view.home });
    const wanted = (2 * REACH) / Math.max(Math.min(...gaps), 1) / base;
    const factor = Math.min(Math.max(wanted, LEAST_ZOOM, view.home[2] / view.box[2]), MOST_ZOOM);
    const middle = [0, 1].map((axis) => items.reduce((sum, item) => sum + item.at[axis], 0) / items.length);
    view.box = within(view, ...middle, view.home[2] / factor, view.home[3] / factor);
    view.candidates = new Set(items);
    const list = part("options");
    list.replaceChildren();
    for (const item of items) {
      const button = html("button", "fc-option", "", html("li", "", "", list));
      html("b", "", `${item.title ?? item.code} ${sideWord(item.side)}`, button);
      html("span", "", [item.name, ...statusOf(factsOf(item))].filter(Boolean).join(" · "), button);
      button.addEventListener("click", () => {
        closeSheet();
        item.node.focus({ preventScroll: true });
        toggle(item);
      });
    }
    sheet.hidden = false;
    draw();
    list.querySelector("button").focus({ preventScroll: true });
  }

  function closeSheet() {
    if (sheet.hidden) return;
    const back = sheet.contains(document.activeElement) ? [...views.get(open).candidates][0] : null;
    sheet.hidden = true;
    views.get(open).candidates = new Set();
    back?.node.focus({ preventScroll: true });
    draw();
  }

  // ---- A spot without a name: a line, a scar, a tender place.

  const sideAt = (view, x) => {
    if (view.name !== "FRONT") return view.name === "LEFT" ? "L" : "R";
    const middle = view.home[0] + view.home[2] / 2;
    if (Math.abs(x - middle) < 8) return "M";
    return x > middle ? "L" : "R";
  };

  function placeFree(view, [x, y], event) {
    const under = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.dataset?.region).filter((region) => region && region in regions);
    const region = under.includes(site.dataset.region) ? site.dataset.region : (under[0] ?? site.dataset.region);
    const code = site.dataset.fcSite;
    aim(null);
    onPlaceFree({ code, region, side: sideAt(view, x), view: view.name, x, y });
  }

  function aim(button) {
    site = button;
    for (const each of parts("site")) each.setAttribute("aria-pressed", String(each === button));
    const choose = part("aim");
    if (choose) choose.hidden = !button;
    if (button && button.dataset.region in regions) part("region").value = button.dataset.region;
    draw();
  }

  // Without a tap: the middle of the area chosen, on the drawing that shows it.
  function placeChosen() {
    const [region, side] = [part("region").value, part("side").value];
    const code = site.dataset.fcSite;
    aim(null);
    for (const view of views.values()) {
      const drawn = [...view.svg.querySelectorAll(`[data-region="${region}"]`)];
      const area = drawn.find((each) => each.dataset.side === side) ?? drawn.find((each) => each.dataset.side === "midline" && (view.name === "FRONT" || side !== (view.name === "LEFT" ? "R" : "L")));
      if (!area) continue;
      const box = area.getAttribute("d").match(/-?\d+(\.\d+)?/g).map(Number);
      const [xs, ys] = [box.filter((_, i) => i % 2 === 0), box.filter((_, i) => i % 2 === 1)];
      const half = (list) => (Math.min(...list) + Math.max(...list)) / 2;
      let x = half(xs);
      if (view.name === "RIGHT") x = Number(view.figure.dataset.wide) - x;
      if (view.name === "FRONT" && area.dataset.side === "midline" && side !== "M") x += ((Math.max(...xs) - Math.min(...xs)) / 4) * (side === "L" ? 1 : -1);
      return onPlaceFree({ code, region, side, view: view.name, x: tenth(x), y: tenth(half(ys)) });
    }
    return onPlaceFree({ code, region, side, view: "BODY", x: null, y: null });
  }

  // ---- The list.

  const rows = [];
  const groups = [];
  function makeList() {
    const list = part("list");
    const inRegion = Map.groupBy ? Map.groupBy(points, (point) => point.region) : points.reduce((found, point) => found.set(point.region, [...(found.get(point.region) ?? []), point]), new Map());
    for (const [region, name] of Object.entries(regions)) {
      const here = inRegion.get(region);
      if (!here) continue;
      const group = html("div", "fc-group", "", list);
      const title = html("p", "fc-h", name, group);
      title.id = `fc-list-${region}`;
      const items = html("ul", "fc-rows", "", group);
      items.setAttribute("aria-labelledby", title.id);
      for (const point of here) {
        const button = html("button", "fc-row", "", html("li", "", "", items));
        html("b", "", `${point.code} ${sideWord(point.side)}`, button);
        html("span", "fc-name", point.name, button);
        const status = html("span", "fc-status", "", button);
        const view = Object.keys(point.views)[0] ?? "BODY";
        const item = { ...point, key: keyOf(point), view, at: point.views[view] };
        button.addEventListener("click", () => toggle(item));
        rows.push({ item, button, status, group, names: point.aliases.map(fold) });
      }
      groups.push(group);
    }
  }
  function drawList() {
    for (const { item, button, status, names } of rows) {
      const fact = facts(item.key);
      paint(button, fact);
      status.textContent = statusOf(fact).join(", ");
      button.setAttribute("aria-pressed", String(fact.inside > 0));
      if (fact.mark?.why) button.title = fact.mark.why;
      else button.removeAttribute("title");
      button.parentElement.hidden = !names.some((name) => name.includes(sought));
    }
    let found = 0;
    for (const group of groups) {
      const count = group.querySelectorAll("li:not([hidden])").length;
      group.hidden = !count;
      found += count;
    }
    part("none").hidden = found > 0;
  }

  // ---- Begin.

  element.classList.add("is-live");
  for (const hidden of parts("live")) hidden.hidden = false;
  for (const button of parts("open")) {
    button.addEventListener("click", () => {
      closeSheet();
      open = button.dataset.fcOpen;
      draw();
    });
  }
  for (const button of parts("site")) button.addEventListener("click", () => aim(button === site ? null : button));
  part("place")?.addEventListener("click", placeChosen);
  part("whole").addEventListener("click", zoomOut);
  part("cancel").addEventListener("click", zoomOut);
  part("search").addEventListener("input", (event) => {
    sought = fold(event.target.value);
    drawList();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (site) aim(null);
    else if (isZoomed(views.get(open)) || !sheet.hidden) zoomOut();
  });
  new ResizeObserver(() => draw()).observe(stage);
  makeList();
  const show = (given) => {
    Object.assign(state, { needles: [], ghost: [], marks: {}, suggested: [] }, given);
    for (const view of views.values()) drawSites(view);
    draw();
    drawList();
  };
  show({});
  return { show };
}
