// What jupyterlab-slideshow lacks in front of a class: keys that do no harm, a black screen, where we are and what
// runs, cells that fit the screen, and the same slide again after a reload. A JupyterLab extension by hand.
window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB["lesson-deck"] = {
  init: () => Promise.resolve(),
  get: () => Promise.resolve(() => ({id: "lesson-deck:deck", autoStart: true, activate: begin})),
};

const MOVES = {
  PageDown: {direction: "down", alternate: "forward"},
  PageUp: {direction: "up", alternate: "back"},
};
const HELP = `Pile, mellemrum, PageUp/PageDown\tskift slide
Ctrl+Enter\tkør cellen og det, den bruger
1-9, 0\ttil afsnittet med det tal, til begyndelsen
b eller .\tsort skærm; en tast tager den væk
+ og −\tstørre og mindre skrift
h\tdenne hjælp
Esc to gange\tslut visningen`;
const TYPING = "textarea, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=button])";
const STORE = "lesson-deck";
const root = JSON.parse(document.getElementById("jupyter-config-data").textContent).serverRoot; // new for each class

let app, notebook; // JupyterLab, and the notebook that it shows as slides
let escaped = 0; // when Esc was last pressed
const place = div("lesson-place"), hint = div("lesson-hint"), black = div("lesson-black");
const sized = new ResizeObserver(() => fit());

function begin(jupyterlab) {
  app = jupyterlab;
  document.body.append(place, hint, black);
  window.addEventListener("keydown", press, true);
  window.addEventListener("resize", () => notebook && fit());
  black.addEventListener("click", () => show(black, false));
  setInterval(look, 250);
}

// Whether slides are shown, and what has changed that nobody tells of.
function look() {
  const panel = document.body.dataset.jpDeckMode === "presenting" ? app.shell.currentWidget : null;
  const now = panel?.context?.isReady && panel.node.closest(".jp-Deck") ? panel.content : null;
  if (now !== notebook && now?.widgets.length === now?.model.cells.length) {
    notebook?.activeCellChanged.disconnect(moved);
    notebook = now;
    if (notebook) {
      const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
      const before = notebook.widgets.findIndex(cell => kept.root === root && cell.model.id === kept.cell);
      scale(kept.scale || 1);
      notebook.activeCellChanged.connect(moved);
      if (before > 0) notebook.activeCellIndex = before;
      moved();
    }
  }
  show(place, Boolean(notebook));
  place.classList.toggle("lesson-runs", Boolean(notebook && running()));
}

const running = () => notebook.widgets.some(cell => cell.model.executionState === "running"); // a folded one, too

function moved() {
  const cells = notebook.widgets, here = cells[notebook.activeCellIndex];
  if (!here) return;
  const above = cells.slice(0, notebook.activeCellIndex + 1);
  const section = above.flatMap(headings).at(-1) || "";
  place.textContent = `${above.filter(begins).length} / ${cells.filter(begins).length} · ${section}`;
  keep({root, cell: here.model.id});
  sized.disconnect();
  sized.observe(here.node);
  requestAnimationFrame(fit); // the deck has put the slide there by then
}

const begins = (cell, k) => k === 0 || ["slide", "subslide"].includes(cell.model.getMetadata("slideshow")?.slide_type);

function headings(cell) {
  const source = cell.model.type === "markdown" ? cell.model.sharedModel.getSource() : "";
  return [...source.matchAll(/^##? (.+)$/gm)].map(found => found[1]);
}

// A cell that is higher than the screen is made smaller until it is not.
function fit() {
  const room = window.innerHeight - place.offsetHeight - 4;
  for (const node of notebook?.node.querySelectorAll(".jp-deck-mod-onscreen") || []) {
    node.style.zoom = "";
    if (node.offsetHeight > room) node.style.zoom = Math.max(0.5, room / node.offsetHeight);
  }
  notebook?.activeCell?.node.scrollIntoView({block: "nearest"});
}

function press(event) {
  if (!notebook || document.querySelector(".jp-Dialog")) return;
  const typing = event.target.closest(TYPING), key = event.key;
  if (black.classList.contains("lesson-on")) return stop(event, () => show(black, false));
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (MOVES[key]) return stop(event, () => (event.target.blur(), app.commands.execute("deck:go", MOVES[key])));
  if (typing) return;
  if (event.target.closest("select")) return event.stopImmediatePropagation(); // a letter finds a line of the list
  show(hint, false);
  if (key === "Escape") return stop(event, leave);
  if (key === "b" || key === ".") return stop(event, () => show(black, true));
  if (key === "+" || key === "-") return stop(event, () => scale(scale() * (key === "+" ? 1.1 : 1 / 1.1)));
  if (key === "h") return stop(event, () => say(HELP));
  if (key >= "0" && key <= "9") return stop(event, () => jump(key));
  if (key === "Enter" && notebook.activeCell.model.type === "markdown") return stop(event);
  if ((key.length === 1 && key !== " ") || key === "Delete" || key === "Backspace") stop(event);
}

function stop(event, act = () => {}) {
  event.preventDefault();
  event.stopImmediatePropagation();
  act();
}

function leave() {
  if (Date.now() - escaped < 2000) return app.commands.execute("deck:stop");
  escaped = Date.now();
  say("Tryk Esc igen for at slutte visningen.");
}

function jump(digit) {
  const to = notebook.widgets.findIndex(cell => headings(cell).some(each => each.startsWith(`${digit} ·`)));
  if (digit === "0" || to >= 0) notebook.activeCellIndex = Math.max(to, 0);
}

function scale(wanted) {
  const style = document.documentElement.style;
  if (wanted) {
    style.setProperty("--lesson-scale", Math.min(2, Math.max(0.6, wanted)));
    keep({scale: scale()});
    fit();
  }
  return Number(style.getPropertyValue("--lesson-scale")) || 1;
}

function say(words) {
  hint.textContent = words;
  show(hint, true);
  if (words !== HELP) setTimeout(() => hint.textContent === words && show(hint, false), 2000);
}

function keep(news) {
  localStorage.setItem(STORE, JSON.stringify({...JSON.parse(localStorage.getItem(STORE) || "{}"), ...news}));
}

function div(name) {
  const made = document.createElement("div");
  made.className = name;
  made.setAttribute("role", "status");
  return made;
}

function show(node, on) {
  node.classList.toggle("lesson-on", on);
}
