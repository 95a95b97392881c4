"""How fast images are optimised, side by side in one run -> data/measurements/reconstruction_speed.csv.

    python benchmarks/reconstruction.py [--lucent PYTHON] [--rounds 7] [--quick]

16 channels at 128 px on torchvision's AlexNet and GoogLeNet (random weights), an early, a middle and a late layer,
with the same augmentations (jitter, scale, rotation). All variants take turns, a few steps at a time, so that a
machine that grows busy slows them all; the table gives medians per step of 16 images.

- ours: `reconstruct`, float32 and bfloat16;
- loop: a plain loop, batched and cut behind the layer, as one would write it;
- lucent: torch-lucent as its users call it, a channel at a time. It needs kornia 0.4.1 and thus an environment of
  its own: `python -m venv lucent && lucent/bin/pip install torch torchvision torch-lucent kornia==0.4.1`, then
  `--lucent lucent/bin/python`;
- floor: multiply-adds of the prefix forward and of the gradient to the image, at the rate of a matrix product
  measured in the same turn, in the same precision.
"""

import argparse
import json
import resource
import statistics
import subprocess
import time
from collections.abc import Iterator
from datetime import date

import pandas as pd
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lesson_utils.activations import extractor
from lesson_utils.networks.imagenet import relative
from lesson_utils.networks.modes import frozen
from lesson_utils.reconstruction import Climb, Filter, Fourier, Priors, reconstruct
from lesson_utils.show.measurements import store

SIZE, CHANNELS = 128, list(range(16))
LAYERS = {
    "alexnet": {"early": "conv1", "middle": "conv3", "late": "conv5"},
    "googlenet": {"early": "conv1", "middle": "inception_4a", "late": "inception_5b"},
}
LUCENT_LAYERS = {
    "alexnet": {"early": "features_1", "middle": "features_7", "late": "features_11"},
    "googlenet": {"early": "conv1", "middle": "inception4a", "late": "inception5b"},
}
AUGMENTED = Priors(jitter=8, scale=0.1, rotation=10)


def ours(network: nn.Module, layer: str, fast: bool, steps: int) -> float:
    """Seconds per step."""
    found = reconstruct(
        network,
        Filter(layer, CHANNELS),
        Fourier(),
        AUGMENTED,
        Climb(0.05, "adam"),
        steps,
        size=SIZE,
        fast=fast,
    )
    return found.seconds / steps


def loop(network: nn.Module, layer: str, steps: int) -> float:
    """The plain loop: pixels behind a sigmoid, roll and affine grid, Adam; batched and cut behind the layer."""
    written = torch.zeros(len(CHANNELS), 3, SIZE, SIZE, requires_grad=True)
    adam, run, rows = torch.optim.Adam([written], lr=0.05), extractor(network, [layer]), torch.arange(16)
    began = time.perf_counter()
    with frozen(network):
        for _ in range(steps):
            adam.zero_grad()
            looks = torch.eye(2, 3).expand(len(CHANNELS), 2, 3) + 0.1 * torch.randn(len(CHANNELS), 2, 3)
            grid = nn.functional.affine_grid(looks, written.shape, align_corners=False)
            seen = nn.functional.grid_sample(
                written.sigmoid(), grid, padding_mode="reflection", align_corners=False
            )
            (-run(seen)[layer][rows, CHANNELS].mean((1, 2)).sum()).backward()
            adam.step()
    return (time.perf_counter() - began) / steps


def multiply_adds(network: nn.Module, layer: str) -> float:
    """Of one step of 16 images: the prefix forward, and the gradient to the images."""
    images, run = torch.rand(len(CHANNELS), 3, SIZE, SIZE, requires_grad=True), extractor(network, [layer])
    with frozen(network), FlopCounterMode(display=False) as counter:
        run(images)[layer].sum().backward()
    return counter.get_total_flops() / 2


def rate(dtype: torch.dtype, side: int = 1536) -> float:
    """Multiply-adds per second of a matrix product."""
    left, right = torch.rand(side, side).to(dtype), torch.rand(side, side).to(dtype)
    left @ right
    began = time.perf_counter()
    for _ in range(3):
        left @ right
    return 3 * side**3 / (time.perf_counter() - began)


LUCENT = """
import sys, time, json, warnings
warnings.filterwarnings("ignore")
import torch, torchvision
from lucent.optvis import render, param
torch.set_num_threads(int(sys.argv[1]))
networks = {}
for line in sys.stdin:
    name, layer, size, steps = json.loads(line)
    if name not in networks:
        options = {} if name == "alexnet" else {"init_weights": False}
        networks[name] = getattr(torchvision.models, name)(weights=None, **options).eval()
    began = time.perf_counter()
    for channel in range(16):
        render.render_vis(networks[name], f"{layer}:{channel}", param_f=lambda: param.image(128), progress=False,
                          thresholds=(steps,), show_image=False, fixed_image_size=size)
    print(json.dumps((time.perf_counter() - began) / steps), flush=True)
"""


