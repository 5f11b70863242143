// A signature is drawn with finger, pen or mouse, and sent as lines between points. Without this
// file the typed name is the signature.

for (const pad of document.querySelectorAll("[data-pad]")) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input[name=strokes]");
  const state = pad.querySelector("[role=status]");
  const clear = pad.querySelector("[data-clear]");
  const [width, height] = [Number(pad.dataset.width), Number(pad.dataset.height)];
  const context = canvas.getContext("2d");
  const most = 5500;
  let strokes = [];
  let drawing = null;

  const read = () => {
    try {
      return JSON.parse(field.value || "[]");
    } catch {
      return [];
    }
  };

  const paint = () => {
    const sharp = Math.min(devicePixelRatio || 1, 3);
    canvas.width = canvas.clientWidth * sharp;
    canvas.height = (canvas.clientWidth * height * sharp) / width;
    const scale = canvas.width / width;
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2.5 * sharp;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      for (const [x, y] of stroke) context.lineTo(x * scale, y * scale);
      if (stroke.length === 1) context.lineTo(stroke[0][0] * scale + 1, stroke[0][1] * scale);
      context.stroke();
    }
  };

  const tell = () => {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    state.textContent = strokes.length ? state.dataset.drawn : state.dataset.empty;
    clear.disabled = !strokes.length;
    paint();
  };

  const within = (value, end) => Math.max(0, Math.min(end, Math.round(value)));
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      within(((event.clientX - box.left) / box.width) * width, width),
      within(((event.clientY - box.top) / box.height) * height, height),
    ];
  };
  const full = () => strokes.length >= 110 || strokes.reduce((sum, stroke) => sum + stroke.length, 0) >= most;

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0 || full()) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    drawing = [point(event)];
    strokes.push(drawing);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing || !event.isPrimary || full()) return;
    const [x, y] = point(event);
    const [lastX, lastY] = drawing.at(-1);
    if (Math.hypot(x - lastX, y - lastY) < 2) return;
    drawing.push([x, y]);
    paint();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!drawing) return;
      drawing = null;
      tell();
    });
  }
  clear.addEventListener("click", () => {
    strokes = [];
    tell();
    canvas.scrollIntoView({ block: "nearest" });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  addEventListener("resize", paint);

  pad.hidden = false;
  strokes = read();
  tell();
}
