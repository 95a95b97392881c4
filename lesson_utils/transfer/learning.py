"""Training what is not frozen: the head on features that are computed once, or the whole network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lesson_utils.activations import stream
from lesson_utils.device import precision
from lesson_utils.errors import LessonError
from lesson_utils.images import as_float
from lesson_utils.networks import Network
from lesson_utils.networks.modes import device_of
from lesson_utils.samples import check_any
from lesson_utils.transfer.moves import frozen_layers, trainable, training_mode

BATCH_SIZE = 64
SHIFT = 4  # pixels of 64: where all layers learn, each step sees the images moved a little


def encode(network: Network, images: Tensor, up_to: str, batch_size: int = 250) -> Tensor:
    """The network's answer after the row `up_to`, for images (N, 3, H, W), uint8 or float: (N, ...) on the CPU.

    In eval mode; the network stays as it was.
    """
    return torch.cat([answers[up_to] for answers in stream(network, images, [up_to], batch_size)])


def train_head(
    network: Network, images: Tensor, labels: Tensor, steps: int = 300, rate: float = 3e-3, seed: int = 0
) -> Network:
    """Train the layers behind the frozen ones, in place; the frozen encoder sees each image only once.

    Raises LessonError where nothing is frozen or everything is.
    """
    encoder, head = encoder_and_head(network)
    learn_head(head, encode(network, images, encoder), labels, steps, rate, seed)
    return network.eval()


def encoder_and_head(network: Network) -> tuple[str, nn.Sequential]:
    """The name of the last row before the head, and the head: the first layer that is not frozen, and on."""
    frozen, names = frozen_layers(network), [name for name, _ in network.layers.named_children()]
    if not frozen or not trainable(network):
        raise LessonError("Hovedet kan kun trænes alene, når nogle lag er frosset og andre ikke er det.")
    start = next(
        k for k in range(names.index(frozen[-1]) + 1, len(names)) if list(network.layers[k].parameters())
    )
    return names[start - 1], network.layers[start:]


def learn_head(
    head: nn.Module, inputs: Tensor, labels: Tensor, steps: int = 300, rate: float = 3e-3, seed: int = 0
) -> None:
    """Train `head` on features (N, ...) that are already there."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=0.01)
    head.train()
    device = device_of(head)
    for chosen in _shuffled(len(inputs), steps, seed, optimizer):
        _update(optimizer, F.cross_entropy(head(inputs[chosen].to(device)), labels[chosen].to(device)))
    head.eval()


def fine_tune(
    network: Network,
    images: Tensor,
    labels: Tensor,
    head: Sequence[str] = (),
    steps: int = 150,
    rate: float = 1e-3,
    lower: float = 0.1,
    seed: int = 0,
) -> Network:
    """Train every layer that is not frozen, in place: the layers in `head` at `rate`, others at `lower` x `rate`.

    The lower rate keeps what the encoder has learnt; the head is new and may move faster. Batch norm runs in
    train mode wherever its layer learns: with the old statistics the gradients would not belong to the numbers
    that the layers really send on. A network from scratch: `lower=1`.
    """
    check_any(images)
    new = [w for name in head for w in network.layers.get_submodule(name).parameters()]
    known = {id(weight) for weight in new}
    old = [w for w in network.parameters() if w.requires_grad and id(w) not in known]
    groups = [{"params": new, "lr": rate}, {"params": old, "lr": lower * rate}]
    optimizer = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=0.01)
    training_mode(network.to(memory_format=torch.channels_last))
    generator = torch.Generator().manual_seed(int(seed))
    for chosen in _shuffled(len(images), steps, seed, optimizer):
        moved = as_float(shifted(images[chosen], SHIFT * images.shape[-1] // 64, generator))
        with precision(network.device):
            answer = network(moved.contiguous(memory_format=torch.channels_last))
        _update(optimizer, network.loss(answer, labels[chosen].to(network.device)))
    return network.eval()


def shifted(images: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Each image moved by up to `most` pixels both ways; the edge's pixels fill what comes in."""
    if not most:
        return images
    n, _, height, width = images.shape
    down = torch.randint(-most, most + 1, (n, 1), generator=generator) + torch.arange(height)
    right = torch.randint(-most, most + 1, (n, 1), generator=generator) + torch.arange(width)
    rows = down.clamp(0, height - 1)[:, None, :, None]
    columns = right.clamp(0, width - 1)[:, None, None, :]
    return images[torch.arange(n)[:, None, None, None], torch.arange(3)[None, :, None, None], rows, columns]


def _shuffled(count: int, steps: int, seed: int, optimizer: torch.optim.Optimizer):
    """Rows for each step: all images in an order of their own, again and again; the rate falls along a cosine.

    Dropout draws from torch's global numbers, which are put back afterwards.
    """
    generator = torch.Generator().manual_seed(int(seed))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    size, order = min(BATCH_SIZE, count), torch.empty(0, dtype=torch.long)
    with torch.random.fork_rng():
        torch.manual_seed(int(seed))
        for _ in range(steps):
            if len(order) < size:
                order = torch.randperm(count, generator=generator)
            yield order[:size]
            order = order[size:]
            schedule.step()


def _update(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
