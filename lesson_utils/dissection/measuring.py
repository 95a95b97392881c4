"""Two walks through the images: one for the units' thresholds, one for their overlap with each concept.

The memory is that of one batch, and the work is matrix products: masks of units times pixels of concepts.

Regions are compared on a grid of 32 x 32 cells: the answers are interpolated to it with each unit in the middle of
its receptive field, as in the paper, and each cell counts its pixels of each concept. A finer grid costs four
times as much and changes little (conv1 has no finer map), a coarser one loses the eyes.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.activations import activations, sights_of
from lesson_utils.dissection.concepts import known, shares
from lesson_utils.dissection.quantiles import Histogram
from lesson_utils.dissection.results import Dissection
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.samples import KnownSamples, Source, batches, images_of

CELLS = 32
GROUPS = 100  # the images are dealt to so many groups, of which the bootstrap draws
TOGETHER = 10  # images that follow each other go to one group


def dissect(
    network: nn.Module,
    source: Source,
    layers: Sequence[str],
    quantile: float = 0.99,
    cells: int = CELLS,
    batch_size: int = 50,
) -> dict[str, Dissection]:
    """Dissect `layers` of a network on `KnownSamples`, or an album of them.

    A unit sees where its answer is above its `quantile` of all places in all images (the paper takes 0.995 of
    larger images). Raises LessonError for images without parts, and for a layer without feature maps.
    """
    thresholds = unit_thresholds(network, source, layers, quantile, batch_size)
    limits = torch.cat(list(thresholds.values()))
    sights: dict[str, Sight] = {}
    images = 0
    for batch in batches(source, batch_size):
        batch = _with_parts(batch)
        if not images:
            sights = sights_of(network, layers, batch.images.shape[-1])
            concepts = known(batch)
            overlap = torch.zeros(GROUPS, len(limits), len(concepts))
            units, area = torch.zeros(GROUPS, len(limits)), torch.zeros(GROUPS, len(concepts))
        parts = shares(batch, cells).view(len(batch), cells**2, -1)
        groups = [(images + first) // TOGETHER % GROUPS for first in range(0, len(batch), TOGETHER)]
        for group, columns in zip(groups, parts.split(TOGETHER), strict=True):
            area[group] += columns.sum((0, 1))
        for rows, mask in _masks(network, batch.images, sights, limits, cells):
            pieces = zip(groups, mask.split(TOGETHER, 1), parts.split(TOGETHER), strict=True)
            for group, sees, columns in pieces:
                overlap[group, rows] += sees.flatten(1) @ columns.flatten(0, 1)
                units[group, rows] += sees.sum((1, 2))
        images += len(batch)
    pixels = (batch.images.shape[-1] // cells) ** 2
    results, first = {}, 0
    for layer, limit in thresholds.items():
        rows = slice(first, first := first + len(limit))
        iou, hits, seen = _overlaps(overlap[:, rows], units[:, rows] * pixels, area)
        results[layer] = Dissection(layer, concepts, limit, iou, hits, seen, images, sights[layer])
    return results


def unit_thresholds(
    network: nn.Module, source: Source, layers: Sequence[str], quantile: float, batch_size: int = 100
) -> dict[str, Tensor]:
    """float32 (U,) for each layer: what a unit exceeds in the share 1 - `quantile` of all places of all images."""
    if not 0 < quantile < 1:
        raise LessonError(f"quantile er {danish.number(quantile)}, men skal ligge mellem 0 og 1, fx 0,99.")
    counts: dict[str, Histogram] = {}
    for batch in batches(source, batch_size):
        for layer, answers in activations(network, images_of(_with_parts(batch)), layers).items():
            if answers.dim() != 4:
                raise LessonError(
                    f"»{layer}« har ingen feature maps, så dets enheder ser hele billedet: vælg et conv-lag."
                )
            values = answers.transpose(0, 1).flatten(1)
            counts.setdefault(layer, Histogram(len(values))).add(values)
    return {layer: histogram.quantile(quantile) for layer, histogram in counts.items()}


def unit_masks(
    network: nn.Module, images: Tensor, dissection: Dissection, unit: int, cells: int | None = None
) -> Tensor:
    """bool (N, H, W): where the unit's answer to `images` (N, 3, H, W) is above its threshold."""
    side = images.shape[-1]
    answers = activations(network, images, [dissection.layer])[dissection.layer][:, unit : unit + 1]
    grown = _on_grid(answers, dissection.sight, side, cells or side)
    return grown[:, 0] > dissection.thresholds[unit]


def _overlaps(overlap: Tensor, units: Tensor, area: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Pixels (groups, U, K), (groups, U) and (groups, K) -> IoU (U, K), and each group's of the best concepts."""
    used = area.sum(1) > 0  # few images fill few groups
    union = units[:, :, None] + area[:, None, :] - overlap
    iou = overlap.sum(0) / union.sum(0).clamp_min(1)
    best = iou.argmax(1)[None, :, None].expand(len(units), -1, 1)
    hits, seen = (counts.gather(2, best)[used, :, 0] for counts in (overlap, union))
    return iou, hits, seen


def _masks(
    network: nn.Module, images: Tensor, sights: dict[str, Sight], limits: Tensor, cells: int
) -> Iterator[tuple[slice, Tensor]]:
    """Layer by layer: which rows of `limits` its units have, and where they see: 1 in float32 (U, N, cells²)."""
    answers = activations(network, images, list(sights))
    first = 0
    for layer, seen in sights.items():
        grown = _on_grid(answers.pop(layer), seen, images.shape[-1], cells).transpose(0, 1).flatten(2)
        rows = slice(first, first := first + len(grown))
        yield rows, (grown > limits[rows, None, None]).float()


def _on_grid(answers: Tensor, seen: Sight, side: int, cells: int) -> Tensor:
    """(N, C, h, w) -> (N, C, cells, cells): linear interpolation between the middles of receptive fields."""
    places = (torch.arange(cells) + 0.5) * side / cells - 0.5  # the middles of the cells, in pixels
    count = answers.shape[-1]
    at = ((places - seen.middle) / seen.jump).clamp(0, count - 1)
    weights = (1 - (at[:, None] - torch.arange(count)).abs()).clamp_min(0)  # (cells, h)
    return weights @ answers @ weights.T


def _with_parts(batch: object) -> KnownSamples:
    if not isinstance(batch, KnownSamples):
        raise LessonError(
            "Dissektion kræver billeder med kendte dele: brug Samples eller et Album af verden."
        )
    return batch
