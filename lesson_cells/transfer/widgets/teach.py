"""»Lær netværket dine egne ting«: the page where a student teaches, and its twin."""

from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lesson_cells.transfer.experiments import crops, new_head
from lesson_cells.transfer.figures import taught
from lesson_cells.transfer.widgets.things import Things
from lesson_utils.danish import number
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.show.camera import Camera, jpeg, page, show_camera


class _Teach(Camera):
    _esm = page(Path(__file__).with_name("teach.js"))

    def __init__(self, things: Things, folder: str):
        self.things, self.folder = things, folder
        # torch's optimisers load for seconds when the first one steps: better now than after »Træn«
        new_head(torch.zeros(2, 1), torch.tensor([0, 1]), 2)
        super().__init__()

    def hear(self, message: dict[str, Any], image: Tensor | None) -> None:
        thing, things = message.get("thing"), self.things
        if message["kind"] == "open":
            self._show_all()
        elif image is not None and (thing is not None or "folder" in message):
            thing = things.called(message["folder"]) if thing is None else thing
            things.add(thing, image)
            said = {"kind": "added", "thing": thing, "names": things.names, "trained": bool(things.head)}
            self.send(said, [jpeg(image[:, ::4, ::4])])
        elif image is not None and things.head is None:
            raise LessonError("Intet er trænet endnu: læg fotos ved den ting, de viser, og tryk på »Træn«.")
        elif image is not None:
            self.send(things.answer(image).told(), [jpeg(image)] if "name" in message else [])
        elif message["kind"] == "remove":
            things.remove(thing, message["number"])
        elif message["kind"] == "rename":
            things.rename(thing, message["to"])
            self.send({"kind": "said", "names": things.names})
        elif message["kind"] == "another":
            things.another()
            self._show_all()
        elif message["kind"] == "train":
            seconds = things.train()
            self.send({"kind": "said", "trained": True, "said": f"Trænet på {number(seconds, 1)} sekunder."})
        elif message["kind"] == "save":
            self.send({"kind": "said", "said": things.save(self.folder)})
        elif message["kind"] == "load":
            self._show_all(things.load(self.folder))

    def _show_all(self, said: str = "") -> None:
        """What there is already, when the page opens, or has been read."""
        counts, trained = self.things.counts, self.things.head is not None
        thumbs = [jpeg(image[:, ::4, ::4] / 255) for image in self.things.images] if sum(counts) else []
        things = list(zip(self.things.names, counts, strict=True))
        self.send({"kind": "said", "things": things, "trained": trained, "said": said}, thumbs)


def teach(things: Things, folder: str = "mine_ting") -> None:
    """Show the page for `things`; what is saved goes to `folder`."""
    show_camera(lambda: _Teach(things, folder), lambda: _example(things.network))


def _example(network: Network) -> Figure:
    """The course's photos for things: five squares of each are learnt, and then a sixth is held up."""
    found = crops(6)
    things = Things(network, list(found))
    for thing, pictures in enumerate(found.values()):
        for picture in pictures[:-1]:
            things.add(thing, picture)
    things.train()
    return taught(found, [things.answer(pictures[-1]) for pictures in found.values()])
