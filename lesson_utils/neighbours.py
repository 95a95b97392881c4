"""Feature vectors of a set of images, and who is whose neighbour there: in pixels, or in what a layer answers.

Krizhevsky et al. 2012 (figure 4) showed the neighbours of images in the last hidden layer: same meaning, other
pixels. Whether that holds is measured by precision@k: how many of the k nearest are of the same class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd
import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils import danish
from lesson_utils.activations import locate, stream
from lesson_utils.errors import LessonError
from lesson_utils.samples import Samples, Source, batches, images_of

PIXELS = "pixels"
Metric = Literal["cosine", "euclidean"]
METRICS = get_args(Metric)


@dataclass(frozen=True)
class Neighbours:
    """The k nearest of each of Q queries, the nearest first; an image of the set is never its own neighbour.

    rows           int64 (Q, k), into the set
    distances      float32 (Q, k)
    labels         int64 (N,), of the set
    query_labels   int64 (Q,), or None where nobody knows them
    """

    rows: Tensor
    distances: Tensor
    labels: Tensor
    query_labels: Tensor | None

    @property
    def hits(self) -> Tensor:
        """bool (Q, k): whether the neighbour is of the query's class. LessonError where that is not known."""
        if self.query_labels is None:
            raise LessonError("Klassen af dit billede er ikke angivet, så præcisionen kan ikke måles.")
        return self.labels[self.rows] == self.query_labels[:, None]

    def precision_at(self, k: int) -> float:
        """Precision@k: the share of the `k` nearest that are of the query's class, the mean over all queries."""
        found = self.rows.shape[1]
        if not 1 <= k <= found:
            raise LessonError(f"k er {k}, men der er fundet {found} naboer: vælg k mellem 1 og {found}.")
        return float(self.hits[:, :k].float().mean())


def features(
    network: nn.Module, source: Source, layer: str, pool: int | None = None, batch_size: int = 100
) -> Tensor:
    """float32 (N, D): what a layer answers to each image, as one vector; `"pixels"` are the images themselves.

    Feature maps are flattened, so a vector knows where in the image something was: conv1 of MiniAlexNet gives
    48·32·32 numbers. With `pool` each map is first averaged to `pool` x `pool` places (1: how much, not where).
    """
    if layer == PIXELS:
        maps = (images_of(batch) for batch in batches(source, batch_size))
    else:
        locate(network, layer)  # raises for a layer that is not there, before any image is drawn
        maps = (answers[layer] for answers in stream(network, source, [layer], batch_size))
    return torch.cat([_vectors(batch, pool) for batch in maps])


def nearest(
    vectors: Tensor,
    labels: Tensor,
    count: int = 5,
    metric: Metric = "cosine",
    queries: Tensor | None = None,
    query_labels: Tensor | None = None,
) -> Neighbours:
    """The `count` nearest in `vectors` (N, D) of each of them, or of each of `queries` (Q, D).

    Exact, by scikit-learn. `metric="cosine"` is 1 - the cosine of the angle, blind to a vector's length.
    Raises LessonError for another metric, or for more neighbours than there are images.
    """
    if metric not in METRICS:
        raise LessonError(f"metric er »{metric}«, men skal være {' eller '.join(f'»{m}«' for m in METRICS)}.")
    within = queries is None
    most = max(len(vectors) - within, 0)
    if not 1 <= count <= most:
        raise LessonError(
            f"Der er {danish.plural(most, 'mulig nabo', 'mulige naboer')}, men du beder om {count}: vælg færre."
        )
    search = NearestNeighbors(n_neighbors=count, metric=metric, algorithm="brute").fit(vectors.numpy())
    distances, rows = search.kneighbors(None if within else queries.numpy())  # None: not its own neighbour
    return Neighbours(
        torch.from_numpy(rows).long(),
        torch.from_numpy(distances).float(),
        labels,
        labels if within else query_labels,
    )


def precision_table(
    networks: Mapping[str, nn.Module],
    samples: Samples,
    layers: Sequence[str] = (PIXELS, "conv1", "conv5", "fc7"),
    k: int = 5,
    metric: Metric = "cosine",
) -> pd.DataFrame:
    """Precision@k of every image of `samples` among the others: one row per layer, one column per network."""
    table = {
        name: [
            nearest(features(network, samples, layer), samples.labels, k, metric).precision_at(k)
            for layer in layers
        ]
        for name, network in networks.items()
    }
    return pd.DataFrame(table, index=pd.Index(layers, name="layer"))


def _vectors(maps: Tensor, pool: int | None) -> Tensor:
    if pool is not None and maps.dim() == 4:
        maps = F.adaptive_avg_pool2d(maps, int(pool))
    return maps.flatten(1)
