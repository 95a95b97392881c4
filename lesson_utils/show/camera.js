// A camera in a cell, and a second way in for those without one. A frame goes to the kernel and nowhere else; the
// next one is sent when it has been answered, so no queue can build up. Nothing here keeps a picture.

const SIZE = 224; // pixels: what the networks look at
const BUSY = 3000, LOST = 30000; // milliseconds without an answer
const QUIET = 5000; // milliseconds after which we ask whether Python is there
const LOOK = 1500; // milliseconds for each of several photos
const LARGEST = 30e6; // bytes of one file
const PHOTO = /\.(jpe?g|png|webp|bmp|gif|tiff?|heic|heif|avif)$/i;

const REASONS = {
  NotAllowedError: "Browseren må ikke bruge kameraet: giv lov ved adresselinjen, og tryk på »Start kameraet« igen.",
  NotFoundError: "Der er intet kamera: vælg eller træk fotos hertil i stedet.",
  NotReadableError: "Et andet program bruger kameraet: luk det, og tryk på »Start kameraet« igen.",
  OverconstrainedError: "Det kamera er der ikke mere: vælg et andet.",
};
const RESTARTED = "Kernen er genstartet eller stoppet: kør cellen igen.";
const INSECURE = "Kameraet virker kun på en sikker adresse: åbn JupyterLab på http://localhost eller https.";

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Builds the camera in `el`. `ask()` says what to send with the next frame, or null for none now; `answered(message,
// buffers)` hears what the kernel says, and {kind: "live"} when the camera starts; `dropped(files)` takes what is
// dropped, if it is not to be shown. The returned `send` is for everything that is no frame.
function camera(model, el, { ask, answered, dropped = null }) {
  const video = make("video", { autoplay: true, muted: true, playsInline: true, ariaLabel: "Kameraets billede" });
  const overlay = make("canvas", { className: "lesson-overlay", width: SIZE, height: SIZE });
  const start = make("button", { textContent: "Start kameraet", className: "lesson-start" });
  const which = make("select", { title: "Kamera", hidden: true });
  which.setAttribute("aria-label", "Kamera");
  const mirrored = make("input", { type: "checkbox", checked: true });
  const said = make("p", { className: "lesson-said" });
  said.setAttribute("role", "status");
  const view = make("div", { className: "lesson-view" }, video, overlay);
  const bar = make("div", { className: "lesson-bar" }, start, which, make("label", {}, mirrored, " spejl"),
    ...chooser("Vælg fotos …", (list) => add(list)));
  el.append(bar, view, said);
  el.classList.add("lesson-camera");

  const cut = document.createElement("canvas");
  cut.width = cut.height = SIZE;
  let stream = null, starts = 0; // starting takes a while: only the last start counts
  let waiting = 0, heard = 0, pause = 0; // when a question was sent, an answer came, the next photo's turn is
  let queue = [], skipped = 0, gone = false, passing = false;

  function say(text, untilNext = false) {
    said.textContent = text;
    passing = untilNext; // the next answer wipes it away
  }

  function stop(text = "") {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    starts += 1;
    start.textContent = "Start kameraet";
    drawMap(overlay, null);
    if (window.lessonCamera === stop) window.lessonCamera = null;
    say(text);
  }

  // A restart may be over before anybody looks: the kernel tells of it, and this page's half of it is gone for good.
  const kernel = model.widget_manager?.kernel;
  let over = false;
  const changed = (_kernel, status) => {
    over ||= ["restarting", "autorestarting", "terminating", "dead"].includes(status);
    if (over && stream) stop(RESTARTED);
  };
  kernel?.statusChanged?.connect(changed);

  function pythonIsGone() {
    if (el.closest(".jupyter-widgets-disconnected")) return true;
    changed(kernel, model.widget_manager?.kernel?.status);
    return over || model.widget_manager?.kernel === null;
  }

  async function begin() {
    window.lessonCamera?.(window.lessonCamera === stop ? "" : "Kameraet er startet i en anden celle.");
    if (pythonIsGone()) return stop(RESTARTED);
    if (!navigator.mediaDevices) return stop(INSECURE);
    window.lessonCamera = stop;
    const mine = ++starts;
    const wish = which.value ? { deviceId: { exact: which.value } } : { facingMode: "environment" };
    let got;
    try {
      got = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, ...wish } });
    } catch (error) {
      if (mine !== starts) return;
      return stop(REASONS[error.name] ?? `Kameraet kunne ikke startes (${error.name}): vælg eller træk fotos hertil.`);
    }
    if (gone || mine !== starts) return got.getTracks().forEach((track) => track.stop());
    stream = got;
    stream.getVideoTracks()[0].onended = () => stop("Kameraet blev taget fra. Tryk på »Start kameraet« igen.");
    video.srcObject = stream;
    video.play().catch(() => {}); // it was stopped again
    heard = performance.now();
    start.textContent = "Stop kameraet";
    say("");
    answered({ kind: "live" }, []);
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

  // One thing at a time: first what was chosen or dropped, then the next frame. None while nobody sees the page.
  async function next() {
    if (waiting || gone || document.hidden || performance.now() < pause) return;
    const message = queue.length ? queue[0].message : stream && video.videoWidth ? ask() : null;
    if (!message) return;
    waiting = performance.now();
    try {
      const buffer = queue.length ? await queue.shift().file.arrayBuffer() : await frame();
      model.send(message, undefined, [buffer]);
    } catch (error) {
      waiting = 0;
      if (message.kind === "file") skip(`»${message.name}« kunne ikke læses (${error.name}).`);
    }
  }

  function skip(why) {
    skipped += 1;
    say(skipped === 1 ? why : `${skipped} filer er sprunget over. ${why}`);
  }

  // Photos to keep, where `about` says of which thing they are, or else to show, and then the camera makes way.
  function add(list, about = null) {
    if (!list.length) return;
    if (stream && !about) stop();
    if (!queue.length) skipped = 0;
    for (const file of list) {
      if (file.size > LARGEST) skip(`»${file.name}« er for stor: vælg fotos på højst 30 MB.`);
      else queue.push({ file, message: { kind: "file", name: file.name, ...about?.(file) } });
    }
    next();
  }

  function hear(message, buffers) {
    const file = message.of === "file", frame = message.kind === "answer" && !buffers.length;
    if (message.kind !== "said" && (message.kind !== "failed" || file || message.of === "frame")) waiting = 0;
    heard = performance.now();
    if (file) skip(message.said);
    else if (message.said) say(message.said, message.of === "frame");
    else if (passing) say("");
    if (frame && !stream) return; // it was stopped meanwhile
    answered(message, buffers);
    if (message.kind === "answer" && !frame && queue.length) pause = performance.now() + LOOK;
    setTimeout(next, 0);
  }

  const watch = setInterval(() => {
    const now = performance.now();
    if (document.hidden) waiting &&= now; // the time in which nobody looked does not count
    if (waiting && pythonIsGone()) waiting = 0; // nobody will answer that
    const since = waiting ? now - waiting : 0;
    if (stream && pythonIsGone()) stop(RESTARTED);
    else if (since > LOST) {
      waiting = 0;
      stop("Python har ikke svaret i et halvt minut. Er kernen genstartet, så kør cellen igen.");
    } else if (since > BUSY) say("Venter på svar: en anden celle regner.", true);
    if (!el.isConnected && stream) stop();
    next();
    if (stream && !waiting && !document.hidden && now - heard > QUIET) {
      waiting = now;
      model.send({ kind: "there" });
    }
  }, 250);

  start.onclick = () => (stream ? stop() : begin());
  which.onchange = () => { stop(); begin(); };
  mirrored.onchange = () => view.classList.toggle("lesson-mirrored", mirrored.checked);
  mirrored.onchange();
  takeDrops(el, dropped ?? ((list) => add(list)));
  for (const key of ["keydown", "keyup"]) // a letter typed here is no command of JupyterLab's; a clicker's keys are
    el.addEventListener(key, (event) => event.key.startsWith("Page") || event.stopPropagation());
  model.on("msg:custom", hear);

  return {
    bar, view, overlay, add, say,
    live: () => stream !== null,
    send: (message) => (pythonIsGone() ? say(RESTARTED) : model.send(message)),
    close() {
      gone = true;
      stop();
      clearInterval(watch);
      model.off("msg:custom", hear);
      kernel?.statusChanged?.disconnect(changed);
    },
  };
}

