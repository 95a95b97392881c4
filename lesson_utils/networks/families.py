"""Every network that the course knows: one entry per family.

A new network is one file with its tables and builders (see `alexnet.py`) and one entry here. What else lists
networks, in the library, the lessons, the benchmarks and the tests, reads `PAPERS`, `MINIS` and `RELATIVES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from lesson_utils.networks.alexnet import alexnet
from lesson_utils.networks.efficientnet import efficientnet
from lesson_utils.networks.googlenet import googlenet
from lesson_utils.networks.network import Network
from lesson_utils.networks.vgg import REPEATS, vgg

Builder = Callable[..., Network]


@dataclass(frozen=True)
class Family:
    """One architecture: its miniature for the image world (or None), the paper's networks, and torchvision's.

    `papers` go by the name behind `paper:` and take `classes, seed, device`, as `mini` does; `relatives` go by
    torchvision's name, which stands behind `imagenet:`, and take `device`.
    """

    mini: Builder | None
    papers: Mapping[str, Builder]
    relatives: Mapping[str, Builder] = field(default_factory=dict)


FAMILIES = {
    "alexnet": Family(alexnet.mini, {"alexnet": alexnet}, {"alexnet": alexnet.relative}),
    "vgg": Family(
        vgg.mini,
        {f"vgg{depth}": partial(vgg, depth) for depth in REPEATS},
        {f"vgg{depth}": partial(vgg.relative, depth) for depth in REPEATS},
    ),
    "googlenet": Family(googlenet.mini, {"googlenet": googlenet}, {"googlenet": googlenet.relative}),
    "efficientnet": Family(None, {"efficientnet": efficientnet}),
}
MINIS = {name: family.mini for name, family in FAMILIES.items() if family.mini}
PAPERS = {name: builder for family in FAMILIES.values() for name, builder in family.papers.items()}
RELATIVES = {name: builder for family in FAMILIES.values() for name, builder in family.relatives.items()}
