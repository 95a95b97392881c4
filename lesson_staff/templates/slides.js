// Every slide fits the screen. Figures grow into the room that is left, or shrink a little; so does text. What is
// still too tall goes on to a slide of its own: between two cells, else before an output, else inside one.
const LARGEST = {text: 1.2, figure: 1.3}, READABLE = {text: 0.86, figure: 0.88}, SMALLEST = {text: 0.6, figure: 0.5};
const STEP = 0.02;
const CUTS = [
  ".jp-Cell",
  ".jp-Cell-outputWrapper",
  ".jp-OutputArea-child",
  ".jp-RenderedHTMLCommon > *, .jp-RenderedHTMLCommon > div > *",
  "li, tbody > tr",
];

const leaves = () => [...document.querySelectorAll(".reveal .slides section")].filter(s => !s.querySelector("section"));
const set = (slide, name, value) => slide.style.setProperty(`--${name}`, value);
const fits = slide => slide.offsetHeight <= SLIDE.height
  && [...slide.querySelectorAll("table")].every(table => table.offsetWidth <= slide.offsetWidth);

// The largest value of a property, between two, with which the slide fits; else the least one.
function largest(slide, name, least, most) {
  set(slide, name, most);
  if (fits(slide)) return most;
  while (most - least > STEP) {
    const middle = (least + most) / 2;
    set(slide, name, middle);
    if (fits(slide)) least = middle; else most = middle;
  }
  set(slide, name, least);
  return least;
}

function fit(slide) {
  const pictures = slide.querySelector("img");
  let text = 1, figure = 1;
  set(slide, "text", text);
  if (pictures) figure = largest(slide, "figure", 1, LARGEST.figure);
  text = largest(slide, "text", READABLE.text, pictures ? 1 : LARGEST.text);
  if (pictures && !fits(slide)) figure = largest(slide, "figure", READABLE.figure, 1);
  slide.dataset.readable = fits(slide);
  if (pictures && !fits(slide)) figure = largest(slide, "figure", SMALLEST.figure, READABLE.figure);
  if (!fits(slide)) text = largest(slide, "text", SMALLEST.text, READABLE.text);
  slide.dataset.text = text.toFixed(2);
  slide.dataset.figure = pictures ? figure.toFixed(2) : "";
}

// The last place where the slide can be cut so that what stands above it fits.
function cutOf(slide) {
  set(slide, "text", READABLE.text); set(slide, "figure", READABLE.figure);
  const top = slide.getBoundingClientRect().top, scale = slide.getBoundingClientRect().height / slide.offsetHeight;
  const blocks = kind => [...slide.querySelectorAll(kind)].filter(
    block => !block.closest("aside") && block.offsetHeight > 0 && saysSomething(slide, block));
  const high = block => (block.getBoundingClientRect().top - top) / scale <= SLIDE.height - 20;
  // If nothing begins high enough, what stands first is too tall by itself and gets a slide of its own.
  const block = CUTS.map(kind => blocks(kind).findLast(high)).find(Boolean) ?? CUTS.map(kind => blocks(kind)[0]).find(Boolean);
  return block && leadTo(slide, block);
}

// Where to cut so that the title of a block, or the line that ends on a colon before it, goes with it.
function leadTo(slide, block) {
  const before = [...slide.querySelectorAll("h1, h2, h3, h4, p, li, pre, img, table")].filter(
    each => !each.closest("aside, .again") && each.compareDocumentPosition(block) === Node.DOCUMENT_POSITION_FOLLOWING);
  const lead = before.pop();
  const leads = lead && (isTitle(lead) || lead.matches("p") && lead.textContent.trim().endsWith(":"));
  return leads && saysSomething(slide, lead) ? leadTo(slide, lead) : block;
}

// A heading, or a line in bold over a picture, stands with what it is the title of.
function isTitle(element) {
  const bold = element.matches("p") && element.querySelector("strong");
  return element.matches("h1, h2, h3, h4") || Boolean(bold) && bold.textContent === element.textContent;
}

// Whether there is more above the block than a heading.
function saysSomething(slide, block) {
  const above = document.createRange();
  above.setStart(slide, 0); above.setEndBefore(block);
  const content = above.cloneContents();
  content.querySelectorAll("h1, h2, h3, .again, aside, thead, caption, .jp-InputPrompt").forEach(e => e.remove());
  content.querySelectorAll("p").forEach(p => isTitle(p) && p.remove());
  return Boolean(content.querySelector("img")) || content.textContent.trim() !== "";
}

function split(slide, block) {
  const below = document.createRange();
  below.setStartBefore(block); below.setEnd(slide, slide.childNodes.length);
  const rest = slide.cloneNode(false), table = block.closest("tr") && block.closest("table");
  rest.removeAttribute("id"); rest.removeAttribute("style");
  rest.append(below.extractContents());
  if (table) rest.querySelector("table").prepend(table.querySelector("thead").cloneNode(true));
  rest.querySelectorAll("aside.notes").forEach(notes => slide.append(notes.cloneNode(true)));
  const first = rest.firstElementChild;
  if (first?.classList.contains("fragment")) first.classList.remove("fragment"); // no slide begins empty
  slide.after(rest);
  return rest;
}

function nameFromHeading(slide, heading) {
  if (slide.querySelector("h1, h2, h3") || slide.querySelector(".again") || !heading) return;
  const again = document.createElement("p");
  again.className = "again"; again.textContent = heading;
  slide.prepend(again);
}

function arrange(slide, heading) {
  slide.classList.add("measured");
  nameFromHeading(slide, heading);
  heading = slide.querySelector("h1, h2, h3")?.textContent ?? heading;
  fit(slide);
  const block = slide.dataset.readable === "false" && cutOf(slide);
  const rest = block && split(slide, block);
  fit(slide);
  slide.classList.remove("measured");
  if (!rest) return heading;
  return arrange(rest, heading);
}

// Two low pictures of a widget are larger under each other than beside each other.
function stack(stills) {
  const pictures = [...stills.querySelectorAll("img")];
  const high = pictures.reduce((sum, each) => sum + each.naturalHeight / each.naturalWidth, 0);
  if (high > 0.6) return;
  stills.classList.add("stacked");
  pictures.forEach(each => each.style.setProperty("--wide", Math.min(900, 430 / high)));
}

function start() {
  let heading = "";
  document.documentElement.classList.replace("typesetting", "measuring");
  for (const slide of leaves()) {
    slide.append(...slide.querySelectorAll("aside.notes"));  // those in a fragment would wait for it
    for (const picture of slide.querySelectorAll("img")) {
      picture.style.setProperty("--wide", picture.getAttribute("width") || picture.naturalWidth);
    }
    slide.querySelectorAll(".stills").forEach(stack);
    heading = arrange(slide, heading);
  }
  document.documentElement.classList.remove("measuring");
  Reveal.initialize({
    ...SLIDE, margin: 0, minScale: 0.1, maxScale: 4, center: false, controls: true, progress: true, hash: true,
    slideNumber: "c/t", transition: "none", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes],
  });
}

// Formulas are set while all slides have their size: MathJax measures the text around each of them.
document.documentElement.classList.add("typesetting");
leaves().forEach(slide => slide.classList.add("leaf"));
window.addEventListener("load", () => window.MathJax ? MathJax.Hub.Queue(start) : start());
