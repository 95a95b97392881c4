"""The random numbers: belonging to an image, uniform, and different wherever they should be."""

import torch

from lesson_world.randomness import Stream, image_keys, mix


def stream(count: int = 1000, seed: int = 1, name: str = "test") -> Stream:
    return Stream(image_keys(seed, torch.arange(count)), name)


def test_the_hash_is_the_published_one():
    """Known values of lowbias32, reckoned here with Python's whole numbers."""

    def lowbias32(x: int) -> int:
        x = ((x ^ (x >> 16)) * 0x7FEB352D) % 2**32
        x = ((x ^ (x >> 15)) * 0x846CA68B) % 2**32
        return x ^ (x >> 16)

    values = [0, 1, 4711, 2**31, 2**32 - 1]
    assert mix(torch.tensor(values)).tolist() == [lowbias32(value) for value in values]


def test_a_number_belongs_to_its_image_alone():
    keys = image_keys(5, torch.arange(50))
    together, alone = Stream(keys, "a"), Stream(keys[17:18], "a")
    for _ in range(3):
        assert torch.equal(together.uniform()[17:18], alone.uniform())


def test_forks_do_not_disturb_their_stream():
    one, other = stream(), stream()
    one.fork("detail").uniforms(9)
    assert torch.equal(one.uniform(), other.uniform())


def test_seeds_indices_names_and_calls_all_matter():
    draws = stream()
    first, second = draws.uniform(), draws.uniform()
    for other in (second, stream(seed=2).uniform(), stream(name="other").uniform()):
        assert (first == other).float().mean() < 0.01
        together = torch.corrcoef(torch.stack([first.flatten(), other.flatten()]))
        assert together[0, 1].abs() < 0.1
    assert first.unique().numel() > 990


def test_uniform_and_integer_are_even():
    draws = stream(20_000)
    values = draws.uniform(-1, 3)
    assert values.shape == (20_000, 1, 1)
    assert values.min() >= -1 and values.max() < 3
    counts = torch.histc(values.flatten(), 4, -1, 3) / 20_000
    assert torch.allclose(counts, torch.full((4,), 0.25), atol=0.015)
    assert torch.bincount(draws.integer(5).flatten()).div(20_000).sub(0.2).abs().max() < 0.015
    assert set(draws.sign().flatten().tolist()) == {-1.0, 1.0}
    assert abs(draws.chance(0.3).float().mean() - 0.3) < 0.015
