"""The banana in the monkey's hand, in numbers: `python benchmarks/bananas.py` (about three minutes).

Writes data/measurements/bananas.csv (what each network calls a banana, and what covering a thing does to it) and
isolated_bananas.csv (right answers to bananas alone, after so many of them were added to the biased set).
"""

from datetime import date

import pandas as pd

from lesson_cells.rekonstruktion.experiments import bananas
from lesson_utils.show import measurements
from lesson_utils.weights import embedded, load_network

COUNT, SEEDS, ADDED = 400, (0, 1, 2, 3, 4), (0, 1, 2, 3, 5, 10, 20, 40)
NAMES = ("alexnet", "banana-biased", "banana-unbiased")


def main() -> None:
    about = {
        "made by": "python benchmarks/bananas.py",
        "date": date.today().isoformat(),
        "weights": ", ".join(f"{name} {embedded()[name]['sha256'][:8]}" for name in NAMES),
    }
    encoder, sets = load_network("alexnet"), bananas.training_sets()
    rows = []
    for kind, samples in sets.items():
        rows += answers(kind, "hele netværket", 0, bananas.whole_network(kind == "skævt"))
        known = bananas.encoded(encoder, samples)
        for seed in SEEDS[:3]:
            head = bananas.with_new_head(encoder, known, samples.labels, seed=seed)
            rows += answers(kind, "kun FC-lag", seed, head)
    recipe = "lesson_utils/recipes.py; FC layers: experiments/bananas.py, 150 steps, 70 images of each class"
    told = about | {"recipe": recipe, "test": f"{COUNT} new images of each kind", "seeds": "0, 1, 2"}
    table = pd.DataFrame(rows, columns=["data", "trained", "seed", "question", "scene", "share"])
    measurements.store("bananas", table, told)
    print(table.groupby(["question", "scene", "data", "trained"]).share.mean().unstack([2, 3]).to_string())
    curves = {seed: bananas.right_after_adding(encoder, sets["skævt"], ADDED, seed=seed) for seed in SEEDS}
    rows = [(seed, count, share) for seed, curve in curves.items() for count, share in curve.items()]
    told = about | {"recipe": recipe, "seeds": ", ".join(map(str, SEEDS))}
    measurements.store("isolated_bananas", pd.DataFrame(rows, columns=["seed", "isolated", "share"]), told)
    print(pd.DataFrame(curves).round(3).to_string())


def answers(kind: str, trained: str, seed: int, network: bananas.Network) -> list[tuple]:
    called = bananas.called_banana({kind: network}, COUNT)[kind]
    held = bananas.probe("held", "banana", COUNT, bananas.NEW)
    hidden = bananas.when_covered({kind: network}, held)[kind]
    return [
        (kind, trained, seed, question, scene, share)
        for question, values in (("kaldt banan", called), ("tildækket", hidden))
        for scene, share in values.items()
    ]


if __name__ == "__main__":
    main()
