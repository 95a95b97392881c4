// The loupe: a network from photo to names, one map, one number, and the way from a name back to a pixel. The kernel
// computes what is asked for and keeps it; here is only what is drawn. Nothing moves by itself.

const SHOWN = 34; // pixels: a map in the whole network, before it is zoomed
const DIGITS = 7; // numbers a side: a patch up to this size is written out
const OWN_KEYS = ["PageUp", "PageDown", "Tab"]; // these go on to the page: a clicker moves the slides

const SENTENCES = {
  input: "Pixlens farve, normaliseret.",
  conv: "Patch gange vægte, lagt sammen over kanalerne.",
  fc: "Alle tal fra laget før gange hver sin vægt, lagt sammen.",
  maxpool: "Det største tal i vinduet vinder.",
  mean: "Gennemsnittet af feature map'et.",
  lrn: "Kanalens tal delt med noget, der vokser med naboernes kvadrater.",
  concat: "Grenenes kanaler ligger efter hinanden: tallet kommer uændret fra sin gren.",
  add: "Det, der gik ind i blokken, lagt sammen med det, den fandt.",
  softmax: "Andelen er e^logit delt med summen for alle klasser.",
  evidence: "Klassens vægte gange feature maps: det, pladsen bidrager med.",
};
const TOTALS = { lrn: "sum af kvadraterne", softmax: "sum af e^(logit − største logit)" };

