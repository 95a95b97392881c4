// Hold something up: the names that the network gives it, live, and where in the picture the first one comes from.
function render({ model, el }) {
  const still = make("canvas", { className: "lesson-still", width: SIZE, height: SIZE, hidden: true });
  const list = make("ol", { className: "lesson-answers" });
  const here = camera(model, el, {
    ask: () => ({ kind: "frame" }),
    answered(message, buffers) {
      if (message.kind === "live") still.hidden = true;
      if (message.kind !== "answer") return;
      still.hidden = !buffers.length;
      if (buffers.length) drawPicture(still, buffers[0]);
      drawMap(here.overlay, message.map);
      drawBars(list, message.bars);
      list.dataset.count = 1 + Number(list.dataset.count ?? 0);
    },
  });
  here.view.insertBefore(still, here.overlay);
  here.view.after(list);
  return () => here.close();
}

export default { render };
