"""The painter: lays one shape after another on the images, and notes what each pixel became."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from lesson_world import noise
from lesson_world.geometry import Number, Plane
from lesson_world.names import PART_NUMBER, TEXTURE_NUMBER
from lesson_world.randomness import Stream
from lesson_world.textures import Texture

_LINE = 0.045  # width of the dark contour, in units of the plane


@dataclass
class Canvas:
    """N images of one kind of thing while they are painted.

    rgb        float32 (N, 3, H, W), background already there
    maps       the maps of `Samples` by name, uint8 (N, H, W)
    plane      where each pixel lies in the thing's own upright, centred plane (-1 … 1)
    pixel      side of a pixel in that plane, (N, 1, 1)
    light      brightness of the light at each pixel, (N, H, W)
    omitted    parts that are left out of the drawing
    """

    rgb: Tensor
    maps: dict[str, Tensor]
    plane: Plane
    pixel: Tensor
    light: Tensor
    random: Stream
    object_number: int
    omitted: Sequence[str]
    _fields: dict[str, Tensor] = field(default_factory=dict)

    def moved(self, x: Number, y: Number, degrees: Number = 0.0, scale: float = 1.0) -> "Canvas":
        """The same images, painted on in the plane of something that stands at (x, y), turned, scaled."""
        return replace(self, plane=self.plane.moved(x, y, degrees, scale), pixel=self.pixel / scale)

    def field(self, kind: str) -> Tensor:
        """A noise field (N, H, W) about -1 … 1; asked again, the same one."""
        if kind not in self._fields:
            self._fields[kind] = noise.field(self.random.fork(f"field {kind}"), kind, self.rgb.shape[-1])
        return self._fields[kind]

    def rough(self, kind: str, amount: float) -> Texture:
        """An irregular texture: "fur", "leaves", "wood" … by `amount` (0.2 is 20 %) up and down."""
        return Texture(kind, 1 + amount * self.field("fur"))

    def paint(
        self,
        shape: Tensor,
        colour: Tensor,
        part: str,
        *,
        shade: float = 0.3,
        depth: float = 0.2,
        texture: Texture | None = None,
        line: float = 0.4,
        where: Tensor | None = None,
        labelled: bool = True,
    ) -> None:
        """Paint a shape, anti-aliased over one pixel.

        shape    signed distance (N, H, W)
        colour   (N or 1, 3, 1, 1), or a colour per pixel (N, 3, H, W)
        part     name from `names.PARTS`; a pixel belongs to the part that covers more than half of it
        shade    how much darker the paint gets towards the edge, over the inner `depth`: roundness
        line     strength of the dark contour; 0 for none
        where    bool (N, 1, 1): the images that have this shape at all
        labelled False for marks that belong to the part below them
        """
        if part in self.omitted:
            return
        cover = (0.5 - shape / self.pixel).clamp(0, 1)
        if where is not None:
            cover = cover * where
        tone = self.light
        if shade:
            near = (1 + shape / depth).clamp(0, 1)
            tone = tone * (1 + 0.25 * shade - near * near * (1.25 * shade))
        if line:
            tone = tone * (1 - (1 + shape / _LINE).clamp(0, 1) * line)
        if texture is not None:
            tone = tone * texture.factor
        self.rgb.mul_((1 - cover)[:, None])
        self.rgb.add_(colour.to(self.rgb.device) * (tone * cover)[:, None])
        if labelled:
            self._note(cover > 0.5, part, texture.kind if texture else "smooth")

    def mark(self, shape: Tensor, part: str) -> None:
        """Note a shape as a part without painting it: a spoked wheel owns what is seen through it."""
        if part not in self.omitted:
            self._note(shape < 0, part, "smooth")

    def _note(self, covered: Tensor, part: str, texture: str) -> None:
        self.maps["parts"].masked_fill_(covered, PART_NUMBER[part])
        self.maps["objects"].masked_fill_(covered, self.object_number)
        self.maps["backgrounds"].masked_fill_(covered, 0)
        self.maps["textures"].masked_fill_(covered, TEXTURE_NUMBER[texture])

    def darken(self, shape: Tensor, amount: Number, blur: float) -> None:
        """A soft shadow of a shape on what is there; no part of anything."""
        near = (0.5 - shape / blur).clamp(0, 1)
        self.rgb.mul_((1 - near * amount)[:, None])

    def flat(self, shape: Tensor, colour: Tensor, part: str, **options) -> None:
        """`paint` without roundness and contour: panes, marks, things seen from the front."""
        self.paint(shape, colour, part, **{"shade": 0.0, "line": 0.0} | options)


def pick(*planes: Tensor, which: Tensor) -> Tensor:
    """Shape number `which` (N, 1, 1) of several: things that come in kinds."""
    result = planes[0]
    for number, plane in enumerate(planes[1:], start=1):
        result = torch.where(which == number, plane, result)
    return result
