"""What a bottleneck keeps of a trained GoogLeNet's activations -> data/measurements/channel_variance.csv.

    python benchmarks/channel_variance.py googlenet.safetensors        (some seconds)

The file is a GoogLeNet trained on ImageNet, which the course does not hold. Without one nothing is measured and
the stored table stays.
"""

import sys
from datetime import date
from pathlib import Path

import pandas as pd
import torch

from lesson_cells.googlenet.experiments import kept_variance
from lesson_utils.activations import activations
from lesson_utils.images import PHOTOS, photo
from lesson_utils.show.measurements import store
from lesson_utils.weights import load_network

LAYER = "pool3"  # the input of inception_4a: 14x14x480, the lecture's example

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(
            print("channel_variance: springes over. Angiv en fil med trænede GoogLeNet-vægte for at måle.")
        )
    network = load_network(sys.argv[1])
    images = torch.stack([photo(name, network.input_size) for name in PHOTOS])
    kept = kept_variance(activations(network, images, [LAYER])[LAYER])
    about = {
        "made by": "python benchmarks/channel_variance.py googlenet.safetensors",
        "date": date.today(),
        "network": f"GoogLeNet trained on ImageNet, weights from {Path(sys.argv[1]).name}",
        "data": f"{LAYER}, the input of inception_4a, for the photos {', '.join(PHOTOS)}",
        "columns": "width: channels of the bottleneck; kept: the share of the variance that it can hold at best",
        "seeds": "none: nothing is drawn",
    }
    store("channel_variance", pd.DataFrame({"width": range(1, len(kept) + 1), "kept": kept}), about)
