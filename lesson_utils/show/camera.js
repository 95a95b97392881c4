// A camera in a cell, and a second way in for those without one. A frame goes to the kernel and nowhere else; the
// next one is sent when it has been answered, so no queue can build up. Nothing here keeps a picture.

const SIZE = 224; // pixels: what the networks look at
const BUSY = 3000, LOST = 30000; // milliseconds without an answer
const LARGEST = 30e6; // bytes of one file

const REASONS = {
  NotAllowedError: "Browseren må ikke bruge kameraet: giv lov ved adresselinjen, og tryk på »Start kameraet« igen.",
  NotFoundError: "Der er intet kamera: vælg eller træk fotos hertil i stedet.",
  NotReadableError: "Et andet program bruger kameraet: luk det, og tryk på »Start kameraet« igen.",
  OverconstrainedError: "Det kamera er der ikke mere: vælg et andet.",
};
const INSECURE = "Kameraet virker kun på en sikker adresse: åbn JupyterLab på http://localhost eller https.";

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Builds the camera in `el`. `ask()` says what to send with the next frame, or null for none now; `answered(message,
// buffers)` hears what the kernel says. The returned `send` is for everything that is no frame.
function camera(model, el, { ask, answered }) {
  const video = make("video", { autoplay: true, muted: true, playsInline: true });
  const overlay = make("canvas", { className: "lesson-overlay", width: SIZE, height: SIZE });
  const start = make("button", { textContent: "Start kameraet", className: "lesson-start" });
  const which = make("select", { title: "Kamera", hidden: true });
  which.setAttribute("aria-label", "Kamera");
  const mirrored = make("input", { type: "checkbox", checked: true });
  const files = make("input", { type: "file", multiple: true, accept: "image/*,.heic,.heif,.avif", hidden: true });
  const choose = make("button", { textContent: "Vælg fotos …", onclick: () => files.click() });
  const said = make("p", { className: "lesson-said" });
  said.setAttribute("role", "status");
  const view = make("div", { className: "lesson-view" }, video, overlay);
  const bar = make("div", { className: "lesson-bar" }, start, which, make("label", {}, mirrored, " spejl"), choose, files);
  el.append(bar, view, said);
  el.classList.add("lesson-camera");

  const cut = document.createElement("canvas");
  cut.width = cut.height = SIZE;
  let stream = null, waiting = 0, queue = [], gone = false, passing = false;

  function say(text, untilNext = false) {
    said.textContent = text;
    passing = untilNext; // the next answer wipes it away
  }

  function stop(text = "") {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    waiting = 0;
    start.textContent = "Start kameraet";
    if (window.lessonCamera === stop) window.lessonCamera = null;
    say(text);
  }

  async function begin() {
    window.lessonCamera?.("Kameraet er startet i en anden celle.");
    window.lessonCamera = stop;
    if (!navigator.mediaDevices) return stop(INSECURE);
    const wish = which.value ? { deviceId: { exact: which.value } } : { facingMode: "environment" };
    try {
      const got = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, ...wish } });
      if (gone || window.lessonCamera !== stop) return got.getTracks().forEach((track) => track.stop());
      stream = got;
    } catch (error) {
      return stop(REASONS[error.name] ?? `Kameraet kunne ikke startes (${error.name}): vælg eller træk fotos hertil.`);
    }
    stream.getVideoTracks()[0].onended = () => stop("Kameraet blev taget fra. Tryk på »Start kameraet« igen.");
    video.srcObject = stream;
    await video.play();
    start.textContent = "Stop kameraet";
    say("");
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.kind === "videoinput");
    which.replaceChildren(...cameras.map((each, k) => make("option", { value: each.deviceId, textContent: each.label || `Kamera ${k + 1}` })));
    which.value = stream?.getVideoTracks()[0].getSettings().deviceId ?? "";
    which.hidden = cameras.length < 2;
    next();
  }

  async function frame() {
    const side = Math.min(video.videoWidth, video.videoHeight);
    const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
    cut.getContext("2d").drawImage(video, left, top, side, side, 0, 0, SIZE, SIZE);
    const blob = await new Promise((done) => cut.toBlob(done, "image/jpeg", 0.9));
    return blob.arrayBuffer();
  }

  // One thing at a time: first what was chosen or dropped, then the next frame.
  async function next() {
    if (waiting || gone) return;
    const message = queue.length ? queue[0].message : stream && video.videoWidth ? ask() : null;
    if (!message) return;
    waiting = performance.now();
    try {
      const buffer = queue.length ? await queue.shift().file.arrayBuffer() : await frame();
      model.send(message, undefined, [buffer]);
    } catch (error) {
      waiting = 0;
      say(`Billedet kunne ikke læses (${error.name}).`);
    }
  }

  function add(list, message = {}) {
    for (const file of list) {
      if (file.size > LARGEST) say(`»${file.name}« er for stor: vælg fotos på højst 30 MB.`);
      else queue.push({ file, message: { kind: "file", name: file.name, ...message } });
    }
    next();
  }

  function hear(message, buffers) {
    if (message.said) say(message.said, message.kind === "failed");
    else if (passing) say("");
    if (message.kind !== "said") waiting = 0;
    answered(message, buffers);
    setTimeout(next, 0);
  }

  const watch = setInterval(() => {
    const since = waiting ? performance.now() - waiting : 0;
    if (since > LOST) stop("Python har ikke svaret i et halvt minut. Er kernen genstartet, så kør cellen igen.");
    else if (since > BUSY) say("Venter på svar: en anden celle regner.", true);
    if (!el.isConnected && stream) stop();
    next();
  }, 250);

  start.onclick = () => (stream ? stop() : begin());
  which.onchange = () => { stop(); begin(); };
  mirrored.onchange = () => view.classList.toggle("lesson-mirrored", mirrored.checked);
  mirrored.onchange();
  files.onchange = () => { add(files.files); files.value = ""; };
  el.ondragover = (event) => event.preventDefault();
  el.ondrop = (event) => { event.preventDefault(); add(event.dataTransfer.files); };
  for (const key of ["keydown", "keyup"]) // a letter typed here is no command of JupyterLab's
    el.addEventListener(key, (event) => event.stopPropagation());
  model.on("msg:custom", hear);

  return {
    bar, view, overlay, add, say,
    send: (message) => model.send(message),
    close() {
      gone = true;
      stop();
      clearInterval(watch);
      model.off("msg:custom", hear);
    },
  };
}

