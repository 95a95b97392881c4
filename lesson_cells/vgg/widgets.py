"""The widgets of the lesson: how receptive fields grow."""

from typing import Any

from lesson_cells.vgg.figures import StackedLayer, stack_fields
from lesson_utils.networks import arithmetic
from lesson_utils.show.explore import Slider, Switch, explore
from lesson_utils.show.loupe import loupe as loupe


def receptive_field(photo: Any) -> None:
    """How the receptive field grows on a photo (3, H, W) as layers are stacked."""
    controls = {
        "small": Slider("Foldninger 3x3 i hver blok", 2, 0, 4),
        "large": Slider("Foldninger 5x5 i hver blok", 0, 0, 2),
        "pooling": Switch("Pooling 2x2 efter hver blok", True),
        "blocks": Slider("Antal blokke", 3, 1, 4),
        "stride": Slider("Skridtlængde i første foldning", 1, 1, 4),
    }
    settings = [(2, 0, False, 1, 1), (0, 1, False, 1, 1), (3, 0, True, 4, 1)]
    fixed = [dict(zip(controls, each, strict=True)) for each in settings]
    explore(lambda **chosen: stack_fields(photo, _stack(**chosen)), controls, fixed)


def _stack(small: int, large: int, pooling: bool, blocks: int, stride: int) -> list[StackedLayer]:
    """The layers that the sliders ask for, with the library's numbers for each."""
    block = [("conv 3x3", 3, 1)] * small + [("conv 5x5", 5, 1)] * large
    layers = (block + [("pool 2x2", 2, 2)] * pooling) * blocks
    if block and stride > 1:
        name, kernel, _ = layers[0]
        layers[0] = (f"{name}, skridtlængde {stride}", kernel, stride)
    fields = arithmetic.receptive_fields([(kernel, step) for _, kernel, step in layers])
    return [
        StackedLayer(name, field.size, field.jump) for (name, _, _), field in zip(layers, fields, strict=True)
    ]
