"""A camera in a cell: what it sees is answered frame by frame, and kept nowhere.

The browser's half is `camera.js`; a widget puts its own page behind it, as `look.js` does. Frames come and go as
messages, never as a widget's state, so none can end up in a saved notebook.
"""

import io
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
from IPython.display import display
from ipywidgets import Widget
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor
from torch.nn import functional

from lesson_utils import images
from lesson_utils.danish import percent
from lesson_utils.show.display import figure
from lesson_utils.show.explore import panel, show_widget, told

SIZE = 224  # pixels, as in camera.js
HERE = Path(__file__).parent
STILL = "Her er det kursets fotos. Kør cellen i JupyterLab, så er det, hvad du holder op foran dit kamera."


@dataclass(frozen=True)
class Answer:
    """What a picture is called: names with shares (0..1), the surest first, and a map (h, w) of where from."""

    shares: dict[str, float] = field(default_factory=dict)
    map: Tensor | None = None

    def told(self) -> dict[str, Any]:
        """As the browser wants it: numbers in Danish form, the map scaled to its strongest place."""
        bars = [(name, share, percent(share, 0)) for name, share in self.shares.items()]
        scaled = None if self.map is None else (self.map / self.map.abs().max().clamp(min=1e-9)).tolist()
        return {"kind": "answer", "bars": bars, "map": scaled}


def show_camera(camera: "Callable[[], Camera]", twin: Callable[[], Figure]) -> "Camera | None":
    """Show the page, and return it; where no kernel answers, the twin's figure and how to come to the camera."""
    if os.environ.get("LESSON_STATIC") == "1":
        figure(twin())
        display({"text/html": f"<p>{STILL}</p>", "text/plain": STILL}, raw=True)
        return None
    live = camera()
    show_widget(panel(live.above, live) if live.above else live, "kameraet")
    return live


def page(file: Path) -> str:
    """The module of a widget's page: the camera, and what the page makes of it."""
    return (HERE / "camera.js").read_text(encoding="utf-8") + file.read_text(encoding="utf-8")


class Camera(anywidget.AnyWidget):
    """The kernel's half of a page: give it an `_esm` by `page`, and say in `hear` what its messages mean."""

    _css = (HERE / "camera.css").read_text(encoding="utf-8")
    above: Sequence[Widget] = ()  # controls

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._received)

    def _received(self, _widget: object, message: dict[str, Any], buffers: list[Any]) -> None:
        if message["kind"] == "there":  # the browser asks whether anybody listens
            return self.send(message)
        try:
            self.hear(message, picture(buffers[0], message.get("name")) if buffers else None)
        except Exception as error:  # else the browser would wait for an answer that never comes
            self.send({"kind": "failed", "of": message["kind"], "said": told(error)})

    def hear(self, message: dict[str, Any], image: Tensor | None) -> None:
        """Answer one message; `image` (3, 224, 224) in 0..1 is the frame or the photo that came with it."""
        raise NotImplementedError


class Look(Camera):
    """Shows what `answer(image)` says of what the camera sees, and of photos that are chosen or dropped.

    The image is (3, size, size), whatever the camera gives. The last one is `seen`, in the kernel's memory only.
    """

    _esm = page(HERE / "look.js")
    seen: Tensor | None = None

    def __init__(self, answer: Callable[[Tensor], Answer], size: int = SIZE):
        self.answer, self.size = answer, size
        super().__init__()

    def hear(self, message: dict[str, Any], image: Tensor | None) -> None:
        if image is not None:
            shown = [jpeg(image)] if message["kind"] == "file" else []
            self.seen = functional.interpolate(image[None], (self.size, self.size), mode="area")[0]
            self.send(self.answer(self.seen).told(), shown)


def picture(data: bytes, name: str | None = None) -> Tensor:
    """The middle square of a frame, or of a file of that name, as float32 (3, 224, 224) in 0..1.

    A frame stays in memory. A file is read as every photo of the course is, by its name.
    Raises LessonError for a file that is no photo.
    """
    if name is None:
        return images.from_array(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        return images.photo(path, SIZE)


def jpeg(image: Tensor) -> bytes:
    """An image (3, H, W) in 0..1 as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray((255 * image).round().byte().permute(1, 2, 0).numpy()).save(file, "JPEG", quality=90)
    return file.getvalue()