function make(tag, properties = {}, ...children) {
  const { label, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (label) element.setAttribute("aria-label", label);
  element.append(...children.filter((child) => child !== null));
  return element;
}

// A number as a Danish reader expects it: 0,834 · 12,35 · 1.250 · 1,5 · 10^−7
function danish(value) {
  const size = Math.abs(value);
  if (size > 0 && (size < 5e-4 || size >= 1e6)) {
    const [digits, power] = value.toExponential(1).split("e");
    return `${digits.replace(".", ",")} · 10^${Number(power)}`.replaceAll("-", "−");
  }
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const text = new Intl.NumberFormat("da-DK", options).format(value).replace("-", "−");
  return /^−[0,]*$/.test(text) ? text.slice(1) : text;
}

const percent = (share) => {
  const options = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat("da-DK", options).format(100 * share)} %`;
};
const isDark = () => document.body.dataset.jpThemeLight === "false";

// Zero is the paper's colour; orange is above, blue below: told apart with every form of colour blindness.
function colour(share) {
  const dark = isDark(), t = Math.min(1, Math.abs(share)) ** 0.7;
  const zero = dark ? [24, 24, 24] : [255, 255, 255];
  const end = share > 0 ? (dark ? [255, 166, 48] : [190, 82, 0]) : dark ? [96, 182, 255] : [0, 84, 164];
  return zero.map((from, k) => Math.round(from + t * (end[k] - from)));
}

const ink = ([red, green, blue]) => (0.213 * red + 0.715 * green + 0.072 * blue > 130 ? "#000" : "#fff");

// A map of whole numbers -127..127, row by row.
function paint(canvas, values, height, width) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  const table = Array.from({ length: 255 }, (_, k) => colour((k - 127) / 127));
  values.forEach((value, k) => image.data.set([...table[value + 127], 255], 4 * k));
  context.putImageData(image, 0, 0);
  return canvas;
}

function frame(box, [top, left, bottom, right], height, width) {
  Object.assign(box.style, {
    top: `${(100 * top) / height}%`, left: `${(100 * left) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`, width: `${(100 * (right - left)) / width}%`,
  });
  return box;
}

function render({ model, el }) {
  const trail = make("nav", { className: "loupe-trail", label: "Vejen hertil" });
  const said = make("p", { className: "loupe-said" });
  said.setAttribute("role", "status");
  const stage = make("div", { className: "loupe-stage" });
  el.append(trail, said, stage);
  el.classList.add("lesson-loupe", "jupyter-widgets");
  el.dataset.lmSuppressShortcuts = "true"; // a key pressed here is no command of JupyterLab's

  let whole = null, photo = null, zoom = 1;
  let steps = [], at = -1; // the trail, and where on it we are (-1: the whole network)
  let waiting = false, next = null, now = null, chosen = 0, cell = [0, 0], focus = "map";

  const maps = new Map(); // the last maps that were sent: at most 40, so the memory stays

  const className = (layer, channel) => (whole.named.includes(layer) ? whole.classes[channel] : undefined);

  function ask(step) {
    if (waiting) return (next = step);
    waiting = true;
    el.setAttribute("aria-busy", "true");
    model.send({ kind: "number", has: maps.has(`${step.layer} ${step.channel}`), ...step });
  }

  function go(step, replace = false) {
    steps = [...steps.slice(0, replace ? Math.max(at, 0) : at + 1), step];
    at = steps.length - 1;
    ask(step);
  }

  function walk(to) {
    at = Math.max(-1, Math.min(steps.length - 1, to));
    if (at < 0) showWhole();
    else ask(steps[at]);
  }

  function hear(message, buffers) {
    if (message.kind === "whole") {
      whole = message;
      photo = new Blob([buffers[1]]);
      whole.maps = new Int8Array(buffers[0].buffer ?? buffers[0], buffers[0].byteOffset ?? 0);
      return showWhole();
    }
    waiting = false;
    el.removeAttribute("aria-busy");
    if (next) {
      const step = next;
      next = null;
      return ask(step);
    }
    if (message.kind === "failed") return (said.textContent = message.said);
    if (at < 0) return;
    const key = `${message.layer} ${message.channel}`;
    const bytes = (buffer) => buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
    if (buffers[2]?.byteLength) maps.set(key, new Int8Array(bytes(buffers[2])));
    if (maps.size > 40) maps.delete(maps.keys().next().value);
    now = { ...message, numbers: new Float32Array(bytes(buffers[0])), thumbs: new Int8Array(bytes(buffers[1])), map: maps.get(key) };
    steps[at] = { layer: message.layer, channel: message.channel, place: message.place };
    chosen = Math.min(chosen, now.inputs.length - 1);
    cell = now.inputs[chosen].heaviest;
    showNumber();
  }

  // Where we came from, and how to get back: both ways along the trail.
  function showTrail() {
    const step = (text, k) => {
      const button = make("button", { textContent: text, onclick: () => walk(k) });
      if (k === at) button.setAttribute("aria-current", "step");
      return button;
    };
    const move = (text, label, by) => make("button", { textContent: text, label, onclick: () => walk(at + by), disabled: at + by < -1 || at + by >= steps.length });
    const names = steps.map((each, k) => step(`${each.layer} ${className(each.layer, each.channel) ?? each.channel}`, k));
    const first = Math.max(0, Math.min(at - 2, names.length - 5));
    trail.replaceChildren(move("◀", "Et skridt tilbage", -1), move("▶", "Et skridt frem", 1), step("hele netværket", -1),
      ...(first ? [make("span", { textContent: "…" })] : []), ...names.slice(first, first + 5));
  }

  function showWhole() {
    const had = el.contains(document.activeElement);
    at = -1;
    now = null;
    showTrail();
    const size = (more) => () => { zoom = Math.max(0.6, Math.min(4, zoom * more)); showWhole(); };
    const bar = make("div", { className: "loupe-bar" },
      make("button", { textContent: "−", label: "Mindre", onclick: size(1 / 1.4) }),
      make("button", { textContent: "+", label: "Større", onclick: size(1.4) }),
      make("span", { textContent: "orange: over nul · blå: under nul · én skala i hvert lag" }));
    const columns = whole.columns.map((column) => make("div", { className: "loupe-column" },
      make("strong", { textContent: column.title }),
      ...column.groups.map(group)));
    const scroll = make("div", { className: "loupe-whole" }, ...columns);
    stage.replaceChildren(bar, scroll);
    said.textContent = `${whole.title}: vælg et feature map eller et navn.`;
    const first = scroll.querySelector("button");
    first.tabIndex = 0;
    scroll.onkeydown = (event) => rove(event, scroll);
    if (had) first.focus({ preventScroll: true });
  }

  function group(each) {
    const [height, width] = each.size, area = height * width;
    const buttons = each.channels.map((channel, k) => {
      const values = whole.maps.subarray(each.start + k * area, each.start + (k + 1) * area);
      const name = className(each.layer, channel);
      const shown = each.layer === "foto" ? pictured() : paint(make("canvas"), values, height, width);
      shown.style.width = shown.style.height = `${SHOWN * zoom * (each.layer === "foto" ? 3 : 1)}px`;
      const label = `${each.layer}, ${name ?? `kanal ${channel}`}${each.shares ? `, ${percent(each.shares[k])}` : ""}`;
      const text = name ? make("span", { textContent: each.shares ? `${name} ${percent(each.shares[k])}` : name }) : null;
      return make("button", { className: "loupe-map", label, title: label, tabIndex: -1, onclick: () => go({ layer: each.layer, channel, place: null }) }, shown, text);
    });
    const more = each.shape[0] - each.channels.length;
    return make("div", { className: each.branch ? "loupe-group loupe-branch" : "loupe-group" },
      make("small", { textContent: each.branch ? each.layer.split(".").at(-1) : each.shape.filter((side) => side > 1).map(danishWhole).join(" x ") }), ...buttons,
      make("small", { textContent: more > 0 && each.layer !== "foto" ? `+ ${danishWhole(more)}` : "" }));
  }

  const danishWhole = (count) => new Intl.NumberFormat("da-DK").format(count);

  function pictured() {
    const canvas = make("canvas", { width: whole.side[1], height: whole.side[0] });
    createImageBitmap(photo).then((picture) => {
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
    });
    return canvas;
  }

  // One of the maps has the keyboard; the arrows move to the nearest one that way.
  function rove(event, scroll) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const middle = (button) => { const box = button.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
    const [x, y] = middle(document.activeElement);
    let best = null, least = Infinity;
    for (const button of scroll.querySelectorAll("button")) {
      const [right, down] = middle(button).map((each, k) => each - [x, y][k]);
      const ahead = right * way[0] + down * way[1], aside = Math.abs(right * way[1]) + Math.abs(down * way[0]);
      if (ahead > 4 && ahead + 3 * aside < least) [best, least] = [button, ahead + 3 * aside];
    }
    if (!best) return;
    document.activeElement.tabIndex = -1;
    best.tabIndex = 0;
    best.focus();
  }

  // What a number is the sum of. `numbers` holds patch and weights of each input drawn, one after the other.
  function showNumber() {
    const had = el.contains(document.activeElement); // else the keyboard is somewhere else, and stays there
    showTrail();
    const title = `${now.layer}, ${now.name}`;
    const where = now.shape[1] * now.shape[2] > 1 ? ` · række ${now.place[0]}, kolonne ${now.place[1]}` : "";
    said.textContent = `${title}${where}: ${danish(now.value)}${now.kind === "softmax" ? ` = ${percent(now.value)}` : ""}. ${geometry()}${SENTENCES[now.kind]}`;
    const [top, left, bottom, right] = now.field;
    const seen = `ser ${bottom - top} x ${right - left} pixler`;
    const outline = frame(make("span", { className: "loupe-field" }), now.field, ...whole.side);
    const pictures = make("div", { className: "loupe-pictures" },
      make("figure", {}, make("div", { className: "loupe-picture" }, pictured(), outline), make("figcaption", { textContent: seen })));
    if (now.map && now.shape[1] * now.shape[2] > 1) pictures.append(bigMap());
    const channel = make("input", { type: "number", min: 0, max: now.shape[0] - 1, value: now.channel, label: "Kanal" });
    channel.onchange = () => go({ layer: now.layer, channel: Math.max(0, Math.min(now.shape[0] - 1, Math.round(Number(channel.value)))), place: now.place }, true);
    pictures.append(make("label", { className: "loupe-channel" }, "kanal ", channel, ` af ${danishWhole(now.shape[0])}`));
    stage.replaceChildren(make("div", { className: "loupe-number" }, pictures, make("div", {}, sum(), detail())), code());
    if (had) (stage.querySelector(`[data-focus="${focus}"]`) ?? stage.querySelector("[data-focus]"))?.focus({ preventScroll: true });
  }

  // How a filter or a window lies: its size, its stride, and the channels of its group.
  function geometry() {
    if (!["conv", "maxpool"].includes(now.kind)) return "";
    const told = `${now.patch.join("x")}, skridtlængde ${[now.stride].flat()[0]}`;
    const [first, last] = now.reads, channels = first === last ? first : `${first} til ${last}`;
    return now.groups === 1 ? `${told}. ` : `${told}, ${danishWhole(now.groups)} grupper: kanal ${channels}. `;
  }

  // What happens to the sum: »batch norm: · 0,467 − 0,004«.
  function does(step) {
    if (step.factor === null) return step.name;
    const factor = step.factor === 1 ? "" : `· ${danish(step.factor)} `;
    return `${step.name}: ${factor}${step.term < 0 ? "−" : "+"} ${danish(Math.abs(step.term))}`;
  }

  function bigMap() {
    const [, height, width] = now.shape;
    const canvas = paint(make("canvas"), now.map, ...now.size);
    const here = frame(make("span", { className: "loupe-here" }), [now.place[0], now.place[1], now.place[0] + 1, now.place[1] + 1], height, width);
    const box = make("div", { className: "loupe-picture", tabIndex: 0, label: `Feature map for ${now.layer}, ${now.name}: pilene vælger plads` }, canvas, here);
    box.setAttribute("role", "application");
    box.dataset.focus = "map";
    const place = (event) => {
      const { left, top, width: wide, height: high } = box.getBoundingClientRect();
      return [Math.floor(((event.clientY - top) / high) * height), Math.floor(((event.clientX - left) / wide) * width)]
        .map((each, k) => Math.max(0, Math.min(now.shape[k + 1] - 1, each)));
    };
    box.onpointermove = (event) => { const to = place(event); if (String(to) !== String(steps[at]?.place)) move(to); };
    box.onkeydown = (event) => {
      const by = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      if (by) move(now.place.map((each, k) => Math.max(0, Math.min(now.shape[k + 1] - 1, each + by[k]))));
      if (event.key === "Enter") follow(chosen, ...now.inputs[chosen].heaviest);
    };
    return make("figure", {}, box, make("figcaption", { textContent: `${height} x ${width} pladser` }));
  }

  function move(place) {
    focus = "map";
    steps[at] = { layer: now.layer, channel: now.channel, place };
    steps = steps.slice(0, at + 1);
    ask(steps[at]);
  }

  // Where does a number of a patch come from? One layer back.
  function follow(k, row, column) {
    if (!now.inputs[k].layer) return;
    const place = [now.corner[0] + row, now.corner[1] + column];
    focus = "map";
    chosen = 0;
    go({ layer: now.inputs[k].layer, channel: now.inputs[k].channel, place });
  }

  // The inputs that give most, the rest as one line, and what happens to their sum.
  function sum() {
    const most = Math.max(...now.inputs.map((each) => Math.abs(each.gives)), 1e-9), area = now.patch[0] * now.patch[1];
    const rows = now.inputs.map((each, k) => {
      const bar = make("span", { className: each.gives < 0 ? "loupe-bar-below" : "loupe-bar-above" });
      bar.style.width = `${(40 * Math.abs(each.gives)) / most}px`;
      const picture = each.size ? make("span", { className: "loupe-picture loupe-small" }, paint(make("canvas"), now.thumbs.subarray(each.start, each.start + each.size[0] * each.size[1]), ...each.size),
        frame(make("span", { className: "loupe-here" }), [now.corner[0], now.corner[1], now.corner[0] + now.patch[0], now.corner[1] + now.patch[1]], ...each.of)) : null;
      const weights = now.weighted && area > 1 ? paint(make("canvas", { className: "loupe-kernel" }), scaled(k, 1), ...now.patch) : null;
      const single = area === 1 ? `${danish(number(k, 0, 0))}${now.weighted ? ` · ${danish(number(k, 1, 0))}` : ""}` : "";
      const button = make("button", { className: "loupe-input", label: `${each.name} giver ${danish(each.gives)}` },
        picture, weights, make("span", { textContent: each.name }), make("span", { textContent: single }), make("b", { textContent: danish(each.gives) }), bar);
      button.dataset.focus = `input ${k}`;
      button.setAttribute("aria-pressed", k === chosen);
      button.onclick = () => {
        if (k === chosen) return follow(k, ...each.heaviest);
        chosen = k;
        focus = `input ${k}`;
        cell = each.heaviest;
        showNumber();
      };
      button.onkeydown = (event) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (by) stage.querySelector(`[data-focus="input ${k + by}"]`)?.focus();
      };
      return button;
    });
    const line = (text, value, strong) => make("div", { className: `loupe-line${strong ? " loupe-strong" : ""}` }, make("span", { textContent: text }), make("b", { textContent: danish(value) }));
    const rest = now.others ? [line(`de øvrige ${danishWhole(now.others)}`, now.rest)] : [];
    const total = now.kind !== "maxpool" && (now.inputs.length + now.others > 1 || area > 1) ? [line(TOTALS[now.kind] ?? "sum", now.total, true)] : [];
    const after = now.steps.map((step) => line(does(step), step.value, true));
    return make("div", { className: "loupe-sum" }, ...rows, ...rest, ...total, ...after);
  }

  const number = (k, which, place) => now.numbers[(k * (now.weighted ? 2 : 1) + which) * now.patch[0] * now.patch[1] + place];

  function scaled(k, which) {
    const area = now.patch[0] * now.patch[1], values = Array.from({ length: area }, (_, place) => number(k, which, place));
    const most = Math.max(...values.map(Math.abs), 1e-9);
    return values.map((value) => Math.round((127 * value) / most));
  }

  // Patch · weights = products of the chosen input, number by number.
  function detail() {
    const [height, width] = now.patch, each = now.inputs[chosen];
    if (height * width === 1) return make("div", {});
    if (cell[0] >= height || cell[1] >= width) cell = each.heaviest;
    const text = make("p", { className: "loupe-readout" });
    const product = (place) => number(chosen, 0, place) * (now.weighted ? number(chosen, 1, place) : 1);
    const tables = now.weighted ? [["patch", (p) => number(chosen, 0, p)], ["vægte", (p) => number(chosen, 1, p)], ["produkter", product]] : [["patch", (p) => number(chosen, 0, p)]];
    const grids = tables.map(([name, value]) => {
      const values = Array.from({ length: height * width }, (_, place) => value(place)), most = Math.max(...values.map(Math.abs), 1e-9);
      const cells = values.map((v, place) => {
        const inside = now.inside[place] || name === "vægte", share = v / most;
        const shown = make("span", { textContent: Math.max(height, width) > DIGITS ? "" : inside ? danish(v) : "0" });
        Object.assign(shown.style, { background: `rgb(${colour(share)})`, color: ink(colour(share)) });
        if (!inside) shown.className = "loupe-padding";
        if (now.kind === "maxpool" && place === each.heaviest[0] * width + each.heaviest[1]) shown.className = "loupe-winner";
        shown.onpointerenter = () => read(place);
        shown.onclick = () => step(place);
        return shown;
      });
      const grid = make("div", { className: Math.max(height, width) > DIGITS ? "loupe-grid loupe-fine" : "loupe-grid" }, ...cells);
      grid.style.gridTemplateColumns = `repeat(${width}, auto)`;
      return make("figure", {}, make("figcaption", { textContent: name }), grid);
    });
    function read(place) {
      cell = [Math.floor(place / width), place % width];
      for (const grid of stage.querySelectorAll(".loupe-grid")) [...grid.children].forEach((each, k) => each.toggleAttribute("data-here", k === place));
      const value = danish(number(chosen, 0, place));
      if (!now.inside[place]) text.textContent = `Padding: uden for kortet er tallet 0.`;
      else if (now.weighted) text.textContent = `${value} · ${danish(number(chosen, 1, place))} = ${danish(product(place))}`;
      else text.textContent = `${value}${place === each.heaviest[0] * width + each.heaviest[1] ? ": det største vinder" : ""}`;
    }
    const step = (place) => now.inside[place] && follow(chosen, Math.floor(place / width), place % width);
    const back = make("button", { textContent: "Hvor kommer tallet fra?", onclick: () => step(cell[0] * width + cell[1]) });
    const box = make("div", { className: "loupe-detail", tabIndex: 0, label: `${each.name}: patch, vægte og produkter; pilene vælger et tal` },
      make("strong", { textContent: each.name }), make("div", { className: "loupe-grids" }, ...grids), text, each.layer ? back : null);
    text.setAttribute("aria-live", "polite");
    box.dataset.focus = "detail";
    box.onkeydown = (event) => {
      const by = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      const to = by && [cell[0] + by[0], cell[1] + by[1]];
      if (by && to[0] >= 0 && to[1] >= 0 && to[0] < height && to[1] < width) read(to[0] * width + to[1]);
      if (event.key === "Enter" && event.target === box) step(cell[0] * width + cell[1]);
    };
    requestAnimationFrame(() => read(cell[0] * width + cell[1]));
    return box;
  }

  function code() {
    const copy = make("button", { textContent: "Kopiér" });
    copy.onclick = async () => {
      await navigator.clipboard?.writeText(now.code);
      copy.textContent = "Kopieret";
    };
    const folded = make("details", { className: "loupe-code", open: code.open ?? false }, make("summary", { textContent: "Vis koden" }), make("pre", { textContent: now.code }), copy);
    folded.ontoggle = () => { code.open = folded.open; };
    return folded;
  }

  // Enter goes in, Backspace one step back, Escape to the whole network and then out of the loupe.
  el.onkeydown = (event) => {
    if (OWN_KEYS.includes(event.key)) return;
    event.stopPropagation();
    if (event.target.tagName === "INPUT" && event.key !== "Escape") return;
    if (event.key.startsWith("Arrow") || event.key === "Backspace") event.preventDefault();
    if (event.key === "Backspace") walk(at - 1);
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (at < 0) document.activeElement.blur();
    else showWhole();
  };

  const dress = new MutationObserver(() => (now ? showNumber() : whole && showWhole()));
  dress.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  model.on("msg:custom", hear);
  model.send({ kind: "open" });
  return () => { dress.disconnect(); model.off("msg:custom", hear); };
}

export default { render };
