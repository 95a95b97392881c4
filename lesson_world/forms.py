"""Simple forms on any background: what the lecture puts between edges and parts, and nothing else."""

from typing import ClassVar

import torch
from torch import Tensor

from lesson_world.backgrounds import background, pixels
from lesson_world.colours import any_colour, mixed
from lesson_world.geometry import union
from lesson_world.painter import pick
from lesson_world.randomness import Stream, image_keys
from lesson_world.samples import Samples

FORMS = {"circle": "cirkel", "square": "firkant", "triangle": "trekant", "cross": "kryds"}


class Forms(Samples):
    """Samples whose `parts` are forms; nothing else is known of their pixels."""

    part_names: ClassVar[list[str]] = ["none", *FORMS]

    def concept_maps(self) -> dict[str, tuple[Tensor, dict[str, str]]]:
        """The one kind of concept, and where it is."""
        return {"form": (self.parts, FORMS)}


def forms(count: int, seed: int, size: int = 64) -> Forms:
    """`count` images of `FORMS` in turn: any colour, place, size and turn, all of equal area at the same size."""
    keys, labels = image_keys(seed, torch.arange(count)), torch.arange(count) % len(FORMS)
    random, scale = Stream(keys, "form"), Stream(keys, "form's size").uniform(0.3, 0.55)
    x, y = random.uniform(-0.4, 0.4), random.uniform(-0.4, 0.4)
    plane = pixels(size).moved(x, y, random.uniform(0, 360), scale)
    cross = union(plane.box(0, 0, 1.35, 0.325), plane.box(0, 0, 0.325, 1.35))
    drawn = (plane.circle(0, 0, 1), plane.box(0, 0, 0.886, 0.886), plane.regular(0, 0, 1.555, 3), cross)
    shape = pick(*drawn, which=labels.view(-1, 1, 1))
    cover = (0.5 - shape * scale * size / 2).clamp(0, 1)
    images = mixed(background(keys, size)[0], any_colour(random), cover).clamp(0, 1)
    parts = ((labels.view(-1, 1, 1) + 1) * (shape < 0)).to(torch.uint8)
    return Forms(images, labels, [*FORMS], [*FORMS.values()], parts, *[torch.zeros_like(parts)] * 3)
