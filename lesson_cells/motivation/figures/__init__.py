"""Figures of lesson 00: a filter (`convolution`), the drawn images (`world`), and `networks`."""

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
    encoder_decoder,
    first_filters,
    first_training,
    top_patches,
    two_decoders,
)
from lesson_cells.motivation.figures.world import part_map
from lesson_utils.show.pictures import named_pictures
