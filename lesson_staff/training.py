"""One training loop for every network of the course, standard or robust. It knows nothing of any lesson.

A run can be interrupted at any step and resumed with the same result: what is random in a step is drawn from
(seed, step) alone, and a checkpoint holds the weights, the optimiser's momentum and the history.
"""

import json
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from lesson_utils.device import precision
from lesson_utils.errors import LessonError
from lesson_utils.files import read_tensors, written
from lesson_utils.images import as_float
from lesson_utils.networks import Network
from lesson_utils.robustness import accuracy, perturb
from lesson_utils.transfer.learning import shifted


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: SGD with Nesterov momentum, a warmed-up cosine rate and shifted images.

    `epsilon` is the L2 radius of the perturbations, for images of 3 x 64 x 64 in 0..1 (0: standard training); it
    grows to its full size over the first `epsilon_warmup` of the steps. The first layer has a decay of its own
    (`first_decay`); a fresh one may start small (its weights times `first_scale`): both leave its filters smooth.
    `averaging` is the share of the old value that the running mean of the weights keeps at each step; the mean is
    what the trained network ends with (0: the last weights).
    """

    epochs: float = 8
    batch_size: int = 128
    learning_rate: float = 0.05
    warmup: float = 0.15
    momentum: float = 0.9
    weight_decay: float = 5e-4
    first_decay: float = 5e-3
    first_scale: float = 1.0
    label_smoothing: float = 0.02
    shift: int = 5
    epsilon: float = 0.0
    epsilon_warmup: float = 0.4
    averaging: float = 0.0
    seed: int = 0

    def steps(self, count: int) -> int:
        """How many steps the recipe takes on `count` images."""
        return max(1, round(self.epochs * self.steps_per_epoch(count)))

    def steps_per_epoch(self, count: int) -> int:
        return max(1, count // self.batch_size)


@dataclass
class Moment:
    """What was measured at one moment of the training."""

    step: int
    epoch: float
    loss: float
    accuracy: float
    seconds: float


@dataclass
class TrainingResult:
    """A finished run, or one that was interrupted: how far it came and what was measured on the way."""

    recipe: Recipe
    steps: int
    finished: bool
    moments: list[Moment] = field(default_factory=list)


Report = Callable[[int, int, float, float], None]


def train(
    network: Network,
    images: Tensor,
    labels: Tensor,
    recipe: Recipe,
    validation: tuple[Tensor, Tensor] | None = None,
    checkpoint: Path | None = None,
    on_step: Report | None = None,
    snapshot: Callable[[int], None] | None = None,
    snapshot_steps: Sequence[int] = (),
) -> TrainingResult:
    """Train `network` in place on `images` uint8 (N, 3, H, W) and `labels` (N,).

    After each epoch the accuracy on `validation` (images, labels) is measured. After each step
    `on_step(step, steps, loss, accuracy)` is called, before each of `snapshot_steps` `snapshot(step)` (0: fresh).
    With `checkpoint`, a run goes on from that file where it exists, and writes it after each epoch and when it is
    interrupted by Ctrl-C, which ends the run and is not raised. Raises LessonError where the checkpoint is of
    another recipe or network.
    """
    run = _Run(network, recipe, len(images))
    result = TrainingResult(recipe, run.steps, finished=False)
    if checkpoint is not None and checkpoint.exists():
        result.moments = run.restore(checkpoint)
    started = time.perf_counter() - (result.moments[-1].seconds if result.moments else 0.0)
    measured = result.moments[-1].accuracy if result.moments else math.nan
    network.train()
    with _interruptible() as pressed:
        while run.step < run.steps and not pressed:
            if snapshot is not None and run.step in snapshot_steps:
                snapshot(run.step)
            chosen = run.batch(len(images))
            with torch.random.fork_rng():  # dropout draws from torch's global numbers
                torch.manual_seed(run.seed_for(run.step, 3))
                run.update(images[chosen], labels[chosen])
            if on_step is not None:
                on_step(run.step, run.steps, run.loss, measured)
            if run.step % run.steps_per_epoch == 0 or run.step == run.steps:
                measured = run.measure(validation)
                epoch, seconds = run.step / run.steps_per_epoch, time.perf_counter() - started
                result.moments.append(Moment(run.step, epoch, run.loss, measured, seconds))
                if checkpoint is not None:
                    run.save(checkpoint, result.moments)
    if pressed:
        if checkpoint is not None:
            run.save(checkpoint, result.moments)
        result.steps = run.step
        return result
    if run.mean is not None:
        network.load_state_dict(run.mean.module.state_dict())
    network.eval()
    if snapshot is not None and run.steps in snapshot_steps:
        snapshot(run.steps)
    result.finished = True
    return result


class _Run:
    """The state of one training run between two steps."""

    def __init__(self, network: Network, recipe: Recipe, count: int):
        self.network, self.recipe = network.to(memory_format=torch.channels_last), recipe
        self.device, self.written_recipe = network.device, json.dumps(asdict(recipe), default=int)
        self.steps, self.steps_per_epoch = recipe.steps(count), recipe.steps_per_epoch(count)
        self.step, self.loss = 0, math.nan
        self.first = next(m for m in network.modules() if isinstance(m, nn.Conv2d)).weight
        with torch.no_grad():
            self.first.mul_(recipe.first_scale)
        others = [p for p in network.parameters() if p is not self.first]
        groups = [
            {"params": [self.first], "weight_decay": recipe.first_decay},
            {"params": [p for p in others if p.dim() > 1], "weight_decay": recipe.weight_decay},
            {"params": [p for p in others if p.dim() <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.SGD(groups, lr=0.0, momentum=recipe.momentum, nesterov=True)
        self.mean = None
        if recipe.averaging:
            average = get_ema_multi_avg_fn(recipe.averaging)
            self.mean = AveragedModel(network, multi_avg_fn=average, use_buffers=True)

    def batch(self, count: int) -> Tensor:
        """The images of this step: each epoch goes through all of them in an order of its own."""
        epoch, k = divmod(self.step, self.steps_per_epoch)
        order = torch.randperm(count, generator=torch.Generator().manual_seed(self.seed_for(epoch, 0)))
        return order[k * self.recipe.batch_size : (k + 1) * self.recipe.batch_size]

    def update(self, images: Tensor, labels: Tensor) -> None:
        """One step: shift the images, perturb them if the recipe says so, and follow the gradient of the loss."""
        generator = torch.Generator().manual_seed(self.seed_for(self.step, 1))
        images = as_float(shifted(images, self.recipe.shift, generator)).to(self.device)
        labels = labels.to(self.device)
        progress = self.step / self.steps
        epsilon = self.recipe.epsilon * min(1.0, progress / max(self.recipe.epsilon_warmup, 1e-9))
        if epsilon > 0:
            noise = torch.Generator().manual_seed(self.seed_for(self.step, 2))
            images = perturb(self.network, images, labels, epsilon, steps=1, generator=noise)
        with precision(self.device):
            output = self.network(images.contiguous(memory_format=torch.channels_last))
        loss = self.network.loss(output, labels, self.recipe.label_smoothing)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * self._rate(progress)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        self.loss = loss.item() if math.isnan(self.loss) else 0.95 * self.loss + 0.05 * loss.item()
        if self.mean is not None:
            self.mean.update_parameters(self.network)

    def measure(self, validation: tuple[Tensor, Tensor] | None) -> float:
        network = self.network if self.mean is None else self.mean.module
        return math.nan if validation is None else accuracy(network, *validation)

    def save(self, path: Path, moments: list[Moment]) -> None:
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        if self.mean is not None:
            tensors |= {f"mean.{name}": tensor for name, tensor in self.mean.state_dict().items()}
        for name, parameter in self.network.named_parameters():
            momentum = self.optimizer.state[parameter].get("momentum_buffer")
            if momentum is not None:
                tensors[f"momentum.{name}"] = momentum
        state = {"step": self.step, "loss": self.loss, "moments": [asdict(moment) for moment in moments]}
        about = {"recipe": self.written_recipe, "state": json.dumps(state), "name": self.network.name}
        with written(path) as unfinished:
            save_file({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, unfinished, about)

    def restore(self, path: Path) -> list[Moment]:
        problem = f"Checkpointet »{path.name}« er beskadiget: slet det, og begynd træningen forfra."
        about, tensors = read_tensors(path, problem)
        if about.get("name") != self.network.name or about.get("recipe") != self.written_recipe:
            raise LessonError(
                f"Checkpointet »{path.name}« hører til en anden opskrift: slet det, eller giv den samme opskrift."
            )
        state = json.loads(about["state"])
        self.step, self.loss = state["step"], state["loss"]
        self.network.load_state_dict(_with_prefix("network.", tensors))
        if self.mean is not None:
            self.mean.load_state_dict(_with_prefix("mean.", tensors))
        momenta = _with_prefix("momentum.", tensors)
        for name, parameter in self.network.named_parameters():
            if name in momenta:
                buffer = torch.empty_like(parameter).copy_(momenta[name])
                self.optimizer.state[parameter]["momentum_buffer"] = buffer
        return [Moment(**moment) for moment in state["moments"]]

    def _rate(self, progress: float) -> float:
        """The share of the learning rate at this point: up in a straight line, then down along a cosine."""
        warmup = self.recipe.warmup
        if progress < warmup:
            return (self.step + 1) / max(1.0, warmup * self.steps)
        return 0.5 + 0.5 * math.cos(math.pi * (progress - warmup) / (1 - warmup))

    def seed_for(self, moment: int, purpose: int) -> int:
        return (int(self.recipe.seed) * 1_000_003 + moment) * 8 + purpose


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Ctrl-C only fills the list: a step is finished before the run stops, so that it can go on from there."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # signals reach the main thread alone
        return
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _with_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
