"""Network dissection: which unit answers to which concept (Bau, Zhou, Khosla, Oliva & Torralba 2017).

Each unit gets a threshold that it exceeds in a given share of all places of all images. Where it does, it sees
something; the overlap of that region with each concept, intersection over union (IoU), says what. Two walks through
the images, one for the thresholds and one for the overlaps; the memory is that of one batch.

Regions are compared on a grid of 32 x 32 cells: the answers are interpolated to it with each unit in the middle of
its receptive field, as in the paper, and each cell counts its pixels of each concept. A finer grid costs four
times as much and changes little (conv1 has no finer map), a coarser one loses the eyes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import pandas as pd
import torch
from torch import Tensor, nn

from lesson_utils import danish
from lesson_utils.activations import Source, activations, batches, pictures
from lesson_utils.concepts import KINDS, Concept, known, shares
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import Sight
from lesson_utils.patches import sight_of
from lesson_utils.quantiles import Histogram
from lesson_utils.world import Samples

CELLS = 32
GROUPS = 100  # the images are dealt to so many groups, of which the bootstrap draws
TOGETHER = 10  # images that follow each other go to one group
DETECTS = 0.1  # IoU from which on a unit counts as a detector of its concept
Statistic = Literal["mean", "coverage", "unique"]


class Interval(NamedTuple):
    """A value, and between which two values it lies with 95 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Dissection:
    """What the U units of a layer answer to, of K concepts.

    thresholds   float32 (U,)
    iou          float32 (U, K), of all images
    hits, seen   float32 (groups, U), of each group of images and each unit's best concept: pixels of the
                 intersection and of the union
    images       how many there were
    """

    layer: str
    concepts: list[Concept]
    thresholds: Tensor
    iou: Tensor
    hits: Tensor
    seen: Tensor
    images: int

    @property
    def best(self) -> Tensor:
        """int64 (U,): each unit's best concept, into `concepts`."""
        return self.iou.argmax(1)

    @property
    def best_iou(self) -> Tensor:
        """float32 (U,): its IoU."""
        return self.iou.amax(1)

    def concept(self, unit: int) -> Concept:
        return self.concepts[int(self.best[unit])]

    def detectors(self, least: float = DETECTS) -> list[int]:
        """The units whose best IoU is at least `least`, the best first."""
        order = self.best_iou.argsort(descending=True).tolist()
        return [unit for unit in order if self.best_iou[unit] >= least]

    def units_for(self, name: str, count: int = 5, kind: str | None = None) -> list[int]:
        """The `count` units that answer best to the concept `name` (English or Danish), the best first.

        `kind` tells concepts of the same name apart. Raises LessonError for a name that no concept has.
        """
        columns = [
            k for k, c in enumerate(self.concepts) if name in (c.name, c.danish) and kind in (None, c.kind)
        ]
        if not columns:
            hint = danish.nearest(name, [n for c in self.concepts for n in (c.danish, c.name)])
            raise LessonError(
                f"Verden kender intet begreb »{name}«. {hint or 'Prøv fx »hjul«, »øje« eller »pels«.'}"
            )
        return self.iou[:, columns].amax(1).topk(min(count, len(self.iou))).indices.tolist()

    def coverage(self, least: float = DETECTS) -> float:
        """The share of the units that are detectors."""
        return float((self.best_iou >= least).float().mean())

    def unique(self, least: float = DETECTS) -> list[Concept]:
        """The concepts that have a detector."""
        columns = self.best[self.best_iou >= least].unique().tolist()
        return [self.concepts[k] for k in columns]

    def interval(
        self, statistic: Statistic = "mean", least: float = DETECTS, draws: int = 500, seed: int = 0
    ) -> Interval:
        """The mean best IoU, the coverage or the number of unique concepts, with a 95 % interval.

        Bootstrap over images: groups of images are drawn with replacement, `draws` times. Each unit keeps the
        concept that is its best in all images: the interval says how sure the numbers are for these images'
        world, not for another training.
        """
        generator = torch.Generator().manual_seed(seed)
        groups = len(self.hits)
        drawn = torch.randint(groups, (draws, groups), generator=generator)
        weights = torch.zeros(draws, groups).scatter_add_(1, drawn, torch.ones(drawn.shape))
        iou = (weights @ self.hits) / (weights @ self.seen).clamp_min(1)
        values = self._statistic(iou, statistic, least)
        low, high = values.quantile(torch.tensor([0.025, 0.975])).tolist()
        return Interval(float(self._statistic(self.best_iou[None], statistic, least)), low, high)

    def _statistic(self, iou: Tensor, statistic: Statistic, least: float) -> Tensor:
        """(draws,) of best IoUs (draws, U)."""
        if statistic == "mean":
            return iou.mean(1)
        found = (iou >= least).float()
        if statistic == "coverage":
            return found.mean(1)
        if statistic == "unique":
            columns = self.best.expand(len(found), -1)
            return (
                torch.zeros(len(found), len(self.concepts)).scatter_reduce(1, columns, found, "amax").sum(1)
            )
        raise LessonError(
            f"statistic er »{statistic}«, men skal være {danish.listing(['»mean«', '»coverage«', '»unique«'])}."
        )


