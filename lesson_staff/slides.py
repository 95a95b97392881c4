"""What a lecture shows of a lesson, slide by slide: all of it, or its core, the cells tagged `core`.

A cell tagged `code` shows its code; a text tagged `live`, on how to use a widget, shows its heading only.
"""

import re
from collections.abc import Callable
from math import ceil
from pathlib import Path

import nbformat

from lesson_staff.pages import for_reading
from lesson_utils.danish import number
from lesson_utils.errors import LessonError

Cell = nbformat.NotebookNode
SHOWN = ("<img ", "<table")
NOTES = re.compile(r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>\s*", re.DOTALL)
QUESTION = re.compile(r"^#+ (Gæt først|Find fejlen)", re.MULTILINE)
# How a stored table was measured, as `show.source` says it.
PROVENANCE = re.compile(r"Målt den \d+\.\d+\.\d+ med »[^«]*«, .*?\.(?: (?=[A-ZÆØÅ])|$)", re.MULTILINE)
STILL = re.compile(r"<p><strong>(.*?)</strong></p>\s*(<img [^>]*>)", re.DOTALL)  # one picture of a widget
MADE_LIVE = re.compile(r"<p>[^<]*Kør cellen i JupyterLab[^<]*</p>")
# What is told to who works with the lesson alone: how long that takes, and what a section needs.
ALONE = re.compile(r"^(\*Bygger på afsnit [^*]*\*\n|\*\*Tid:\*\*.*?(\n\n|\Z))", re.MULTILINE | re.DOTALL)
DEFINES = re.compile(r"^(?:def|class) ", re.MULTILINE)
BEGINS = ("slide", "subslide")
SLIDE, PICTURE, ASKED = 0.8, 0.8, 1.5  # minutes: a slide, the picture or table on it, a question to the class
# What fills a screen, fitted to the 14 decks as a browser lays them out: no count is more than 3 off.
LETTERS, LINES, PICTURES = 1200, 24, 2


def slide_type(cell: Cell) -> str:
    """`slide`, `subslide`, `fragment`, `skip`, `notes`, or `-` for none of them."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def tags(cell: Cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def html_of(output: Cell) -> str:
    return output.get("data", {}).get("text/html", "")


def shows(cell: Cell) -> bool:
    """Whether the cell's outputs hold a picture or a table."""
    outputs = cell.get("outputs", [])
    return any(
        "image/png" in each.get("data", {}) or any(k in html_of(each) for k in SHOWN) for each in outputs
    )


def slides_of(cells: list[Cell]) -> list[list[Cell]]:
    """The cells in groups, each from a cell that begins a slide to the next such cell."""
    groups: list[list[Cell]] = [[]]
    for cell in cells:
        if slide_type(cell) in BEGINS and groups[-1]:
            groups.append([])
        groups[-1].append(cell)
    return groups


def asks(slide: list[Cell]) -> bool:
    return any(cell.cell_type == "markdown" and QUESTION.search(cell.source) for cell in slide)


def screens(slide: list[Cell]) -> int:
    """On about how many screens a slide goes on: what does not fit on one is spread."""
    full = 0.0
    for cell in (cell for cell in slide if slide_type(cell) != "notes"):
        if cell.cell_type != "code":
            full += len(cell.source) / LETTERS
            continue
        lines = 0 if _shown_alone(cell) else cell.source.count("\n") + 2
        lines += sum(each.text.count("\n") + 1 for each in cell.outputs if "text" in each)
        lines += sum(html_of(each).count("<tr") for each in cell.outputs)
        full += lines / LINES + sum("<img " in html_of(each) for each in cell.outputs) / PICTURES
    return max(1, ceil(full))


def _shown_alone(cell: Cell) -> bool:
    """Whether a cell's outputs are shown without its code."""
    return bool(cell.get("outputs")) and "code" not in tags(cell)


def minutes(slide: list[Cell]) -> float:
    """What a slide takes in class."""
    return SLIDE * screens(slide) + PICTURE * any(map(shows, slide)) + ASKED * asks(slide)


def has_core(cells: list[Cell]) -> bool:
    return any("core" in tags(cell) for cell in cells)


def to_core(cells: list[Cell]) -> None:
    """Give each cell outside the core Slide Type `skip`, in place. A slide of the core keeps its notes, and its
    exercise to write in. Where a slide's beginning is left out, the rest goes on on the slide before, unless that
    one asks a question. Raises LessonError if nothing is core."""
    if not has_core(cells):
        raise LessonError("Lektionen har ingen kerne: giv de celler, der skal med, tagget »core«.")
    before: list[Cell] = []
    for slide in slides_of(cells):
        core = {id(cell) for cell in slide if "core" in tags(cell)}
        core |= {id(cell) for cell in slide if core and _follows(cell)}
        goes_on = before and not asks(before) and id(slide[0]) not in core
        _leave_out(slide, lambda cell, core=core: id(cell) not in core, "fragment" if goes_on else "")
        before = [cell for cell in slide if id(cell) in core] or before
    _joined(slides_of([cell for cell in cells if slide_type(cell) != "skip"]))


def _follows(cell: Cell) -> bool:
    return slide_type(cell) == "notes" or "exercise" in tags(cell) or cell.source.startswith("show.check(")


def _leave_out(slide: list[Cell], goes: Callable[[Cell], bool], begin: str = "") -> None:
    """Skip cells of a slide; the first that stays gets the Slide Type `begin`, or that of the slide's first."""
    begin = begin or slide_type(slide[0])
    for cell in slide:
        if goes(cell):
            cell.metadata["slideshow"] = {"slide_type": "skip"}
        elif begin and slide_type(cell) not in ("skip", "notes"):
            cell.metadata["slideshow"], begin = {"slide_type": begin}, ""


def for_a_show(notebook: Cell, core: bool = False) -> Cell:
    """The notebook without what makes sense only where a reader can write or pull a slider.

    A back row reads no code beside what it made: a cell with an output shows that alone, and one without is shown
    only if it defines something. A short text and the picture that follows it share a slide.
    """
    made = for_reading(notebook)
    if core:
        to_core(made.cells)
    optional = has_core(made.cells)
    cells = []
    for cell in made.cells:
        cells.append(cell)
        if "outputs" in cell and slide_type(cell) != "skip" and (measured := _outputs_for_a_show(cell)):
            cells.append(_note(measured, f"kilde-{len(cells)}"))
    for slide in slides_of(cells):
        _leave_out(slide, _only_live)
    cells = [cell for cell in cells if slide_type(cell) != "skip"]
    shown = []
    for place, slide in enumerate(_joined(slides_of(cells)), start=1):
        note = f"**Tid.** Ca. {number(round(2 * minutes(slide)) / 2)} min."
        if optional and not has_core(slide):
            note += " Kan springes over: hører ikke til kernen."
        shown += [*slide, _note(note, f"tid-{place}")]
    for cell in shown:
        if slide_type(cell) == "notes":
            cell.source = NOTES.sub(r"**\1.** \2", cell.source)
        elif _shown_alone(cell):
            cell.metadata["transient"] = {"remove_source": True}
    made.cells = shown
    return made


def _note(text: str, name: str) -> Cell:
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "notes"}}, id=name)


