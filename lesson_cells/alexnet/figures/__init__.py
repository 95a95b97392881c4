"""What lesson 02 draws: the whole network, its first layer on a photo, its parts, and where a filter fits."""

from lesson_cells.alexnet.figures.first_layer import filter_sheet, first_feature_maps, neighbouring_filters
from lesson_cells.alexnet.figures.output_size import filter_positions
from lesson_cells.alexnet.figures.parts import (
    dropout_passes,
    local_response_norm,
    pooling_windows,
    slopes,
    training_race,
)
from lesson_cells.alexnet.figures.whole_network import parameters_and_arithmetic, pipeline
from lesson_utils.show.selectivity import choosier_by_depth, maps_beside_untrained
