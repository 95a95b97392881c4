"""Gradient norms of GoogLeNet with and without auxiliary classifiers -> data/measurements/auxiliary_gradients.csv.

    python benchmarks/auxiliary_gradients.py        (about 20 minutes on two cores)

The narrowed network (every width divided by 8, 96x96 pixels) before and after training, and as a check the
paper's full network (224x224) before training.
"""

from datetime import date

import pandas as pd

from lesson_cells.googlenet.experiments import BATCH, LEARNING_RATES, MOMENTUM, PROBE, auxiliary_gradients
from lesson_utils.show.measurements import store

SEEDS = range(5)
STEPS = 200

if __name__ == "__main__":
    narrow = auxiliary_gradients(seeds=SEEDS, checkpoints=(0, STEPS)).assign(divisor=8)
    full = auxiliary_gradients(seeds=SEEDS[:1], divisor=1, input_size=224).assign(divisor=1)
    rates = ", ".join(f"{start} {rate}" for start, rate in LEARNING_RATES.items())
    about = {
        "made by": "python benchmarks/auxiliary_gradients.py",
        "date": date.today(),
        "network": "GoogLeNet, table 1 of the paper, no batch norm; widths divided by `divisor`; "
        "224x224 pixels for divisor 1, 96x96 for divisor 8",
        "data": f"scikit-learn's digits, enlarged; gradients and losses on {PROBE} that are not trained on",
        "training": f"SGD, momentum {MOMENTUM}, batches of {BATCH}; learning rate by start: {rates}",
        "seeds": f"{len(SEEDS)} (0 to {SEEDS[-1]}); the full network one (0)",
    }
    store("auxiliary_gradients", pd.concat([narrow, full]), about)
