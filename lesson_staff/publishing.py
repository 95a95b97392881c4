"""One of the course's networks made from its recipe: trained, written, read back, measured and entered."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from lesson_staff.recipes import PLANS, Drawn, Plan
from lesson_utils import danish, snapshots, weights
from lesson_utils.device import choose
from lesson_utils.errors import LessonError
from lesson_utils.files import digest, written
from lesson_utils.networks import Network
from lesson_utils.networks.families import MINIS
from lesson_utils.robustness import robust_accuracy
from lesson_utils.training import Report, TrainingResult, accuracy, train
from lesson_utils.transfer.moves import replace_head
from lesson_world.banana import probe
from lesson_world.cache import cache_directory, to_bytes
from lesson_world.datasets import TEST, TRAINING, VALIDATION

ATTACK = 1.5  # L2 radius of the attack that every network's manifest reports, whatever it was trained with
PROBED = 400  # bananas alone, and as many held


def make(
    name: str,
    folder: Path = weights.EMBEDDED,
    resume: bool = False,
    on_step: Report | None = None,
    on_draw: Drawn | None = None,
) -> dict | None:
    """Train the network `name`, write its file to `folder` and its facts to the manifest there; the facts.

    None where the training was interrupted: its checkpoint stays, and `resume` goes on from it. Nothing in
    `folder` changes before the network is finished and measured. Raises LessonError for an unknown name.
    """
    if name not in PLANS:
        raise LessonError(
            f"Kurset træner intet netværk »{name}«. {danish.did_you_mean(name, PLANS)} "
            f"Vælg mellem {danish.listing(PLANS)}."
        )
    plan = PLANS[name]
    subject = plan.subject
    images, labels = subject.draw(TRAINING, subject.training * len(subject.classes), on_draw)
    validation = subject.draw(VALIDATION, subject.validation * len(subject.classes), None)
    checkpoint = cache_directory() / "training" / f"{name}.safetensors"
    if not resume:
        checkpoint.unlink(missing_ok=True)
    network = _beginning(plan).to(choose())
    so_far = checkpoint.with_name(f"{name}-snapshots.safetensors")
    taken = snapshots.load(so_far) if checkpoint.exists() and so_far.exists() else []

    def snapshot(step: int) -> None:
        measured = accuracy(network, *validation)
        taken[:] = [
            *(earlier for earlier in taken if earlier.step < step),
            snapshots.take(network, step, measured),
        ]
        snapshots.save(taken, so_far)

    result = train(
        network,
        images,
        labels,
        plan.recipe,
        validation,
        checkpoint,
        on_step,
        snapshot if plan.snapshots else None,
        snapshot_steps(plan.recipe.steps(len(labels))),
    )
    if not result.finished:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return publish(plan, network.cpu(), result, folder, taken)


def snapshot_steps(steps: int, moments: int = 8) -> list[int]:
    """The fresh network and `moments` - 1 more, evenly apart in the logarithm of the step.

    The last of the moments would be the end; that one is the network's own file.
    """
    first = 8
    return [0, *sorted({round(first * (steps / first) ** (k / (moments - 1))) for k in range(moments - 1)})]


def publish(
    plan: Plan,
    network: Network,
    result: TrainingResult,
    folder: Path,
    taken: Sequence[snapshots.Snapshot] = (),
) -> dict:
    """Write the weights in half precision, read them back, measure what was read, and enter it in the manifest."""
    file = folder / f"{plan.name}.safetensors"
    unfinished = folder / f".{file.name}.part"
    save_file(_halved(weights.tensor_names(network)), unfinished)
    weights.load_file(network, unfinished)
    subject = plan.subject
    classes = len(subject.classes)
    images, labels = subject.draw(TEST, subject.test * classes, None)
    few = slice(subject.attacked * classes)
    entry = {
        "file": file.name,
        "sha256": digest(unfinished),
        "network": network.name,
        "family": plan.family,
        "start": plan.start,
        "classes": list(subject.classes),
        "recipe": asdict(plan.recipe),
        "training_images": subject.training * classes,
        "training_steps": result.steps,
        "training_seconds": round(result.moments[-1].seconds),
        "machine": _machine(),
        "date": date.today().isoformat(),
        "test": {"images": len(labels), "accuracy": accuracy(network, images, labels)},
        "attack": {
            "epsilon": ATTACK,
            "steps": 5,
            "images": len(labels[few]),
            "accuracy": robust_accuracy(network, images[few], labels[few], ATTACK),
        },
    }
    if plan.start:
        entry["bananas"] = {scene: _bananas(network, scene) for scene in ("alone", "held")}
    if taken:
        path = folder / f"{plan.name}-snapshots.safetensors"
        snapshots.save(taken, path)
        entry["snapshots"] = {"file": path.name, "sha256": digest(path)}
    unfinished.replace(file)
    _enter(plan.name, entry, folder / weights.MANIFEST)
    return entry


def _beginning(plan: Plan) -> Network:
    """Fresh weights from the recipe's seed, or those of a trained network with a new last layer."""
    classes = len(plan.subject.classes)
    if not plan.start:
        return MINIS[plan.family](classes, seed=plan.recipe.seed)
    return replace_head(weights.load_network(plan.start), classes, seed=plan.recipe.seed)


def _bananas(network: Network, scene: str) -> dict:
    """The share of bananas, all alone or all in a monkey's hand, that the network calls bananas."""
    samples = probe(scene, "banana", PROBED, TEST)
    return {"images": PROBED, "accuracy": accuracy(network, to_bytes(samples.images), samples.labels)}


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
    with written(manifest) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
