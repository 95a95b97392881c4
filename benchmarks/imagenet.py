"""How long the ImageNet network takes for a photo, beside onnxruntime -> data/measurements/imagenet_speed.csv.

    python benchmarks/imagenet.py --onnx PYTHON     (about two minutes)

PYTHON is the Python of an environment with `onnxruntime` and `onnx`; without it, its row is left out. All take
turns, so that a machine that grows busy slows them all, and each is judged by its quickest turn. The last
rows say what parts of the fast form are worth.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # on shared cores, waiting must not cost the others

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_sample_images
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms import v2

from lesson_utils import images
from lesson_utils.danish import number
from lesson_utils.device import native_bfloat16
from lesson_utils.networks import Network, fast
from lesson_utils.networks.fast import FastNetwork, FusedConv
from lesson_utils.show.measurements import store
from lesson_utils.weights import load_network

THREADS, TURNS = 2, {1: 24, 32: 3}
SERVER = """
import sys, time, numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
print(onnxruntime.__version__, flush=True)
for batch in sys.stdin:
    pictures = numpy.random.rand(int(batch), 3, 224, 224).astype("float32")
    if len(pictures) == 1:
        session.run(None, {"images": pictures})
    began = time.perf_counter()
    session.run(None, {"images": pictures})
    print(time.perf_counter() - began, flush=True)
"""
Task = Callable[[Tensor], object]


def exported(network: Network, folder: Path, python: str) -> Path:
    """The network as an ONNX file; the `onnx` of that other Python writes it."""
    where = [python, "-c", "import onnx; print(onnx.__path__[0])"]
    onnx = subprocess.run(where, check=True, capture_output=True, text=True).stdout
    sys.path.append(str(Path(onnx).parent))  # behind all that this Python has itself
    torch.onnx.export(
        network,
        (torch.rand(1, 3, 224, 224),),
        folder / "network.onnx",
        input_names=["images"],
        dynamic_axes={"images": {0: "batch"}},
        dynamo=False,
    )
    return folder / "network.onnx"


@contextmanager
def onnxruntime(network: Network, python: str) -> Iterator[tuple[Callable[[int], float], str]]:
    """Seconds of one pass by its batch, in a process of that Python; and the version."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-c", SERVER, str(exported(network, Path(folder), python)), str(THREADS)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            version = server.stdout.readline().strip()

            def seconds(batch: int) -> float:
                print(batch, file=server.stdin, flush=True)
                return float(server.stdout.readline())

            yield seconds, version
            server.stdin.close()


def seconds(task: Task, pictures: Tensor) -> float:
    """One pass; of a single image the second of two, since other tasks have taken the cache from the first."""
    if len(pictures) == 1:
        task(pictures)
    began = time.perf_counter()
    task(pictures)
    return time.perf_counter() - began


