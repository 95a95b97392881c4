"""Training, activations and reconstruction on this machine's card, as ratios to its own processor.

    python benchmarks/devices.py        stored in data/measurements/devices.csv; nothing without a card
    python benchmarks/devices.py cpu    the processor against itself: what the noise is

Each figure is the median of five turns, the two devices taking turns after one turn to warm up.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

import pandas as pd
import torch

from lesson_staff.training import Recipe, train
from lesson_utils.activations import activations
from lesson_utils.device import choose
from lesson_utils.networks import alexnet, googlenet, vgg
from lesson_utils.reconstruction import class_images
from lesson_utils.show.measurements import store

TURNS, IMAGES = 5, 256
BUILDERS = {"alexnet": alexnet.mini, "vgg": vgg.mini, "googlenet": googlenet.mini}


def tasks(device: torch.device) -> dict[tuple[str, str], Callable[[], object]]:
    """What is timed, by (task, network)."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (IMAGES, 3, 64, 64), dtype=torch.uint8, generator=generator)
    labels = torch.arange(IMAGES) % 22
    found = {}
    for name, build in BUILDERS.items():
        network = build(22, device=device).eval()
        learner = build(22, device=device)
        last = network.layer_names[-2]
        found["training", name] = lambda learner=learner: train(learner, images, labels, Recipe(epochs=1))
        found["activations", name] = lambda network=network, last=last: activations(
            network, images.float() / 255, [last]
        )
        found["reconstruction", name] = lambda network=network: class_images(network, range(8), steps=20)
    return found


def seconds(task: Callable[[], object], device: torch.device) -> float:
    start = time.perf_counter()
    task()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    other = choose(sys.argv[1] if len(sys.argv) > 1 else "auto")
    if other.type == "cpu" and len(sys.argv) == 1:
        print("Ingen GPU på denne maskine: der er intet at sammenligne med.")
        return
    ours, theirs = tasks(other), tasks(torch.device("cpu"))
    rows = []
    for (task, network), run in ours.items():
        pairs = [
            (seconds(theirs[task, network], torch.device("cpu")), seconds(run, other))
            for _ in range(TURNS + 1)
        ]
        cpu, card = (median(times) for times in zip(*pairs[1:], strict=True))
        rows.append({"task": task, "network": network, "cpu": cpu, "card": card, "ratio": cpu / card})
        print(
            f"{task:15} {network:10} cpu {cpu:.3f} s, {other} {card:.3f} s: {cpu / card:.1f} times",
            flush=True,
        )
    if other.type != "cpu":
        about = {
            "made by": "python benchmarks/devices.py",
            "date": date.today().isoformat(),
            "recipe": f"{IMAGES} images; an epoch, one pass, 20 steps of 8 class images; median of {TURNS}",
            "card": torch.cuda.get_device_name() if other.type == "cuda" else str(other),
            "seeds": "0",
        }
        store("devices", pd.DataFrame(rows), about)


if __name__ == "__main__":
    main()
