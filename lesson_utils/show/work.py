"""What widgets compute, away from the kernel's messages: a thread for each widget, one at work at a time.

The kernel stays free for whatever is touched next, a stop button too (ipywidgets, »Asynchronous widgets«).
"""

import threading
import time
from collections.abc import Callable

PAUSE = (
    0.1  # seconds without a further change, before work begins: of five quick changes only the last is wanted
)

turn = threading.Lock()  # who holds it may ask the networks; a cell of the notebook asks them without


class Latest:
    """Carries out the last wish only: `carry_out(wanted)`, where `wanted()` says whether it still is the last."""

    def __init__(self, carry_out: Callable[[Callable[[], bool]], None]):
        self.carry_out, self.wishes, self.lock = carry_out, 0, threading.Lock()
        self.thread = threading.Thread()

    def ask(self) -> None:
        with self.lock:
            self.wishes += 1
            if self.wishes == 1:
                self.thread = threading.Thread(target=self._run, daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while True:
            wish = self.wishes
            time.sleep(PAUSE)
            if wish != self.wishes:
                continue
            with turn:
                wish = self.wishes
                self.carry_out(lambda wish=wish: wish == self.wishes)
            with self.lock:
                if wish == self.wishes:
                    self.wishes = 0
                    return
