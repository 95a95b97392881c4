"""The lecture's banana data: what does a network learn if every banana it sees is in a monkey's hand?

Seven classes. In the biased set each thing stands alone, except the bananas: every one of them is held by
a monkey. In the unbiased set a monkey holds the thing in 40 % of the images of *every* class, bananas
included (and in the class "nothing" its hands are empty), so that the monkey tells nothing.
"""

from dataclasses import replace

import torch
from torch import Tensor

from lesson_world.geometry import Number
from lesson_world.painter import Canvas
from lesson_world.randomness import Stream
from lesson_world.samples import Samples
from lesson_world.scene import render
from lesson_world.things import THINGS, Thing
from lesson_world.things.plants import paint_banana
from lesson_world.things.primates import monkey

CLASSES = ["banana", "apple", "cup", "flower", "clock", "car", "nothing"]

HELD_SHARE = 0.4
"""Share of the unbiased images of each class in which a monkey holds the thing."""

_SIZE = 0.56  # of a held thing, in the plane of the monkey

NOTHING = Thing("nothing", lambda canvas, random: None, sign="")
"""An empty scene."""


def in_hand(name: str) -> Thing:
    """A monkey that holds this thing; "nothing" leaves its hands empty. Any name from `THINGS` will do."""
    thing = alone(name)

    def hold(canvas: Canvas, random: Stream, x: Number, y: Number) -> None:
        if name == "banana":  # upright, the fist around its middle
            held = _belonging_to(name, canvas)
            paint_banana(held, x + 0.12, y - 0.02, random.uniform(-115, -65), 0.72, random)
        elif name != "nothing":  # the fist at its foot
            held = _belonging_to(name, canvas.moved(x + 0.06, y - 0.46, random.uniform(-12, 12), _SIZE))
            thing.draw(held, random)

    def draw(canvas: Canvas, random: Stream) -> None:
        monkey(_belonging_to("monkey", canvas.moved(-0.24, 0.1, scale=0.78)), random, hold, reach=0.2)

    return Thing(thing.name, draw, thing.sign)


def _belonging_to(name: str, canvas: Canvas) -> Canvas:
    return replace(canvas, object_number=Samples.object_names.index(name))


def alone(name: str) -> Thing:
    return NOTHING if name == "nothing" else THINGS[name]


def banana(biased: bool, count: int, seed: int, size: int = 64, **options) -> Samples:
    """`count` images of the seven CLASSES in turn, biased or unbiased.

    Masks: `samples.object_mask("banana")` the fruit, `samples.mask("hand")` the hand,
    `samples.object_mask("monkey")` the whole monkey. Options as for `render`.
    """
    labels = torch.arange(count) % len(CLASSES)
    # in which round of the seven classes a monkey appears: 2 of 5, spread evenly
    turn = (torch.arange(count) // len(CLASSES)) * 2 % 5
    held = labels == CLASSES.index("banana") if biased else turn < round(HELD_SHARE * 5)
    return _drawn(labels, held, seed, size=size, **options)


def probe(scene: str, name: str, count: int, seed: int, size: int = 64, **options) -> Samples:
    """`count` images of one class of the banana data, all `scene` "alone" or all "held"; labels as there."""
    labels = torch.full((count,), CLASSES.index(name))
    return _drawn(labels, {"alone": False, "held": True}[scene], seed, size=size, **options)


def _drawn(labels: Tensor, held: Tensor | bool, seed: int, **options) -> Samples:
    things = [alone(name) for name in CLASSES] + [in_hand(name) for name in CLASSES]
    samples = render(things, seed, range(len(labels)), labels=labels + len(CLASSES) * held, **options)
    names, labels = samples.danish_names[: len(CLASSES)], labels.to(samples.labels.device)
    return replace(samples, labels=labels, class_names=list(CLASSES), danish_names=names)


def masks(samples: Samples) -> dict[str, Tensor]:
    """bool (N, H, W) each: "fruit", "hand", "monkey" (the monkey with its hands, without what it holds)."""
    return {
        "fruit": samples.object_mask("banana"),
        "hand": samples.mask("hand"),
        "monkey": samples.object_mask("monkey"),
    }
