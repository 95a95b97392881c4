"""What the notebook draws: channels and units, filters and training, numbers layer by layer, and neighbours."""

from lesson_cells.aktiveringer.figures.by_layer import (
    concept_fit,
    detected_kinds,
    precision_by_layer,
    silent_shares,
)
from lesson_cells.aktiveringer.figures.maps import channel_highlights, feature_maps, part_added, unit_rows
from lesson_cells.aktiveringer.figures.neighbours import embedding_map, neighbour_rows
from lesson_cells.aktiveringer.figures.training import filter_sets, second_layer, similarity_to_trained

__all__ = [
    "channel_highlights",
    "concept_fit",
    "detected_kinds",
    "embedding_map",
    "feature_maps",
    "filter_sets",
    "neighbour_rows",
    "part_added",
    "precision_by_layer",
    "second_layer",
    "silent_shares",
    "similarity_to_trained",
    "unit_rows",
]