// A button that lets the user choose photos, or a whole folder, and gives them to `add`.
function chooser(text, add, webkitdirectory = false) {
  const files = make("input", { type: "file", multiple: true, accept: "image/*,.heic,.heif,.avif", hidden: true, webkitdirectory });
  files.onchange = () => { add([...files.files]); files.value = ""; };
  return [make("button", { textContent: text, onclick: () => files.click() }), files];
}

// Gives `add` the files that are dropped on an element, those of a folder too: each is then told where it lay.
function takeDrops(element, add) {
  async function within(entry) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      return [Object.assign(file, { lay: entry.fullPath })];
    }
    const reader = entry.createReader(), found = [];
    for (let some; (some = await new Promise((done, failed) => reader.readEntries(done, failed))).length; )
      for (const each of some) found.push(...(await within(each)));
    return found.filter((file) => PHOTO.test(file.name)); // what else lies in a folder is no mistake
  }
  element.ondragover = (event) => event.preventDefault();
  element.ondrop = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    if (!entries.every(Boolean)) return add([...event.dataTransfer.files]);
    add((await Promise.all(entries.map(within))).flat());
  };
}

// The folder in which a chosen or dropped file lay, or "" for one that was chosen by itself.
function folderOf(file) {
  return (file.webkitRelativePath || file.lay || "").split("/").at(-2) ?? "";
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