// Draws a small map (values -1..1, row by row) over the picture: orange where it speaks for, blue where against.
function drawMap(overlay, map) {
  const context = overlay.getContext("2d");
  context.clearRect(0, 0, SIZE, SIZE);
  if (!map) return;
  const small = new OffscreenCanvas(map[0].length, map.length), pixels = small.getContext("2d");
  const image = pixels.createImageData(small.width, small.height);
  map.flat().forEach((value, k) => {
    const colour = value > 0 ? [230, 110, 0] : [0, 90, 180];
    image.data.set([...colour, 170 * Math.min(1, Math.abs(value))], 4 * k);
  });
  pixels.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, SIZE, SIZE);
}

// Names with their shares as bars, the surest first.
function drawBars(list, bars) {
  list.replaceChildren(...bars.map(([name, share, text]) => {
    const bar = make("span", { className: "lesson-share" });
    bar.style.width = `${100 * share}%`;
    return make("li", {}, make("span", { className: "lesson-name", textContent: name }),
      make("span", { className: "lesson-track" }, bar), make("span", { textContent: text }));
  }));
}

// A picture that came from a file: the kernel hands its square back, since not every browser reads every format.
async function drawPicture(canvas, buffer) {
  const picture = await createImageBitmap(new Blob([buffer]));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
}
