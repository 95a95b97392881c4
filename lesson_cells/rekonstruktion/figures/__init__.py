"""Lesson 06's figures: pictures that came out of a network, and what was measured on them."""

from lesson_cells.rekonstruktion.figures.numbers import (
    dose,
    forgetting_everywhere,
    kept_everywhere,
    matrix,
    shares,
)
from lesson_cells.rekonstruktion.figures.pictures import (
    by_depth,
    every_network,
    filter_made,
    gallery,
    made,
    rows,
    units_of_layer,
)
