"""Lesson 04: bottlenecks, the inception module, and gradients with auxiliary classifiers."""

from lesson_cells.googlenet.figures.bottleneck import bottleneck_trade, cost_with_bottleneck, pixel_product
from lesson_cells.googlenet.figures.gradients import gradients_by_layer
from lesson_cells.googlenet.figures.inception import concatenation, inception_module
from lesson_utils.show.evidence import evidence_maps, photo_evidence
from lesson_utils.show.selectivity import maps_beside_untrained
