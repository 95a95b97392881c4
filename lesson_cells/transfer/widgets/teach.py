"""»Lær netværket dine egne ting«: the page where a student teaches, and its twin."""

import os
from pathlib import Path
from typing import Any

import torch
from IPython.display import display
from torch import Tensor

from lesson_cells.transfer.experiments import new_head
from lesson_cells.transfer.widgets.things import Things
from lesson_utils.danish import number
from lesson_utils.show.camera import Camera, jpeg, page
from lesson_utils.show.explore import show_widget


class _Teach(Camera):
    _esm = page(Path(__file__).with_name("teach.js"))

    def __init__(self, things: Things, folder: str):
        self.things, self.folder = things, folder
        # torch's optimisers load for seconds when the first one steps: better now than after »Træn«
        new_head(torch.zeros(2, 1), torch.tensor([0, 1]), 2)
        super().__init__()

    def hear(self, message: dict[str, Any], image: Tensor | None) -> None:
        thing = message.get("thing")
        if message["kind"] == "open":
            self._show_all()
        elif image is not None and thing is not None:
            self.things.add(thing, image)
            self.send({"kind": "added", "thing": thing}, [jpeg(image[:, ::4, ::4])])
        elif image is not None:
            self.send(self.things.answer(image).told(), [jpeg(image)] if "name" in message else [])
        elif message["kind"] == "remove":
            self.things.remove(thing, message["number"])
        elif message["kind"] == "rename":
            self.things.names[thing] = message["to"].strip() or f"ting {thing + 1}"
        elif message["kind"] == "another":
            self.things.another()
            self._show_all()
        elif message["kind"] == "train":
            seconds = self.things.train()
            self.send({"kind": "said", "trained": True, "said": f"Trænet på {number(seconds, 1)} sekunder."})
        elif message["kind"] == "save":
            self.send({"kind": "said", "said": self.things.save(self.folder)})
        elif message["kind"] == "load":
            self._show_all(self.things.load(self.folder))

    def _show_all(self, said: str = "") -> None:
        """What there is already, when the page opens, or has been read."""
        counts, trained = self.things.counts, self.things.head is not None
        thumbs = [jpeg(image[:, ::4, ::4] / 255) for image in self.things.images] if sum(counts) else []
        things = list(zip(self.things.names, counts, strict=True))
        self.send({"kind": "said", "things": things, "trained": trained, "said": said}, thumbs)


def teach(things: Things, folder: str = "mine_ting") -> None:
    """Show the page for `things`; what is saved goes to `folder`. Where no kernel answers: a sentence."""
    if os.environ.get("LESSON_STATIC") == "1":
        said = "Kør cellen i JupyterLab for at holde dine egne ting op foran kameraet."
        display({"text/html": f"<p>{said}</p>", "text/plain": said}, raw=True)
    else:
        show_widget(_Teach(things, folder), "kameraet")
