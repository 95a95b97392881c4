"""`lesson train`: one of the course's networks trained by its recipe, written, read back, measured and entered."""

import errno
import json
import math
import os
import platform
import shlex
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from rich.progress import BarColumn, Progress, TimeRemainingColumn
from safetensors.torch import save_file

from lesson_staff.pages import read_json
from lesson_staff.recipes import PLANS, Drawn, Plan
from lesson_staff.terminal import Terminal
from lesson_staff.training import Report, TrainingResult, train
from lesson_utils import danish, snapshots, weights
from lesson_utils.device import choose
from lesson_utils.errors import LessonError
from lesson_utils.files import digest, written
from lesson_utils.networks import Network
from lesson_utils.networks.families import MINIS
from lesson_utils.robustness import accuracy, robust_accuracy
from lesson_utils.transfer.moves import replace_head
from lesson_world.banana import probe
from lesson_world.cache import cache_directory, to_bytes
from lesson_world.datasets import TEST, TRAINING, VALIDATION

ATTACK = 1.5  # L2 radius of the attack that every network's manifest reports, whatever it was trained with
PROBED = 400  # bananas alone, and as many held


def train_network(name: str, resume: bool, out: str) -> bool:
    """Train `name` into the folder `out` (empty: the course's own weights), with a bar; whether it was finished.

    Raises LessonError for an unknown name, or a checkpoint of another recipe.
    """
    if name not in PLANS:
        hint = danish.did_you_mean(name, PLANS) or f"Vælg mellem {danish.listing(PLANS)}."
        raise LessonError(f"Kurset træner intet netværk »{name}«. {hint}")
    folder = Path(out).expanduser() if out else weights.EMBEDDED
    may_write(folder, name)  # said now, and not after a quarter of an hour
    columns = ("{task.description}", BarColumn(), "{task.fields[facts]}", TimeRemainingColumn())
    with Progress(*columns, console=(console := Terminal())) as progress:
        bar = progress.add_task("Tegner billeder", total=None, facts="")

        def drawn(done: int, count: int) -> None:
            so_far = f"{danish.number(done)} af {danish.number(count)}"
            progress.update(bar, completed=done, total=count, facts=so_far)

        def stepped(step: int, steps: int, loss: float, accuracy: float) -> None:
            right = "" if math.isnan(accuracy) else f", {danish.percent(accuracy)} rigtige"  # no epoch yet
            so_far = f"tab {danish.number(loss, 2)}{right}"
            progress.update(bar, description=f"Træner {name}", completed=step, total=steps, facts=so_far)

        entry = None
        with suppress(KeyboardInterrupt):  # while it draws; a training that is interrupted says so itself
            entry = make(name, folder, resume, stepped, drawn)
    if entry is None:
        # without its folder, it would go on into the course's own weights
        there = f" --out {shlex.quote(out)}" if out else ""
        told = f"Træningen er afbrudt. Gå videre med »lesson train {name} --resume{there}«."
        console.print(told, soft_wrap=True, markup=False)
        return False
    right = {kind: danish.percent(entry[kind]["accuracy"]) for kind in ("test", "attack")}
    count = {kind: danish.number(entry[kind]["images"]) for kind in ("test", "attack")}
    console.print(
        f"{entry['network']}: {right['test']} rigtige på {count['test']} nye billeder, "
        f"{right['attack']} på {count['attack']}, der er ændret for at narre det."
    )
    return True


def may_write(folder: Path, name: str) -> None:
    """Make the folder. Raises LessonError where a file of these names is there that no training has written, and
    OSError where nothing can be written."""
    folder.mkdir(parents=True, exist_ok=True)
    file, manifest = folder / f"{name}.safetensors", folder / weights.MANIFEST
    try:
        known = read_json(manifest)["networks"] if manifest.exists() else {}
        theirs = file.exists() and name not in known
    except (ValueError, KeyError, TypeError):
        theirs = True
    if theirs:
        raise LessonError(f"I mappen »{folder}« ligger filer, som ingen træning har skrevet: vælg en anden.")
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "", str(folder))


def make(name: str, folder: Path, resume: bool, on_step: Report, on_draw: Drawn) -> dict | None:
    """Train the network `name`, write its file to `folder` and its facts to the manifest there; the facts.

    None where the training was interrupted: its checkpoint stays, and `resume` goes on from it. Nothing in
    `folder` changes before the network is finished and measured. Raises LessonError for a training
    that is interrupted, if it is not to go on, and for one that is under way.
    """
    checkpoint = cache_directory() / "training" / f"{name}.safetensors"
    if checkpoint.exists() and not resume:
        raise LessonError(
            f"Træningen af »{name}« er afbrudt: gå videre med --resume, eller slet {checkpoint} først."
        )
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(checkpoint.with_suffix(".lock"), timeout=0):
            return _make(PLANS[name], folder, checkpoint, on_step, on_draw)
    except Timeout:
        raise LessonError(
            f"»{name}« trænes allerede af en anden kommando: vent, til den er færdig."
        ) from None


