"""Controls around work that takes some seconds: its picture grows while you watch, and a button stops it.

The work runs in a thread of its own (see `work`), its first step at once: a picture, or what was wrong.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from matplotlib.figure import Figure

from lesson_utils.show.display import image_tag
from lesson_utils.show.explore import WORKING, Control, alert, inputs_for, panel, show_twin, show_widget
from lesson_utils.show.work import PAUSE, turn

EVERY = 0.8  # seconds between two pictures: drawing one takes a quarter of that from the work


class Watch:
    """What the work tells at each step; it ends the work by raising KeyboardInterrupt once it was stopped."""

    def __init__(self, show: Callable[[Callable[[], Figure], int, int], None] | None = None):
        self.show, self.stopped, self.last = show, threading.Event(), 0.0

    def __call__(self, step: int, steps: int, figure: Callable[[], Figure]) -> None:
        """`figure` draws what there is after `step` of `steps`; it is called only when a new picture is due."""
        if self.stopped.is_set():
            raise KeyboardInterrupt
        if self.show is not None and time.monotonic() - self.last > EVERY:
            self.show(figure, step, steps)
            self.last = time.monotonic()

    def stop(self) -> None:
        self.stopped.set()


Work = Callable[..., Figure]
"""work(watch, **settings): calls `watch` in each step, and returns the figure of what came out."""


def watch_live(work: Work, controls: Mapping[str, Control], fixed: Sequence[Mapping[str, Any]]) -> None:
    """Show the work's growing picture under a control for each setting, a stop button, and a folded twin.

    Args:
        work: see `Work`; an error is one sentence in place of the picture.
        controls, fixed: as for `explore`; with LESSON_STATIC=1 only the figures of `fixed` are shown.
    """

    def finished(**settings: Any) -> Figure:
        return work(Watch(), **settings)

    show_twin(finished, controls, fixed, lambda: _Desk(work, controls).open())


class _Desk:
    """The controls, the button, the line that says how far the work is, and the picture."""

    def __init__(self, work: Work, controls: Mapping[str, Control]):
        import ipywidgets  # only where it is used: a batch does without

        self.work, self.inputs = work, inputs_for(controls, self.begin)
        self.again = ipywidgets.Button(description="Begynd igen", tooltip="Begynd forfra med de samme valg")
        self.halt = ipywidgets.Button(description="Stop", tooltip="Stop, og behold billedet, som det er nu")
        self.said, self.picture = ipywidgets.HTML(), ipywidgets.HTML()
        buttons = ipywidgets.HBox([self.halt, self.again, self.said])
        self.box = panel(self.inputs.values(), buttons, self.picture)
        self.watch, self.thread = Watch(), threading.Thread()

    def open(self) -> None:
        self.begin()
        self.again.on_click(self.begin)
        self.halt.on_click(self.stop)
        show_widget(self.box)

    def begin(self, _change: object = None) -> None:
        """Leave what is under way, and begin with what the controls say now."""
        self.watch.show = None  # whatever it still does, nobody sees it
        self.watch.stop()
        self.watch = watch = Watch(self._show)
        settings = {name: control.value for name, control in self.inputs.items()}
        self.said.value, self.picture.value = "", WORKING + self.picture.value.removeprefix(WORKING)
        self.halt.disabled = False
        self.thread = threading.Thread(target=self._run, args=(watch, settings), daemon=True)
        self.thread.start()

    def stop(self, _button: object = None) -> None:
        self.watch.stop()
        self.halt.disabled = True
        self._say("Stopper …")

    def _run(self, watch: Watch, settings: dict[str, Any]) -> None:
        time.sleep(PAUSE)
        first = Watch()
        first.stop()
        with turn:
            if watch.show is None:
                return
            try:
                tag = image_tag(self.work(first, **settings), passing=True)
                if watch is self.watch:
                    self.picture.value = tag
                tag = image_tag(self.work(watch, **settings), passing=True)
            except Exception as error:  # nobody else hears it: the thread would end, and its line stand still
                if watch is self.watch:
                    self._fail(error)
                return
            if watch is self.watch:
                self.picture.value = tag
                self.halt.disabled = True
                self._say(
                    "Stoppet. Billedet er, som det nåede at blive." if watch.stopped.is_set() else "Færdig."
                )

    def _show(self, figure: Callable[[], Figure], step: int, steps: int) -> None:
        tag = image_tag(figure(), passing=True)
        if self.watch.show is not None and not self.watch.stopped.is_set():
            self.picture.value = tag
            self._say(f"Skridt {step} af {steps}")

    def _say(self, text: str) -> None:
        self.said.value = f'<span role="status">{escape(text)}</span>'

    def _fail(self, error: Exception) -> None:
        self.halt.disabled = True
        self.said.value, self.picture.value = "", alert(error)