@contextmanager
def setting(**values: object) -> Iterator[None]:
    before = {name: getattr(fast, name) for name in values}
    for name, value in values.items():
        setattr(fast, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(fast, name, value)


def under(task: Task, **values: object) -> Task:
    def run(pictures: Tensor) -> object:
        with setting(**values):
            return task(pictures)

    return run


def tasks(network: Network) -> dict[str, Task]:
    """What is timed besides onnxruntime, by the name of its row."""
    plain = FastNetwork(network, torch.float32)
    found = {"eager float32": network, "fast float32": plain}
    if native_bfloat16():
        found["fast bfloat16"] = FastNetwork(network, torch.bfloat16)
    found["fast float32, all 32 at a time"] = under(plain, AT_A_TIME=32)
    found["fast float32, ReLU6 by itself"] = under(plain, ONEDNN=False)
    found["fast float32, padding by itself"] = padded(network)
    return found


def padded(network: Network) -> FastNetwork:
    """The fast form, but with a padded copy of the maps where TensorFlow's padding is uneven."""
    quick = FastNetwork(network, torch.float32)
    for path, part in [
        (p, each) for name in quick.rows for p, each in quick.rows[name].named_modules(prefix=name)
    ]:
        if isinstance(part, FusedConv) and "pad" in dict(network.layers.get_submodule(path).named_children()):
            around = network.layers.get_submodule(path).pad.padding
            part.weight = part.weight[:, :, 1:, 1:].contiguous(memory_format=torch.channels_last)
            part.geometry = [0, 0], *part.geometry[1:]
            part.register_forward_pre_hook(lambda _, maps, around=around: F.pad(maps[0], around))
    return quick


def by_kind(network: Network, batch: int) -> dict[str, float]:
    """Where the fast form's time goes: milliseconds an image in each kind of convolution, least of all turns."""
    quick, began, spent = FastNetwork(network, torch.float32), {}, {}
    for row in quick.rows.values():
        for part in row.modules():
            if isinstance(part, FusedConv):
                part.register_forward_pre_hook(
                    lambda module, _: began.__setitem__(module, time.perf_counter())
                )
                part.register_forward_hook(
                    lambda module, *_: spent.setdefault(module, []).append(
                        time.perf_counter() - began[module]
                    )
                )
    for _ in range(20):
        quick(torch.rand(min(batch, fast.AT_A_TIME), 3, 224, 224))
    found = {"1x1": 0.0, "depthwise": 0.0, "stem": 0.0}
    for module, times in spent.items():
        kind = "depthwise" if module.geometry[-1] > 1 else "1x1" if module.weight.shape[-1] == 1 else "stem"
        found[kind] += 1000 * min(times) / min(batch, fast.AT_A_TIME)
    return found


def agreement(network: Network, count: int = 200) -> float:
    """How often bfloat16 names the same class as float32, on random cuttings of five photos."""
    photos = [images.photo(name) for name in images.PHOTOS]
    photos += [images.from_array(array) for array in load_sample_images().images]
    torch.manual_seed(0)
    cut = v2.RandomResizedCrop(224, scale=(0.5, 1.0), antialias=True)
    same = 0
    exact, rounded = (FastNetwork(network, dtype) for dtype in (torch.float32, torch.bfloat16))
    for start in range(0, count, 40):
        pictures = torch.stack([cut(photos[k % len(photos)]) for k in range(start, start + 40)])
        same += int((exact(pictures).argmax(1) == rounded(pictures).argmax(1)).sum())
    return same / count


@torch.no_grad()
def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--onnx", default="", metavar="PYTHON")
    chosen = options.parse_args()
    torch.set_num_threads(THREADS)
    network = load_network("imagenet")
    ours, version = tasks(network), ""
    times = {(name, batch): [] for name in ["onnxruntime float32", *ours] for batch in TURNS}

    def turns(theirs: Callable[[int], float] | None = None) -> None:
        for batch, rounds in TURNS.items():
            pictures = torch.rand(batch, 3, 224, 224)
            for _ in range(rounds):
                for name, task in ours.items():
                    times[name, batch].append(seconds(task, pictures))
                if theirs:
                    times["onnxruntime float32", batch].append(theirs(batch))

    if chosen.onnx:
        with onnxruntime(network, chosen.onnx) as (theirs, version):
            turns(theirs)
    else:
        turns()
    least = {key: 1000 * min(each) / key[1] for key, each in times.items() if each}
    rows = [
        {"how": name, "batch": batch, "ms_an_image": ms, "of_onnxruntime": np.nan}
        for (name, batch), ms in least.items()
    ]
    table = pd.DataFrame(rows)
    if chosen.onnx:
        table["of_onnxruntime"] = [
            ms / least["onnxruntime float32", batch]
            for ms, batch in zip(table["ms_an_image"], table["batch"], strict=True)
        ]
    parts = ", ".join(f"{kind} {ms:.2f}" for kind, ms in by_kind(network, 32).items())
    about = {
        "made by": "python benchmarks/imagenet.py --onnx PYTHON",
        "date": date.today(),
        "recipe": f"EfficientNet-Lite0 at 224 px, {THREADS} threads, least of {TURNS[1]} and {TURNS[32]} turns",
        "where fast float32 spends it": f"ms an image, four at a time: {parts}",
        "bfloat16 names the same class": f"{agreement(network):.4f} of 200 cuttings of five photos",
        "seeds": "0 for the cuttings",
        "versions": f"torch {torch.__version__}" + (f", onnxruntime {version}" if version else ""),
    }
    store("imagenet_speed", table, about)
    for row in table.itertuples():
        print(
            f"{row.how:34} {row.batch:>3} {number(row.ms_an_image, 1):>6} ms   {number(row.of_onnxruntime, 2)} x"
        )
    for name, said in about.items():
        print(f"{name}: {said}")


if __name__ == "__main__":
    main()
