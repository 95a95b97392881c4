"""Sheets of pictures that took too long to make in a lesson: `data/measurements/*.jpg`, each made by one command.

One JPEG holds all pictures as equal squares, row by row; its comment says what they are and how they were made.
They are for looking at: what is measured on pictures stands in the tables, measured before they were stored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.images import from_array
from lesson_utils.show import measurements

QUALITY = 92  # of JPEG: no difference that an eye sees, a third of PNG's bytes
COLUMNS = 24


@dataclass(frozen=True)
class Atlas:
    """Pictures (N, 3, S, S) by name, what is said about each name, and what about the whole.

    notes   by name: whatever the command wrote beside the pictures (numbers, words)
    about   the command, the date, the recipe, the seeds
    """

    pictures: dict[str, Tensor]
    notes: dict[str, Any]
    about: dict[str, str]

    def of(self, name: str) -> Tensor:
        """The pictures of one name; raises LessonError for a name that the sheet does not have."""
        if name not in self.pictures:
            hint = danish.did_you_mean(name, self.pictures)
            raise LessonError(f"Atlasset har ingen billeder »{name}«. {hint or 'Se navnene i .pictures.'}")
        return self.pictures[name]


def store_atlas(
    name: str,
    pictures: Mapping[str, Tensor],
    about: Mapping[str, object],
    notes: Mapping[str, Any] | None = None,
) -> None:
    """Write pictures (N, 3, S, S), all of one size S (a multiple of 8), where `stored_atlas` finds them."""
    every = torch.cat(list(pictures.values()))
    if every.shape[-1] % 8 or every.shape[-1] != every.shape[-2]:
        raise ValueError(f"the squares of a JPEG are of 8 pixels, and these are {tuple(every.shape[2:])}")
    lines = -(-len(every) // COLUMNS)
    every = F.pad(every, (0, 0, 0, 0, 0, 0, 0, lines * COLUMNS - len(every)), value=1.0)
    sheet = every.unflatten(0, (lines, COLUMNS)).permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1)
    comment = {
        "side": every.shape[-1],
        "counts": {row: len(images) for row, images in pictures.items()},
        "about": {key: str(value) for key, value in about.items()},
        "notes": dict(notes or {}),
    }
    measurements.FOLDER.mkdir(parents=True, exist_ok=True)
    Image.fromarray((sheet.clamp(0, 1) * 255).round().to(torch.uint8).numpy()).save(
        measurements.FOLDER / f"{name}.jpg",
        quality=QUALITY,
        subsampling=0,
        comment=json.dumps(comment, ensure_ascii=False).encode(),
    )


def stored_atlas(name: str) -> Atlas:
    """The sheet `data/measurements/<name>.jpg`. Raises LessonError for one that the course does not have."""
    path = measurements.FOLDER / f"{name}.jpg"
    if not path.is_file():
        names = [file.stem for file in sorted(measurements.FOLDER.glob("*.jpg"))]
        raise LessonError(f"Kurset har intet atlas »{name}«: vælg {danish.listing(names) or 'et andet'}.")
    with Image.open(path) as picture:
        found, sheet = json.loads(picture.info["comment"]), from_array(np.asarray(picture))
    side = found["side"]
    squares = sheet.unflatten(1, (-1, side)).unflatten(3, (-1, side)).permute(1, 3, 0, 2, 4).flatten(0, 1)
    pieces = squares[: sum(found["counts"].values())].split(list(found["counts"].values()))
    return Atlas(dict(zip(found["counts"], pieces, strict=True)), found["notes"], found["about"])
