"""The networks that the course ships: how each of them was trained, and how to train it again."""

import hashlib
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from lesson_utils import danish, snapshots, weights
from lesson_utils.device import best_device
from lesson_utils.errors import LessonError
from lesson_utils.networks import Network
from lesson_utils.robustness import robust_accuracy
from lesson_utils.training import Recipe, Report, TrainingResult, accuracy, train
from lesson_utils.world.cache import cache_directory, store
from lesson_utils.world.datasets import BASE, TEST, TRAINING, VALIDATION
from lesson_utils.world.things import THINGS

ROBUST = Recipe(epochs=10, epsilon=3.0, averaging=0.99)
STANDARD = Recipe(epochs=8, first_decay=2e-2, label_smoothing=0.05, averaging=0.99)

TRAINING_IMAGES = 900 * len(BASE)
VALIDATION_IMAGES = 50 * len(BASE)
TEST_IMAGES = 200 * len(BASE)
ATTACKED_IMAGES = 50 * len(BASE)  # five gradient steps each: the slow part of measuring
ATTACK = 1.5  # L2 radius of the attack that every network's manifest reports, whatever it was trained with


@dataclass(frozen=True)
class Plan:
    """One network: whose family it is of, what it is trained with, and whether its snapshots are kept."""

    name: str
    family: str
    recipe: Recipe
    snapshots: bool = False


PLANS = {
    plan.name: plan
    for plan in (
        Plan("alexnet", "alexnet", ROBUST, snapshots=True),
        Plan("vgg", "vgg", ROBUST),
        Plan("googlenet", "googlenet", ROBUST),
        Plan("standard", "alexnet", STANDARD),
    )
}


def make(
    name: str,
    folder: Path = weights.EMBEDDED,
    resume: bool = False,
    on_step: Report | None = None,
    on_draw: Callable[[int, int], None] | None = None,
) -> dict | None:
    """Train the network `name`, write its file to `folder` and its facts to the manifest there; the facts.

    None where the training was interrupted: its checkpoint stays, and `resume` goes on from it. Nothing in
    `folder` changes before the network is finished and measured. Raises LessonError for an unknown name.
    """
    if name not in PLANS:
        raise LessonError(
            f"Kurset træner intet netværk »{name}«. {danish.nearest(name, PLANS)} "
            f"Vælg mellem {danish.listing(PLANS)}."
        )
    plan = PLANS[name]
    data = store(BASE, TRAINING, TRAINING_IMAGES, progress=on_draw)
    validation = store(BASE, VALIDATION, VALIDATION_IMAGES)
    checkpoint = cache_directory() / "training" / f"{name}.safetensors"
    if not resume:
        checkpoint.unlink(missing_ok=True)
    network = weights.MINI_NETWORKS[plan.family](len(BASE), seed=plan.recipe.seed, device=best_device())
    so_far = checkpoint.with_name(f"{name}-snapshots.safetensors")
    taken = snapshots.load(so_far) if checkpoint.exists() and so_far.exists() else []

    def snapshot(step: int) -> None:
        measured = accuracy(network, validation.images, validation.labels)
        taken[:] = [
            *(earlier for earlier in taken if earlier.step < step),
            snapshots.take(network, step, measured),
        ]
        snapshots.save(taken, so_far)

    result = train(
        network,
        data.images,
        data.labels,
        plan.recipe,
        (validation.images, validation.labels),
        checkpoint,
        on_step,
        snapshot if plan.snapshots else None,
        snapshot_steps(plan.recipe.steps(len(data))),
    )
    if not result.finished:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if taken:
        snapshots.save(taken, folder / f"{name}-snapshots.safetensors")
    return publish(plan, network.cpu(), result, folder)


def snapshot_steps(steps: int, moments: int = 8) -> list[int]:
    """The fresh network and `moments` more, the last at the end: evenly apart in the logarithm of the step."""
    first = 8
    return [0, *sorted({round(first * (steps / first) ** (k / (moments - 1))) for k in range(moments)})]


def publish(plan: Plan, network: Network, result: TrainingResult, folder: Path) -> dict:
    """Write the weights in half precision, read them back, measure what was read, and enter it in the manifest."""
    file = folder / f"{plan.name}.safetensors"
    unfinished = folder / f".{file.name}.part"
    save_file(_halved(weights.tensor_names(network)), unfinished)
    weights.load_file(network, unfinished)
    test = store(BASE, TEST, TEST_IMAGES)
    few = slice(ATTACKED_IMAGES)
    entry = {
        "file": file.name,
        "sha256": hashlib.sha256(unfinished.read_bytes()).hexdigest(),
        "network": network.name,
        "family": plan.family,
        "classes": list(BASE),
        "classes_danish": [THINGS[name].danish for name in BASE],
        "recipe": asdict(plan.recipe),
        "training_images": TRAINING_IMAGES,
        "training_steps": result.steps,
        "training_seconds": round(result.moments[-1].seconds),
        "machine": _machine(),
        "date": date.today().isoformat(),
        "test": {"images": len(test), "accuracy": accuracy(network, test.images, test.labels)},
        "attack": {
            "epsilon": ATTACK,
            "steps": 5,
            "images": ATTACKED_IMAGES,
            "accuracy": robust_accuracy(network, test.images[few], test.labels[few], ATTACK),
        },
    }
    unfinished.replace(file)
    _enter(plan.name, entry, folder / weights.MANIFEST)
    return entry


def _halved(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights in float16; the few numbers of biases and batch norm stay float32, some being out of its range."""
    return {
        name: tensor.detach().half().contiguous()
        if tensor.dim() > 1
        else tensor.detach().float().contiguous()
        for name, tensor in tensors.items()
    }


def _machine() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    cores = danish.plural(os.cpu_count() or 1, "kerne", "kerner")
    return f"{cores}, {platform.machine()}, torch {torch.__version__}"


def _enter(name: str, entry: dict, manifest: Path) -> None:
    content = {"format": weights.FORMAT, "licence": "MIT", "networks": {}}
    if manifest.exists():
        content = json.loads(manifest.read_text(encoding="utf-8"))
    content["networks"][name] = entry
    unfinished = manifest.with_name(f".{manifest.name}.part")
    unfinished.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(manifest)
