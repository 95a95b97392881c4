// A clicker moves the slides also while a slider of a widget has the keyboard: JupyterLab gives such keys away.
// This is a JupyterLab extension by hand; `present.py` puts it beside the lesson. The same keys are shortcuts in settings/.
const moves = {
  PageDown: {direction: "down", alternate: "forward"},
  PageUp: {direction: "up", alternate: "back"},
};

window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB["lesson-clicker"] = {
  init: () => Promise.resolve(),
  get: () => Promise.resolve(() => ({id: "lesson-clicker:keys", autoStart: true, activate: listen})),
};

function listen(app) {
  window.addEventListener("keydown", event => {
    if (!moves[event.key] || !event.target.closest(".jp-Deck :is(.jupyter-widgets, .lesson-camera)")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.blur();
    app.commands.execute("deck:go", moves[event.key]);
  }, true);
}
