"""Lesson 06's measurements: pictures rebuilt from layers, units asked, classes drawn, and the lecture's banana."""

from lesson_cells.rekonstruktion.experiments import bananas
from lesson_cells.rekonstruktion.experiments.atlas import stored_atlas
from lesson_cells.rekonstruktion.experiments.classes import (
    another_architecture,
    class_pictures,
    filter_images,
    judges,
    recognised_by,
    title,
)
from lesson_cells.rekonstruktion.experiments.rebuilding import (
    chosen_rightly,
    in_rows,
    kept_by_layer,
    pairs,
    rebuild,
    rebuilt_sides,
    some_layers,
    stored_depths,
)
from lesson_cells.rekonstruktion.experiments.units import (
    against_real_images,
    best_part,
    chosen_units,
    dissected,
    pieces_of,
    some_maps,
)
