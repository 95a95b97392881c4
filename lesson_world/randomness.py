"""Random numbers that belong to an image, not to the order in which images are made.

Every number is a hash of (seed, index of the image, name of the stream, number of the call), so image
4711 comes out the same alone, in a batch of 500, on one thread or on many. There is no global state.

Hash: the 32-bit finaliser "lowbias32" (C. Wellons, "Prospecting for Hash Functions", 2018).
"""

import zlib
from collections.abc import Sequence

import torch
from torch import Tensor

_LOW32 = 0xFFFFFFFF


def mix(value: Tensor) -> Tensor:
    """Scramble int64 numbers (their low 32 bits count) into 0 … 2**32-1."""
    value = value & _LOW32
    value = ((value ^ (value >> 16)) * 0x7FEB352D) & _LOW32
    value = ((value ^ (value >> 15)) * 0x846CA68B) & _LOW32
    return value ^ (value >> 16)


def image_keys(seed: int, indices: Tensor) -> Tensor:
    """One key per image, int64 (N,), from the seed and the image's index alone."""
    start = mix(torch.tensor(seed * 2 + 1, dtype=torch.int64, device=indices.device))
    return mix(mix(indices.to(torch.int64) + 0x9E3779B9) + start)


class Stream:
    """A named sequence of random numbers for each of N images.

    Methods that draw one number per image return (N, 1, 1), ready to meet planes of (N, H, W).
    """

    def __init__(self, keys: Tensor, name: str):
        self.keys = keys
        self._stream = mix(keys + zlib.crc32(name.encode()))
        self._calls = 0

    def fork(self, name: str) -> "Stream":
        """A stream of its own for the same images: what it draws disturbs no other stream."""
        return Stream(self.keys, name)

    def bits(self, count: int) -> Tensor:
        """int64 (N, count) in 0 … 2**32-1."""
        calls = torch.arange(self._calls, self._calls + count, device=self.keys.device)
        self._calls += count
        return mix(self._stream[:, None] + calls * 0x85EBCA6B)

    def uniforms(self, count: int) -> Tensor:
        """float32 (N, count), uniform in [0, 1): 24 bits, so that the division is exact."""
        return (self.bits(count) >> 8).float() / 2**24

    def uniform(self, low: float | Tensor = 0.0, high: float | Tensor = 1.0) -> Tensor:
        return self.uniforms(1)[:, :, None] * (high - low) + low

    def integer(self, count: int) -> Tensor:
        """int64 (N, 1, 1), each of 0 … count-1 equally often."""
        return (self.bits(1) % count)[:, :, None]

    def chance(self, probability: float) -> Tensor:
        """bool (N, 1, 1), true with this probability."""
        return self.uniform() < probability

    def sign(self) -> Tensor:
        """-1 or 1."""
        return self.integer(2).float() * 2 - 1

    def choice(self, values: Sequence[float]) -> Tensor:
        return torch.tensor(values, device=self.keys.device)[self.integer(len(values))]
