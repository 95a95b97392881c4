"""Network dissection: which unit answers to which concept (Bau, Zhou, Khosla, Oliva & Torralba 2017).

Each unit gets a threshold that it exceeds in a given share of all places of all images. Where it does, it sees
something; the overlap of that region with each concept, intersection over union (IoU), says what.
"""

from lesson_utils.dissection.concepts import COLOURS, KINDS, Concept
from lesson_utils.dissection.measuring import dissect, unit_masks, unit_thresholds
from lesson_utils.dissection.results import DETECTS, Dissection, Interval, by_layer
