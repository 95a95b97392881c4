"""Figures of lesson 00: `convolution` for its first half, `world` for the drawn images, `networks` for the rest."""

from lesson_cells.motivation.figures.convolution import (
    filters_on_photo,
    moved,
    one_place,
    photo_as_numbers,
    weights_by_size,
)
from lesson_cells.motivation.figures.networks import (
    agreement,
    answers,
    class_pictures,
    encoder_decoder,
    first_filters,
    first_training,
    top_patches,
    two_decoders,
)
from lesson_cells.motivation.figures.world import class_sheet, part_map

__all__ = [
    "agreement",
    "answers",
    "class_pictures",
    "class_sheet",
    "encoder_decoder",
    "filters_on_photo",
    "first_filters",
    "first_training",
    "moved",
    "one_place",
    "part_map",
    "photo_as_numbers",
    "top_patches",
    "two_decoders",
    "weights_by_size",
]
