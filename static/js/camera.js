// Takes a photo with the device's camera behind the outline, and puts it into the form as a file.
// Without this file, or without a camera, the form's own file fields do.

const form = document.querySelector("form[data-camera]");
const dialog = form?.querySelector("dialog");
const video = dialog?.querySelector("video");
const trouble = dialog?.querySelector("[data-trouble]");
const stage = dialog?.querySelector(".ph-stage");
let card;
let stream;
let facing = "environment";

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = undefined;
  video.srcObject = null;
}

async function start() {
  stop();
  trouble.hidden = true;
  try {
    const wanted = { facingMode: facing, width: { ideal: 2560 }, height: { ideal: 1920 } };
    const got = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    if (!dialog.open) {
      got.getTracks().forEach((track) => track.stop());
      return;
    }
    stream = got;
    video.srcObject = stream;
    await video.play();
  } catch {
    trouble.hidden = false;
  }
}

function open(which) {
  card = which;
  dialog.querySelector("h2").textContent = card.querySelector("label").textContent;
  stage.querySelectorAll("img, svg").forEach((old) => old.remove());
  card.querySelectorAll(".ph-ghost, .ph-outline").forEach((part) => stage.append(part.cloneNode(true)));
  stage.classList.toggle("ph-mirrored", card.querySelector(".ph-stage").classList.contains("ph-mirrored"));
  dialog.showModal();
  start();
}

// The part of the picture that the stage shows: upright, three to four.
function draw() {
  const { videoWidth: width, videoHeight: height } = video;
  const shown = Math.min(width, (height * 3) / 4);
  const tall = (shown * 4) / 3;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(shown);
  canvas.height = Math.round(tall);
  canvas.getContext("2d").drawImage(video, (width - shown) / 2, (height - tall) / 2, shown, tall, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function take() {
  if (!stream || !video.videoWidth) return;
  const canvas = draw();
  canvas.toBlob((blob) => {
    const files = new DataTransfer();
    files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
    card.querySelector("input[type=file]").files = files.files;
    card.querySelector("canvas")?.remove();
    card.querySelector(".ph-stage").append(canvas);
    dialog.close();
  }, "image/jpeg", 0.92);
}

if (dialog && navigator.mediaDevices?.getUserMedia) {
  for (const one of form.querySelectorAll(".ph-card")) {
    const live = one.querySelector(".ph-live");
    live.hidden = false;
    live.addEventListener("click", () => open(one));
    one.querySelector("input[type=file]").addEventListener("change", () => one.querySelector("canvas")?.remove());
  }
  dialog.querySelector("[data-take]").addEventListener("click", take);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-turn]").addEventListener("click", () => {
    facing = facing === "environment" ? "user" : "environment";
    start();
  });
  dialog.addEventListener("close", () => {
    stop();
    card.querySelector(".ph-live").focus();
  });
}