class Lucent:
    """torch-lucent in its own Python, asked over a pipe."""

    def __init__(self, python: str):
        arguments = [python, "-c", LUCENT, str(torch.get_num_threads())]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            arguments, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )

    def __call__(self, name: str, layer: str, size: int | None, steps: int) -> float:
        print(json.dumps([name, layer, size, steps]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def measured(lucent: Lucent | None, rounds: int, steps: int) -> Iterator[dict]:
    """One row for each network and depth: milliseconds per step, and ratios of what ran in the same turn."""
    for name, layers in LAYERS.items():
        network = relative(name).eval()
        for depth, layer in layers.items():
            question = Filter(layer, CHANNELS).bind(network).layer
            work, turns = multiply_adds(network, question), []
            for turn in range(rounds + 1):
                times = {
                    "ours": ours(network, layer, False, steps),
                    "ours_bfloat16": ours(network, layer, True, steps),
                    "loop": loop(network, question, steps),
                    "floor": work / rate(torch.float32),
                    "floor_bfloat16": work / rate(torch.bfloat16),
                }
                if lucent is not None:
                    there = LUCENT_LAYERS[name][depth]
                    times["lucent_128"] = lucent(name, there, SIZE, steps)
                    if turn == rounds:  # its default size, once: it takes long and is not compared per pixel
                        times["lucent_224"] = lucent(name, there, None, steps)
                if turn:  # the first warms up
                    turns.append(times)
            yield summary(name, depth, layer, turns)


def summary(name: str, depth: str, layer: str, turns: list[dict[str, float]]) -> dict:
    def median(what: str, by: str = "") -> float:
        return statistics.median(turn[what] / (turn[by] if by else 1e-3) for turn in turns if what in turn)

    keys = turns[-1]
    row = {"network": name, "depth": depth, "layer": layer} | {f"{key}_ms": median(key) for key in keys}
    row |= {f"{key}_by_ours": median(key, "ours") for key in keys if key.startswith(("lucent", "loop"))}
    row |= {
        f"{key}_by_ours_bfloat16": median(key, "ours_bfloat16") for key in keys if key.startswith("lucent")
    }
    row["ours_by_floor"] = median("ours", "floor")
    row["ours_bfloat16_by_floor"] = median("ours_bfloat16", "floor_bfloat16")
    return row


def against_itself(steps: int) -> dict[str, float]:
    """Cost in steps, in images, and memory of more images in chunks of the same size."""
    network, layer = relative("alexnet").eval(), "conv3"

    def seconds(count: int, steps: int) -> float:
        question = Filter(layer, [0] * count)
        return reconstruct(network, question, Fourier(), AUGMENTED, steps=steps, size=SIZE, chunk=8).seconds

    seconds(8, 2)
    once = seconds(8, steps)
    twice_steps, before = seconds(8, 2 * steps), peak()
    four_times = seconds(32, steps)
    return {
        "twice_the_steps": twice_steps / once,
        "four_times_the_images": four_times / once,
        "memory_for_four_times_mb": peak() - before,
    }


def peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lucent", metavar="PYTHON", help="a Python that has torch-lucent and kornia 0.4.1")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=4, help="steps of each variant in a turn")
    parser.add_argument("--quick", action="store_true", help="print the table and store nothing")
    options = parser.parse_args()
    if options.lucent is None:
        print("torch-lucent is missing from this table: name a Python that has it with --lucent.")
    alone = against_itself(2 * options.steps)
    rows = []
    for row in measured(options.lucent and Lucent(options.lucent), options.rounds, options.steps):
        rows.append(row)
        print(
            {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()},
            flush=True,
        )
    print({key: round(value, 2) for key, value in alone.items()})
    about = {
        "made by": "python benchmarks/reconstruction.py --lucent PYTHON",
        "date": date.today().isoformat(),
        "recipe": f"16 channels at {SIZE} px, {options.rounds} turns, {torch.get_num_threads()} threads, medians",
        "against itself": ", ".join(f"{key} {value:.2f}" for key, value in alone.items()),
        "versions": f"torch {torch.__version__}",
        "seeds": "0",
    }
    if not options.quick:
        store("reconstruction_speed", pd.DataFrame(rows), about)


if __name__ == "__main__":
    main()
