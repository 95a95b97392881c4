// Teach the network your own things: a row for each thing, pictures while a button is held, then live answers.
function render({ model, el }) {
  const rows = make("div", { className: "lesson-things" });
  const list = make("ol", { className: "lesson-answers" });
  const still = make("canvas", { className: "lesson-still", width: SIZE, height: SIZE, hidden: true });
  let held = null, trained = false;

  const here = camera(model, el, {
    dropped(files) { // a folder is a thing, and bears its name
      here.add(files.filter(folderOf), (file) => ({ folder: folderOf(file) }));
      here.add(files.filter((file) => !folderOf(file)));
    },
    ask: () => (held !== null ? { kind: "frame", thing: held } : trained ? { kind: "frame" } : null),
    answered(message, buffers) {
      if (message.things) showThings(message.things, [...buffers]);
      if (message.trained !== undefined) trained = message.trained;
      if (message.names) showNames(message.names);
      if (message.kind === "added") addThumb(rows.children[message.thing], buffers[0]);
      if (message.kind === "live") still.hidden = true;
      if (message.kind !== "answer") return;
      still.hidden = !buffers.length;
      if (buffers.length) drawPicture(still, buffers[0]);
      drawMap(here.overlay, message.map);
      drawBars(list, message.bars);
    },
  });

  function row(name, place) {
    const title = make("input", { type: "text", value: name, maxLength: 30 });
    title.setAttribute("aria-label", `Navn på ting ${place + 1}`);
    title.onchange = () => here.send({ kind: "rename", thing: place, to: title.value });
    const hold = make("button", { textContent: "Hold for at tage billeder", className: "lesson-hold" });
    const begin = () => {
      if (here.live()) held = place;
      else here.say("Start kameraet først, eller vælg fotos.");
    };
    const end = () => { if (held === place) held = null; }; // the blur of another button comes after this one is pressed
    hold.onpointerdown = begin;
    hold.onkeydown = (event) => { if (event.key === " " || event.key === "Enter") begin(); };
    hold.onkeyup = hold.onpointerup = hold.onpointerleave = hold.onblur = end;
    const add = (list) => here.add(list, () => ({ thing: place }));
    const count = make("span", { className: "lesson-count", textContent: "0 billeder" });
    const thumbs = make("div", { className: "lesson-thumbs" });
    const whole = make("div", { className: "lesson-thing" }, title, hold, ...chooser("Tilføj fotos …", add), count, thumbs);
    takeDrops(whole, add);
    return whole;
  }

  function recount(thing) {
    const thumbs = [...thing.querySelector(".lesson-thumbs").children], many = thumbs.length;
    thumbs.forEach((thumb, k) => { thumb.tabIndex = k === many - 1 ? 0 : -1; }); // the arrows lead to the others
    thing.querySelector(".lesson-count").textContent = many === 1 ? "1 billede" : `${many} billeder`;
  }

  function addThumb(thing, buffer) {
    const picture = make("canvas", { width: 40, height: 40 });
    drawPicture(picture, buffer);
    const thumb = make("button", { title: "Fjern billedet" }, picture);
    thumb.setAttribute("aria-label", "Fjern billedet");
    thumb.onclick = () => {
      here.send({ kind: "remove", thing: [...rows.children].indexOf(thing), number: [...thumb.parentNode.children].indexOf(thumb) });
      (thumb.nextSibling ?? thumb.previousSibling ?? thing.querySelector(".lesson-hold")).focus(); // for the next key
      thumb.remove();
      recount(thing);
    };
    thumb.onkeydown = ({ key }) => ({ ArrowLeft: thumb.previousSibling, ArrowRight: thumb.nextSibling })[key]?.focus();
    thing.querySelector(".lesson-thumbs").append(thumb);
    recount(thing);
  }

  function showThings(things, buffers) {
    rows.replaceChildren(...things.map(([name], place) => row(name, place)));
    things.forEach(([, count], place) => buffers.splice(0, count).forEach((each) => addThumb(rows.children[place], each)));
  }

  function showNames(names) {
    while (rows.children.length < names.length) rows.append(row("", rows.children.length));
    names.forEach((name, place) => {
      const title = rows.children[place].querySelector("input");
      if (!title.matches(":focus")) title.value = name; // another one may be half written
    });
  }

  const press = (text, kind) => make("button", { textContent: text, onclick: () => here.send({ kind }) });
  here.view.insertBefore(still, here.overlay);
  here.view.after(list);
  el.append(rows, make("div", { className: "lesson-bar" },
    press("Endnu en ting", "another"), press("Træn", "train"), press("Gem", "save"), press("Hent", "load"),
    ...chooser("Hent fra en mappe …", (list) => here.add(list.filter((file) => PHOTO.test(file.name)), (file) => ({ folder: folderOf(file) })), true)));
  here.send({ kind: "open" });
  return () => here.close();
}

export default { render };
