"""What a dissection found: each unit's best concept, how many units detect one, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import pandas as pd
import torch
from torch import Tensor

from lesson_utils import danish
from lesson_utils.dissection.concepts import KINDS, Concept
from lesson_utils.errors import LessonError
from lesson_utils.networks.arithmetic import Sight

DETECTS = 0.1  # IoU from which on a unit counts as a detector of its concept
Statistic = Literal["mean", "coverage", "unique"]
"""Of the units of a layer: their mean best IoU, the share that are detectors, and how many concepts have one."""


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
    sight        where the units look
    """

    layer: str
    concepts: list[Concept]
    thresholds: Tensor
    iou: Tensor
    hits: Tensor
    seen: Tensor
    images: int
    sight: Sight

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
            hint = danish.did_you_mean(name, [n for c in self.concepts for n in (c.danish, c.name)])
            raise LessonError(
                f"Verden kender intet begreb »{name}«. {hint or 'Prøv fx »hjul«, »øje« eller »pels«.'}"
            )
        return self.iou[:, columns].amax(1).topk(min(count, len(self.iou))).indices.tolist()

    def interval(
        self, statistic: str = "mean", least: float = DETECTS, draws: int = 500, seed: int = 0
    ) -> Interval:
        """A `Statistic`, or the share of units that are detectors of a kind of concept, with a 95 % interval.

        Bootstrap over images: groups of images are drawn with replacement, `draws` times. Each unit keeps the
        concept that is its best in all images: the interval says how sure the numbers are for these images'
        world, not for another training.
        """
        generator = torch.Generator().manual_seed(int(seed))
        groups = len(self.hits)
        drawn = torch.randint(groups, (draws, groups), generator=generator)
        weights = torch.zeros(draws, groups).scatter_add_(1, drawn, torch.ones(drawn.shape))
        iou = (weights @ self.hits) / (weights @ self.seen).clamp_min(1)
        values = self._statistic(iou, statistic, least)
        low, high = values.quantile(torch.tensor([0.025, 0.975])).tolist()
        return Interval(float(self._statistic(self.best_iou[None], statistic, least)), low, high)

    def _statistic(self, iou: Tensor, statistic: str, least: float) -> Tensor:
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
        if statistic in KINDS:
            of_kind = [self.concept(unit).kind == statistic for unit in range(iou.shape[1])]
            return (found * torch.tensor(of_kind)).mean(1)
        known = danish.listing(f"»{name}«" for name in (*get_args(Statistic), *KINDS))
        raise LessonError(f"statistic er »{statistic}«, men skal være en af {known}.")


def by_layer(
    dissections: Mapping[str, Mapping[str, Dissection]], least: float = DETECTS, seed: int = 0
) -> pd.DataFrame:
    """The dissections of several networks, `{"trænet": dissect(...), "tilfældigt": dissect(...)}`, as a table.

    One row per network and layer: `mean`, `coverage` and `unique` (concepts with a detector), and for each kind of
    concept the share of units that are detectors of it; each with `_low` and `_high` of its 95 % interval.
    """
    rows = []
    for network, layers in dissections.items():
        for layer, found in layers.items():
            row: dict[str, object] = {"network": network, "layer": layer, "units": len(found.iou)}
            for statistic in (*get_args(Statistic), *KINDS):
                value, low, high = found.interval(statistic, least, seed=seed)
                row |= {statistic: value, f"{statistic}_low": low, f"{statistic}_high": high}
            rows.append(row)
    return pd.DataFrame(rows)