def dissect(
    network: nn.Module,
    source: Source,
    layers: Sequence[str],
    quantile: float = 0.99,
    cells: int = CELLS,
    batch_size: int = 50,
) -> dict[str, Dissection]:
    """Dissect `layers` of a network on images whose parts are known: `Samples`, or an `Album` of them.

    A unit sees where its answer is above its `quantile` of all places in all images (the paper takes 0.995 of
    larger images). Raises LessonError for images without parts, and for a layer without feature maps.
    """
    thresholds = unit_thresholds(network, source, layers, quantile, batch_size)
    limits = torch.cat(list(thresholds.values()))
    concepts = known()
    overlap = torch.zeros(GROUPS, len(limits), len(concepts))
    units, area = torch.zeros(GROUPS, len(limits)), torch.zeros(GROUPS, len(concepts))
    sights: dict[str, Sight] = {}
    images = 0
    for batch in batches(source, batch_size):
        batch = _with_parts(batch)
        sights = sights or {layer: sight_of(network, layer, batch.images.shape[-1]) for layer in layers}
        parts = shares(batch, cells).view(len(batch), cells**2, -1)
        groups = [(images + first) // TOGETHER % GROUPS for first in range(0, len(batch), TOGETHER)]
        for group, columns in zip(groups, parts.split(TOGETHER), strict=True):
            area[group] += columns.sum((0, 1))
        for rows, mask in _masks(network, batch.images, sights, limits, cells):
            for group, sees, columns in zip(
                groups, mask.split(TOGETHER, 1), parts.split(TOGETHER), strict=True
            ):
                overlap[group, rows] += sees.flatten(1) @ columns.flatten(0, 1)
                units[group, rows] += sees.sum((1, 2))
        images += len(batch)
    pixels = (batch.images.shape[-1] // cells) ** 2
    results, first = {}, 0
    for layer, limit in thresholds.items():
        rows = slice(first, first := first + len(limit))
        results[layer] = _judge(
            layer, concepts, limit, overlap[:, rows], units[:, rows] * pixels, area, images
        )
    return results


def by_layer(
    dissections: Mapping[str, Mapping[str, Dissection]], least: float = DETECTS, seed: int = 0
) -> pd.DataFrame:
    """The dissections of several networks, `{"trænet": dissect(...), "tilfældigt": dissect(...)}`, as a table.

    One row per network and layer: `mean`, `coverage` and `unique` (concepts with a detector), each with `_low` and
    `_high` of its 95 % interval, and for each kind of concept the share of units that are detectors of it.
    """
    rows = []
    for network, layers in dissections.items():
        for layer, found in layers.items():
            row: dict[str, object] = {"network": network, "layer": layer, "units": len(found.iou)}
            for statistic in get_args(Statistic):
                value, low, high = found.interval(statistic, least, seed=seed)
                row |= {statistic: value, f"{statistic}_low": low, f"{statistic}_high": high}
            kinds = Counter(found.concept(unit).kind for unit in found.detectors(least))
            rows.append(row | {kind: kinds[kind] / len(found.iou) for kind in KINDS})
    return pd.DataFrame(rows)


def unit_thresholds(
    network: nn.Module, source: Source, layers: Sequence[str], quantile: float, batch_size: int = 100
) -> dict[str, Tensor]:
    """float32 (U,) for each layer: what a unit exceeds in the share 1 - `quantile` of all places of all images."""
    if not 0 < quantile < 1:
        raise LessonError(f"quantile er {danish.number(quantile)}, men skal ligge mellem 0 og 1, fx 0,99.")
    counts: dict[str, Histogram] = {}
    for batch in batches(source, batch_size):
        for layer, answers in activations(network, pictures(_with_parts(batch)), layers).items():
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
    sights = {dissection.layer: sight_of(network, dissection.layer, side)}
    answers = activations(network, images, [dissection.layer])[dissection.layer][:, unit : unit + 1]
    grown = _on_grid(answers, sights[dissection.layer], side, cells or side)
    return grown[:, 0] > dissection.thresholds[unit]


def _judge(
    layer: str,
    concepts: list[Concept],
    limits: Tensor,
    overlap: Tensor,
    units: Tensor,
    area: Tensor,
    images: int,
) -> Dissection:
    """Counts (groups, U, K), (groups, U) and (groups, K) of pixels -> the IoUs."""
    used = area.sum(1) > 0  # few images fill few groups
    union = units[:, :, None] + area[:, None, :] - overlap
    iou = overlap.sum(0) / union.sum(0).clamp_min(1)
    best = iou.argmax(1)[None, :, None].expand(len(units), -1, 1)
    hits, seen = (counts.gather(2, best)[used, :, 0] for counts in (overlap, union))
    return Dissection(layer, concepts, limits, iou, hits, seen, images)


def _masks(
    network: nn.Module, images: Tensor, sights: dict[str, Sight], limits: Tensor, cells: int
) -> Iterator[tuple[slice, Tensor]]:
    """Layer by layer: which rows of `limits` its units have, and float32 (U, N, cells²): 1 where they see, else 0."""
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


def _with_parts(batch: object) -> Samples:
    if not isinstance(batch, Samples):
        raise LessonError(
            "Dissektion kræver billeder, hvis dele er kendt: brug Samples eller et Album af verden."
        )
    return batch