def _make(plan: Plan, folder: Path, checkpoint: Path, on_step: Report, on_draw: Drawn) -> dict | None:
    name = plan.name
    subject, classes, seed = plan.subject, len(plan.subject.classes), plan.recipe.seed
    images, labels = subject.draw(TRAINING, subject.training * classes, on_draw)
    validation = subject.draw(VALIDATION, subject.validation * classes, None)
    start = weights.load_network(plan.start) if plan.start else None
    network = replace_head(start, classes, seed=seed) if start else MINIS[plan.family](classes, seed=seed)
    network = network.to(choose())
    so_far = checkpoint.with_name(f"{name}-snapshots.safetensors")
    taken = snapshots.load(so_far) if checkpoint.exists() and so_far.exists() else []

    def snapshot(step: int) -> None:
        new = snapshots.take(network, step, accuracy(network, *validation))
        taken[:] = [*(earlier for earlier in taken if earlier.step < step), new]
        snapshots.save(taken, so_far)

    steps = snapshot_steps(plan.recipe.steps(len(labels)))
    take = snapshot if plan.snapshots else None
    result = train(network, images, labels, plan.recipe, validation, checkpoint, on_step, take, steps)
    return publish(plan, network.cpu(), result, folder, taken) if result.finished else None


def snapshot_steps(steps: int, moments: int = 8) -> list[int]:
    """0 for the fresh network, and steps evenly apart in the logarithm; the end has a file of its own."""
    first = 8
    return [0, *sorted({round(first * (steps / first) ** (k / (moments - 1))) for k in range(moments - 1)})]


def publish(plan: Plan, network: Network, result: TrainingResult, folder: Path, taken: list) -> dict:
    """Write the weights in half precision, read them back, measure what was read, and enter it in the manifest."""
    subject, classes = plan.subject, len(plan.subject.classes)
    images, labels = subject.draw(TEST, subject.test * classes, None)
    few = slice(subject.attacked * classes)
    cores = danish.plural(os.cpu_count() or 1, "kerne", "kerner")
    processor = f"{cores}, {platform.machine()}, torch {torch.__version__}"
    with written(folder / f"{plan.name}.safetensors") as unfinished:
        # biases and batch norm are few, and some of their numbers out of the range of half precision
        halved = {
            name: tensor.detach().to(torch.float16 if tensor.dim() > 1 else torch.float32).contiguous()
            for name, tensor in weights.tensor_names(network).items()
        }
        save_file(halved, unfinished)
        weights.load_file(network, unfinished)
        entry = {
            "file": f"{plan.name}.safetensors",
            "sha256": digest(unfinished),
            "network": network.name,
            "family": plan.family,
            "start": plan.start,
            "classes": list(subject.classes),
            "recipe": asdict(plan.recipe),
            "training_images": subject.training * classes,
            "training_steps": result.steps,
            "training_seconds": round(result.moments[-1].seconds),
            "machine": torch.cuda.get_device_name() if torch.cuda.is_available() else processor,
            "date": date.today().isoformat(),
            "test": {"images": len(labels), "accuracy": accuracy(network, images, labels)},
            "attack": {
                "epsilon": ATTACK,
                "steps": 5,
                "images": len(labels[few]),
                "accuracy": robust_accuracy(network, images[few], labels[few], ATTACK),
            },
        }
        for scene in ("alone", "held") if plan.start else ():
            bananas = probe(scene, "banana", PROBED, TEST)  # all alone, or all in a monkey's hand
            right = accuracy(network, to_bytes(bananas.images), bananas.labels)
            entry.setdefault("bananas", {})[scene] = {"images": PROBED, "accuracy": right}
        if taken:
            path = folder / f"{plan.name}-snapshots.safetensors"
            snapshots.save(taken, path)
            entry["snapshots"] = {"file": path.name, "sha256": digest(path)}
    manifest = folder / weights.MANIFEST
    content = {"format": weights.FORMAT, "licence": "MIT", "networks": {}}
    if manifest.exists():
        content = json.loads(manifest.read_text(encoding="utf-8"))
    content["networks"][plan.name] = entry
    with written(manifest) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return entry
