"""A network at several moments of its training, in a file small enough to ship.

The weights of the conv layers are kept in 8 bits: each filter as whole numbers from -127 to 127 and one scale,
which moves a weight by at most 0.4 % of its filter's largest. Batch norm's numbers are few, and kept in full.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from lesson_utils import danish
from lesson_utils.errors import LessonError
from lesson_utils.files import digest, read_tensors, written
from lesson_utils.networks import Network
from lesson_utils.weights import EMBEDDED, embedded, load_network


@dataclass(frozen=True)
class Snapshot:
    """The conv layers' tensors after `step` steps, and what the whole network could do then."""

    step: int
    accuracy: float
    tensors: dict[str, Tensor]

    def put_into(self, network: Network) -> None:
        """Give the conv layers the weights of this moment; the FC layers stay as they are."""
        state = network.state_dict()
        state.update(self.tensors)
        network.load_state_dict(state)


def take(network: Network, step: int, accuracy: float) -> Snapshot:
    """A copy of the conv layers of `network` as they are now, on the CPU."""
    tensors = {
        name: tensor.detach().to("cpu", copy=True)
        for name, tensor in network.state_dict().items()
        if name.startswith("layers.conv") and not name.endswith("num_batches_tracked")
    }
    return Snapshot(step, accuracy, tensors)


def of(name: str) -> list[Snapshot]:
    """The moments of a network that the course ships, from the fresh one to the trained one itself.

    Raises LessonError for a network without snapshots, and for a file that is missing or damaged.
    """
    network, entry = load_network(name), embedded().get(name, {})
    if "snapshots" not in entry:
        kept = danish.listing(other for other, about in embedded().items() if "snapshots" in about)
        raise LessonError(f"»{name}« har ingen øjebliksbilleder fra træningen: vælg {kept}.")
    path = EMBEDDED / entry["snapshots"]["file"]
    earlier = load(path)
    if digest(path) != entry["snapshots"]["sha256"]:
        raise LessonError(
            f"Øjebliksbillederne »{path.name}« er beskadiget (kontrolsummen er forkert): hent kurset igen."
        )
    return [*earlier, take(network, entry["training_steps"], entry["test"]["accuracy"])]


def save(snapshots: Sequence[Snapshot], path: Path) -> None:
    packed = {}
    for snapshot in snapshots:
        for name, tensor in snapshot.tensors.items():
            key = f"{snapshot.step}/{name}"
            if tensor.dim() < 2:
                packed[key] = tensor.float()
                continue
            scale = tensor.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-12) / 127
            packed[key] = (tensor / scale).round().to(torch.int8).contiguous()
            packed[f"{key}.scale"] = scale.flatten()
    about = [{"step": snapshot.step, "accuracy": snapshot.accuracy} for snapshot in snapshots]
    with written(path) as unfinished:
        save_file(packed, unfinished, {"moments": json.dumps(about)})


def load(path: Path) -> list[Snapshot]:
    """The snapshots of a file, from the fresh network to the trained one.

    Raises LessonError for a file that is missing or damaged.
    """
    problem = f"Øjebliksbillederne »{path.name}« mangler eller er beskadiget: hent kurset igen."
    about, packed = read_tensors(path, problem)
    if "moments" not in about:
        raise LessonError(problem)
    snapshots = [Snapshot(**moment, tensors={}) for moment in json.loads(about["moments"])]
    for snapshot, (key, tensor) in product(snapshots, packed.items()):
        step, name = key.split("/")
        if step == str(snapshot.step) and not name.endswith(".scale"):
            scale = packed[f"{key}.scale"].view(-1, 1, 1, 1) if f"{key}.scale" in packed else 1
            snapshot.tensors[name] = tensor.float() * scale
    return snapshots
