"""What the notebook draws: channels and units, filters and training, numbers layer by layer, and neighbours."""

from lesson_cells.aktiveringer.figures.by_layer import (
    concept_fit,
    detected_kinds,
    precision_by_layer,
    silent_shares,
)
from lesson_cells.aktiveringer.figures.maps import (
    channel_highlights,
    channels_elsewhere,
    feature_maps,
    part_added,
    unit_rows,
)
from lesson_cells.aktiveringer.figures.neighbours import embedding_map, neighbour_rows
from lesson_cells.aktiveringer.figures.training import filter_sets, second_layer
from lesson_utils.show.pictures import named_pictures