def _outputs_for_a_show(cell: Cell) -> str:
    """Take from the outputs what only a reader needs; the line on how it was measured, for the notes."""
    said = []
    for output in cell.outputs:
        if found := PROVENANCE.findall(output.get("text", "")):
            said += map(str.strip, found)
            output.text = PROVENANCE.sub("", output.text).strip("\n")
        elif html := html_of(output):
            html = MADE_LIVE.sub("", html)
            output.data["text/html"] = side_by_side(STILL.findall(html)[:2]) or html
    left = [each.get("text", each.get("data", {}).get("text/html", True)) for each in cell.outputs]
    cell.outputs = [output for output, something in zip(cell.outputs, left, strict=True) if something]
    return " ".join(said)


def side_by_side(stills: list[tuple[str, str]]) -> str:
    """A widget's first pictures beside each other, each under those settings that are not the same in both."""
    settings = [title.split(" · ") for title, _ in stills]
    own = [[each for each in one if any(each not in other for other in settings)] for one in settings]
    columns = [
        f"<div><p>{' · '.join(names)}</p>{image}</div>" for names, (_, image) in zip(own, stills, strict=True)
    ]
    return f'<div class="stills">{"".join(columns)}</div>' if stills else ""


def _joined(slides: list[list[Cell]]) -> list[list[Cell]]:
    """The slides, where one that begins with a picture goes on from one that has words only, and no question."""
    made = slides[:1]
    for slide in slides[1:]:
        words_only = all(cell.cell_type == "markdown" for cell in made[-1]) and not asks(made[-1])
        if words_only and slide_type(slide[0]) == "subslide" and shows(slide[0]):
            slide[0].metadata["slideshow"] = {"slide_type": "fragment"}
            made[-1] += slide
        else:
            made.append(slide)
    return made


def _only_live(cell: Cell) -> bool:
    """Whether the cell is of use only where it can be run: to be filled in, a check of that, or code that gets
    something ready. A text on how to use a widget loses all but its heading."""
    if cell.cell_type != "code":
        cell.source = ALONE.sub("", cell.source).rstrip()
        if "live" in tags(cell):
            cell.source = "\n".join(line for line in cell.source.splitlines() if line.startswith("#"))
        return not cell.source
    cell.source = cell.source.replace("  # fmt: skip", "")
    if "exercise" in tags(cell) or cell.source.startswith("show.check("):
        return True
    return not (cell.outputs or DEFINES.search(cell.source) or "code" in tags(cell))


def lecture(notebook: Path, core: bool = False) -> dict[str, int]:
    """About how many slides a lesson, or its core, has, and the minutes they take, to the nearest five; a lesson
    without a core has none."""
    read = nbformat.v4.reads(notebook.read_text(encoding="utf-8"))
    slides = [] if core and not has_core(read.cells) else slides_of(for_a_show(read, core).cells)
    return {"slides": sum(map(screens, slides)), "minutes": 5 * round(sum(map(minutes, slides)) / 5)}
