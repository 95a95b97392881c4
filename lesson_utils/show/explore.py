"""Controls around a figure function, and the static twin that stands in for them where no kernel answers.

With `LESSON_STATIC=1` (papermill, nbval, `make notebooks`) only the twin is shown: the same figure for a few
fixed settings. A kernel can't know whether a front end listens, so whoever runs it without one says so.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure

from lesson_utils.danish import number
from lesson_utils.errors import is_sentence
from lesson_utils.show.display import image_tag
from lesson_utils.show.work import Latest, turn

WORKING = "<p>Regner …</p>"
COLUMNS = (
    "repeat(auto-fit, minmax(min(100%, 400px), 1fr))"  # of controls: a label and what is moved fit in one
)


@dataclass(frozen=True)
class Slider:
    """A whole number that the student chooses."""

    label: str
    start: int
    low: int
    high: int
    step: int = 1


@dataclass(frozen=True)
class Switch:
    """Something that is on or off; the figure function gets True or False."""

    label: str
    start: bool


@dataclass(frozen=True)
class Choice:
    """One of several values; `names` says what the student reads for each.

    With `on` they depend on what that other choice says: `names(value)` is what there is then. The student keeps a
    value that is there after a change, too; otherwise the last one is chosen. With `photos` they are photos,
    and the student may add files, whose values are their paths.
    """

    label: str
    start: str
    names: Mapping[str, str] | Callable[[str], Mapping[str, str]]
    on: str = ""
    photos: bool = False

    def named(self, settings: Mapping[str, Any]) -> Mapping[str, str]:
        return self.names(settings[self.on]) if self.on else self.names


@dataclass(frozen=True)
class Steps:
    """One of a few numbers, in their order."""

    label: str
    start: int
    values: Sequence[int]


Control = Slider | Switch | Choice | Steps


def explore(
    draw: Callable[..., Figure], controls: Mapping[str, Control], fixed: Sequence[Mapping[str, Any]]
) -> None:
    """Show `draw(**settings)` with a control for each setting, and a folded twin for fixed settings.

    Args:
        draw: figure function with one keyword per control; a LessonError (or the world's error) that it raises
            is shown in place of the picture.
        controls: the sliders, switches and choices by the name of the setting.
        fixed: two or three settings that show the point without a slider; each gives every control a value.
    """
    show_twin(draw, controls, fixed, lambda: _display_live(draw, controls))


def show_twin(
    draw: Callable[..., Figure],
    controls: Mapping[str, Control],
    fixed: Sequence[Mapping[str, Any]],
    live: Callable[[], None],
) -> None:
    """What `live` shows, and folded under it the figures for fixed settings; where nobody listens only these."""
    twin = _twin(draw, controls, fixed)
    if os.environ.get("LESSON_STATIC") != "1":
        live()
        twin = f"<details><summary>Samme figur for {len(fixed)} faste indstillinger</summary>{twin}</details>"
    display({"text/html": twin, "text/plain": "Figur for faste indstillinger"}, raw=True)


def _twin(
    draw: Callable[..., Figure], controls: Mapping[str, Control], fixed: Sequence[Mapping[str, Any]]
) -> str:
    return "".join(figure_html(draw, settings, named(controls, settings), False) for settings in fixed)


def _display_live(draw: Callable[..., Figure], controls: Mapping[str, Control]) -> None:
    import ipywidgets  # only where it is used: a batch does without

    picture = ipywidgets.HTML()

    def drawn(wanted: Callable[[], bool] = lambda: True) -> None:
        try:
            html = figure_html(draw, {name: control.value for name, control in inputs.items()})
        except Exception as error:
            html = alert(error)
        if wanted():  # else the controls say something else by now
            picture.value = html

    def redraw(_change: object) -> None:
        picture.value = WORKING + picture.value.removeprefix(WORKING)  # it may measure something for a while
        latest.ask()

    latest, inputs = Latest(drawn), inputs_for(controls, redraw)
    if turn.acquire(blocking=False):  # the first picture comes with its cell, unless a widget is at work
        drawn()
        turn.release()
    else:
        redraw(None)
    show_widget(panel(inputs.values(), picture))


def panel(controls: Iterable[Any], *below: Any) -> Any:
    """The controls in as many columns as there is room for, and under them, as wide as all, what they act on.

    With `image_tag`'s bound for a passing picture a student sees both at once, also on a laptop.
    """
    import ipywidgets

    for each in below:
        each.layout.grid_area = (
            "auto / 1 / auto / -1"  # `grid_column` is lost: ipywidgets sets an empty area after it
        )
    return ipywidgets.GridBox([*controls, *below], layout={"grid_template_columns": COLUMNS})


def show_widget(box: Any, name: str = "skyderne") -> None:
    """Display a widget; where it lives no longer, as in a notebook opened again, a sentence stands for it."""
    data = box._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data  # with metadata, as anywidget gives it
    display(data | {"text/plain": f"Kør cellen for at bruge {name}."}, raw=True)


def inputs_for(controls: Mapping[str, Control], changed: Callable[..., None]) -> dict[str, Any]:
    """An ipywidget for each control, which call `changed` when the student has chosen another value."""
    import ipywidgets

    # One width for all labels, wide enough for the longest: a label is never cut off, and the sliders align.
    shared = {
        "layout": ipywidgets.Layout(width="100%", max_width="640px"),
        "style": {"description_width": f"{max(len(control.label) for control in controls.values()) + 2}ch"},
    }
    starts = {name: control.start for name, control in controls.items()}
    inputs = {
        name: _input(control, starts, value=control.start, description=control.label, **shared)
        for name, control in controls.items()
    }
    for name, control in controls.items():
        if isinstance(control, Choice) and control.on:  # before the picture is drawn anew
            inputs[control.on].observe(_follower(control, inputs[name], changed), "value")
    for control in inputs.values():
        control.observe(changed, "value")
    return inputs


def _follower(control: Choice, dropdown: Any, redraw: Callable) -> Callable[[Mapping[str, Any]], None]:
    """Gives a dropdown the values that fit what it depends on; no picture is drawn of half a change."""

    def follow(change: Mapping[str, Any]) -> None:
        kept, names = dropdown.value, control.names(change["new"])
        dropdown.unobserve(redraw, "value")
        dropdown.options = _options(names)
        dropdown.value = kept if kept in names else list(names)[-1]
        dropdown.observe(redraw, "value")

    return follow


def _options(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for value, name in names.items()]


def _input(control: Control, starts: Mapping[str, Any], **shared: Any) -> Any:
    import ipywidgets

    if isinstance(control, Switch):
        return ipywidgets.Checkbox(indent=False, **shared)  # its label needs the column's width
    if isinstance(control, Choice):
        dropdown = ipywidgets.Dropdown(options=_options(control.named(starts)), **shared)
        return _with_upload(dropdown) if control.photos else dropdown
    # Not while the handle is dragged: a picture takes a third of a second, and they would queue up.
    shared["continuous_update"] = False
    if isinstance(control, Steps):
        return ipywidgets.SelectionSlider(options=[(number(n), n) for n in control.values], **shared)
    return ipywidgets.IntSlider(min=control.low, max=control.high, step=control.step, **shared)


def _with_upload(dropdown: Any) -> Any:
    """A list of photos, and a button whose files come to the list and are chosen; the value is the list's."""
    import ipywidgets
    import traitlets

    upload = ipywidgets.FileUpload(
        accept="image/*,.heic,.heif,.avif", description="Hent dit eget foto", layout={"width": "auto"}
    )

    def take(change: Mapping[str, Any]) -> None:
        for file in change["new"]:
            path = Path(tempfile.mkdtemp()) / Path(file["name"]).name
            path.write_bytes(file["content"])
            dropdown.options = ((path.name, str(path)), *dropdown.options)  # the first is chosen

    upload.observe(take, "value")
    box = ipywidgets.VBox([dropdown, upload])
    box.add_traits(value=traitlets.Unicode(dropdown.value))
    traitlets.link((dropdown, "value"), (box, "value"))
    return box


def figure_html(
    draw: Callable[..., Figure], settings: Mapping[str, Any], heading: str = "", passing: bool = True
) -> str:
    """The figure's `image_tag` under its heading, or the sentence of a LessonError that says why there is none."""
    title = f"<p><strong>{escape(heading)}</strong></p>" if heading else ""
    try:
        return title + image_tag(draw(**settings), passing)
    except Exception as error:
        if not is_sentence(error):
            raise
        return title + alert(error)


def alert(error: Exception) -> str:
    """An error in place of a picture."""
    return f'<p role="alert"><strong>Fejl:</strong> {escape(told(error))}</p>'


def told(error: Exception) -> str:
    """The Danish sentence of an error that is one; of any other what Python says, and what a student can do."""
    if is_sentence(error):
        return str(error)
    problem = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".removesuffix(": ")
    return f"Noget gik galt ({problem}): vælg noget andet, eller kør cellen igen."


def named(controls: Mapping[str, Control], settings: Mapping[str, Any]) -> str:
    """»Lag: conv3 · Skridt: 60«: the settings in the words of their controls."""

    def shown(control: Control, value: Any) -> str:
        if isinstance(control, Choice):
            return control.named(settings)[value]
        return ("nej", "ja")[value] if isinstance(value, bool) else str(value)

    return " · ".join(f"{each.label}: {shown(each, settings[name])}" for name, each in controls.items())
