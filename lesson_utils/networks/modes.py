"""Asking a network without changing it: its modes, its statistics and what may learn stay as they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

import torch
from torch import nn


def device_of(network: nn.Module) -> torch.device:
    """Where a network computes: where its first weight lies (or statistic; without any, the CPU)."""
    first = next(chain(network.parameters(), network.buffers()), None)
    return torch.device("cpu") if first is None else first.device


@contextmanager
def eval_mode(network: nn.Module) -> Iterator[None]:
    """Every module in eval mode, where batch norm moves no statistics; afterwards each in the mode it was in."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Eval mode, and no weight gets a gradient; afterwards everything as it was."""
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    with eval_mode(network):
        try:
            for weight in learning:
                weight.requires_grad_(False)
            yield
        finally:
            for weight in learning:
                weight.requires_grad_(True)
