"""Which layer to cut at: a linear classifier on the features of each."""

import warnings
from collections.abc import Sequence

import pandas as pd
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.nn import functional as F

from lesson_utils.activations import activations
from lesson_utils.networks import Network
from lesson_utils.transfer.tasks import Task

GRID = 4  # a feature map is averaged to at most 4 x 4 places: conv1 alone would have 49,152 numbers


def linear_probe(
    network: Network, task: Task, layers: Sequence[str] = (), per_class: int = 20
) -> pd.DataFrame:
    """Accuracy of a linear classifier (scikit-learn's LogisticRegression) on each layer's features.

    By default all layers but the last, whose numbers are the old classes. Columns: `layer`, `features` (how many
    numbers an image becomes), `accuracy`.
    """
    layers = list(layers) or network.layer_names[:-1]
    rows = task.rows(per_class)
    known, test = (pooled(network, images, layers) for images in (task.images[rows], task.test_images))
    found = []
    for layer in layers:
        classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 200 rounds are good enough
            classifier.fit(known[layer].numpy(), task.labels[rows].numpy())
        right = classifier.score(test[layer].numpy(), task.test_labels.numpy())
        found.append({"layer": layer, "features": known[layer].shape[1], "accuracy": right})
    return pd.DataFrame(found)


def pooled(network: Network, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """Features (N, numbers) of each layer, feature maps averaged to at most GRID x GRID places."""
    batches = [activations(network, batch, layers) for batch in images.split(250)]
    return {layer: torch.cat([_flat(batch[layer]) for batch in batches]) for layer in layers}


def _flat(features: Tensor) -> Tensor:
    if features.dim() == 4 and features.shape[-1] > GRID:
        features = F.adaptive_avg_pool2d(features, GRID)
    return features.flatten(1)
