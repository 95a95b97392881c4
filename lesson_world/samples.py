"""What the world hands out: images, and what every pixel of them shows."""

from dataclasses import dataclass, fields, replace
from typing import ClassVar

import torch
from torch import Tensor

from lesson_world.names import BACKGROUNDS, PARTS, TEXTURES
from lesson_world.things import THINGS


@dataclass
class Samples:
    """N images with their labels and maps.

    images        float32 (N, 3, H, W), RGB, 0..1
    labels        int64 (N,), into class_names
    class_names   English names of the classes; danish_names the same in Danish
    parts         uint8 (N, H, W), into part_names (English keys of `names.PARTS`)
    objects       uint8 (N, H, W), into object_names; 0 is the background
    textures      uint8 (N, H, W), into texture_names; 0 where no object is
    backgrounds   uint8 (N, H, W), into background_names; 0 where an object is
    """

    images: Tensor
    labels: Tensor
    class_names: list[str]
    danish_names: list[str]
    parts: Tensor
    objects: Tensor
    textures: Tensor
    backgrounds: Tensor
    part_names: ClassVar[list[str]] = list(PARTS)
    object_names: ClassVar[list[str]] = ["background", *THINGS, "occluder"]
    texture_names: ClassVar[list[str]] = list(TEXTURES)
    background_names: ClassVar[list[str]] = list(BACKGROUNDS)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Tensor | slice) -> "Samples":
        """Some of the samples, in the order of `rows`."""
        return replace(self, **{name: getattr(self, name)[rows] for name in TENSORS})

    def mask(self, *part_names: str) -> Tensor:
        """bool (N, H, W): where one of these parts is seen."""
        numbers = [self.part_names.index(name) for name in part_names]
        return torch.isin(self.parts, torch.tensor(numbers, dtype=torch.uint8, device=self.parts.device))

    def object_mask(self, object_name: str) -> Tensor:
        """bool (N, H, W): where this object is seen."""
        return self.objects == self.object_names.index(object_name)

    def concept_maps(self) -> dict[str, tuple[Tensor, dict[str, str]]]:
        """By kind: a map (N, H, W), 0 where there is none of the kind, and what 1, 2, … are, English to Danish.

        What covers a thing is no concept: there the map is 0.
        """
        seen = {
            "background": (self.backgrounds, BACKGROUNDS),
            "texture": (self.textures, TEXTURES),
            "part": (self.parts.masked_fill(self.mask("occluder"), 0), PARTS),
        }
        concepts = {kind: (plane, dict(list(names.items())[1:])) for kind, (plane, names) in seen.items()}
        concepts["part"][1].pop("occluder")
        objects = self.objects.masked_fill(self.object_mask("occluder"), 0)
        return concepts | {"object": (objects, {name: thing.danish for name, thing in THINGS.items()})}


TENSORS = [field.name for field in fields(Samples) if field.type in (Tensor, "Tensor")]


def joined(pieces: list[Samples]) -> Samples:
    """One after another; they must be of the same classes."""
    return replace(pieces[0], **{name: torch.cat([getattr(p, name) for p in pieces]) for name in TENSORS})
