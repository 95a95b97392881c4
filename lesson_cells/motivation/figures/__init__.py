"""Figures of lesson 00: of images and filters, of networks, and of what one names in a photo."""

from lesson_cells.motivation.figures.images import (
    filters_on_photo,
    moved,
    one_place,
    part_map,
    photo_as_numbers,
)
from lesson_cells.motivation.figures.networks import (
    agreement,
    answers,
    encoder_decoder,
    first_filters,
    first_training,
    top_patches,
)
from lesson_cells.motivation.figures.photos import best_names, seen, tipping
from lesson_utils.show.pictures import named_pictures
