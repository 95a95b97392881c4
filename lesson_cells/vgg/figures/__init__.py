"""What lesson 03 draws: what units see, what small filters save, and a widget's stack of layers."""

from lesson_cells.vgg.figures.costs import (
    answer_map,
    parameters_by_layer,
    shares_by_block,
    signal_through_layers,
)
from lesson_cells.vgg.figures.fields import effective_field, gradient_fields, network_fields, steps_to_one
from lesson_cells.vgg.figures.stack import StackedLayer, stack_fields
from lesson_utils.show.selectivity import choosier_by_depth, maps_beside_untrained
