"""Weights by name or from a file: found, checked, and put into a network.

Tensors of a file are named as the papers name their layers: `conv1.weight`, `inception_3a.conv5x5.bias`,
`fc8.weight`. They are safetensors, which hold numbers and can run no code.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lesson_utils import DATA, danish
from lesson_utils.device import choose
from lesson_utils.errors import LessonError
from lesson_utils.files import digest, read_tensors
from lesson_utils.networks import Network
from lesson_utils.networks.families import MINIS, PAPERS, RELATIVES
from lesson_utils.pretrained import WeightsUnavailable, from_package, from_torchvision

EMBEDDED = DATA / "weights"
MANIFEST = "manifest.json"
DAMAGED = "»{}« er ikke en hel safetensors-fil: den er afbrudt eller beskadiget, hent den igen."
MOST_CLASSES = 100_000  # that a file of one's own may give a network
Shapes = dict[str, tuple[int, ...]]
FORMAT = 1  # of the manifest; a course that is older than its weights says so


def load_network(
    name: str, otherwise: str = "", seed: int = 0, device: str | torch.device = "cpu"
) -> Network:
    """A network ready to answer (in eval mode) on `device` (see `device.choose`), by one of five forms of `name`.

    - `"alexnet"`, `"vgg"`, `"googlenet"` and what else `embedded()` lists: the course's own, trained in its image
      world, for images of 64x64;
    - `"imagenet"`: EfficientNet-Lite0, trained on ImageNet, for photos of 224x224; it comes with the course as a
      package and needs no connection;
    - `"imagenet:alexnet"`, `"imagenet:vgg16"`, …: torchvision's relative with its ImageNet weights;
    - `"paper:alexnet"`, `"paper:vgg16"`, `"paper:googlenet"`: the paper's network, untrained, drawn from `seed`;
    - a path to a safetensors file, whose tensors tell which network they belong to.

    `network.origin` says in Danish what was loaded. Where ImageNet weights cannot be had, the network named
    `otherwise` comes instead, and `origin` says why; without `otherwise` that is a WeightsUnavailable.
    Raises LessonError for an unknown name or device and for a file that is missing, damaged or of another network.
    """
    device = choose(device)
    try:
        network = _load(name, seed)
    except WeightsUnavailable as error:
        if not otherwise:
            raise
        network = _load(otherwise, seed)
        network.origin = f"{error} Lektionen går videre med {network.origin}"
    return network.to(device).eval()


def load_file(network: Network, path: str | Path) -> str:
    """Fill `network` from a safetensors file of the same network, and say in Danish what was done.

    The file may hold any float precision. Auxiliary classifiers that it does not hold are taken out of the
    network. Raises LessonError, and leaves the network as it was, for a file that is missing or damaged, and for
    tensors that are missing, superfluous or of the wrong shape.
    """
    path = Path(path)
    wanted = _asked_of(network, path, _shapes(path))  # nothing is read yet: a file may claim to hold anything
    tensors = read_tensors(path, DAMAGED.format(path.name))[1]
    with torch.no_grad():
        for name, tensor in wanted.items():
            tensor.copy_(tensors[name])
    told = f"{network.name} med {danish.plural(len(wanted), 'tensor', 'tensorer')} fra »{path.name}«."
    if len(wanted) < len(tensor_names(network)):
        network.auxiliary = nn.ModuleDict()
        told += " Hjælpeklassifikatorerne mangler i filen og er udeladt."
    return told


def tensor_names(network: Network) -> dict[str, Tensor]:
    """The network's parameters and statistics as a file names them: `conv1.weight`, `conv1.norm.running_mean`."""
    skipped = ("mean", "std")  # they belong to the network's input, not to what was learnt
    return {
        re.sub(r"^layers\.|\.(conv|linear)(?=\.(weight|bias)$)", "", name): tensor
        for name, tensor in network.state_dict().items()
        if name not in skipped and not name.endswith("num_batches_tracked")
    }


def _load(name: str, seed: int) -> Network:
    if name == "imagenet":
        return from_package()
    if name.startswith("imagenet:"):
        return from_torchvision(name.removeprefix("imagenet:"))
    if name in embedded():
        return _from_course(name)
    paper = name.removeprefix("paper:")
    if name.startswith("paper:") and paper in PAPERS:
        network = PAPERS[paper](seed=seed)
        network.origin = f"{network.name} med tilfældige vægte (seed {seed}); det er ikke trænet."
        return network
    check_name(name)
    path = Path(name).expanduser()
    network = _found_in(path)[1]()
    network.origin = load_file(network, path)
    return network


def check_name(name: str) -> None:
    """Raise LessonError, as `load_network` would, for what is neither a known name nor a file; loads nothing."""
    path = Path(name).expanduser()
    names = [*embedded(), "imagenet", *(f"imagenet:{n}" for n in RELATIVES), *(f"paper:{n}" for n in PAPERS)]
    if name in names or path.is_file():
        return
    if path.suffix == ".safetensors":
        raise LessonError(f"Vægtfilen »{path}« findes ikke: skriv stien til en safetensors-fil.")
    raise LessonError(
        f"Kurset kender intet netværk »{name}«. {danish.did_you_mean(name, names)} Skriv {danish.listing(names)}, "
        "eller stien til en safetensors-fil."
    )


def embedded() -> dict[str, dict]:
    """What the manifest says of each network that the course ships, by name.

    Raises LessonError for a manifest that is missing, damaged, or newer than this course.
    """
    path = EMBEDDED / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version, networks = content["format"], content["networks"]
    except (OSError, ValueError, KeyError, TypeError):
        raise LessonError(
            f"Listen over kursets vægte, »{path}«, mangler eller er beskadiget: hent kurset igen."
        ) from None
    if version > FORMAT:
        raise LessonError(
            f"Kursets vægte har format {version}, men denne udgave kender kun format {FORMAT}: hent kurset igen."
        )
    return networks


def danish_names(classes: Iterable[str]) -> tuple[str, ...]:
    """What the classes of the image world, named in English as in all data, are called in Danish."""
    names = tomllib.loads((DATA / "danish_names.toml").read_text(encoding="utf-8"))
    return tuple(names[name] for name in classes)


def world_network(name: str, **options: Any) -> Network:
    """The network `name`, one that answers with the classes of the course's image world; its names are put on it.

    `options` as `load_network` takes them. Raises LessonError for a network with other classes or another size of
    image, and as `load_network` does.
    """
    network, classes = load_network(name, **options), embedded()["alexnet"]["classes"]
    image = torch.zeros(1, 3, network.input_size, network.input_size)
    if network.input_size != 64 or network(image).shape[1] != len(classes):
        like = [own for own, about in embedded().items() if about["classes"] == classes]
        raise LessonError(
            f"»{name}« svarer ikke med kursets {len(classes)} klasser: vælg mellem {danish.listing(like)}."
        )
    network.class_names = danish_names(classes)
    return network


def _from_course(name: str) -> Network:
    entry = embedded()[name]
    path = EMBEDDED / entry["file"]
    if not path.is_file():
        raise LessonError(f"Vægtfilen »{path}« mangler: hent kurset igen.")
    if digest(path) != entry["sha256"]:
        raise LessonError(f"Vægtfilen »{path}« er beskadiget (dens kontrolsum er forkert): hent kurset igen.")
    network = MINIS[entry["family"]](classes=len(entry["classes"]))
    load_file(network, path)
    network.class_names = danish_names(entry["classes"])
    kind = "robust trænet" if entry["recipe"]["epsilon"] else "almindeligt trænet"
    network.origin = (
        f"{network.name}, {kind} i kursets billedverden "
        f"({danish.percent(entry['test']['accuracy'])} rigtige på "
        f"{danish.number(entry['test']['images'])} nye billeder)."
    )
    return network


def network_in(path: Path) -> tuple[str, int]:
    """Which network's weights a file holds, named as for `load_network` (`vgg`, `paper:vgg16`), and for how many
    classes. No tensor is read.

    Raises LessonError for a file that is no whole safetensors file, or of no network that the course has.
    """
    name, builder = _found_in(path)
    return name, builder.keywords["classes"]


def _found_in(path: Path) -> tuple[str, partial]:
    """The network of the course whose tensors the file holds, as many as possible of them, and in the shapes that
    it has: its name and its builder; LessonError otherwise. Nothing is built before that is known."""
    found = _shapes(path)
    best, most = None, 0.0
    for name, builder in ({f"paper:{paper}": PAPERS[paper] for paper in PAPERS} | MINIS).items():
        head = builder(classes=1, device="meta").layer_names[-1]
        told = found.get(f"{head}.weight", ())
        classes = told[0] if told and told[0] <= MOST_CLASSES else 1000
        wanted = tensor_names(builder(classes=classes, device="meta"))
        shared = sum(found.get(each) == tensor.shape for each, tensor in wanted.items())
        share = shared / len(wanted | found)
        if share > most:
            best, most = (name, partial(builder, classes=classes)), share
    if best is None:
        raise LessonError(
            f"»{path.name}« hører ikke til noget netværk i kurset: ingen af dens tensorer passer."
        )
    _asked_of(best[1](device="meta"), path, found)
    return best


def _shapes(path: Path) -> Shapes:
    """The shape of each tensor in a safetensors file; no tensor is read."""
    return read_tensors(path, DAMAGED.format(path.name), shapes=True)[1]


def _asked_of(network: Network, path: Path, found: Shapes) -> dict[str, Tensor]:
    """The network's tensors that a file has to hold: the auxiliary classifiers' only if it holds one of them.

    Raises LessonError where it holds other tensors than these, or in other shapes.
    """
    wanted = tensor_names(network)
    helpers = {name for name in wanted if name.startswith("auxiliary.")}
    if not helpers & found.keys():
        wanted = {name: tensor for name, tensor in wanted.items() if name not in helpers}
    problems = {
        "mangler": wanted.keys() - found.keys(),
        "er til overs": found.keys() - wanted.keys(),
        "har en anden form": {n for n in wanted.keys() & found.keys() if wanted[n].shape != found[n]},
    }
    told = [
        f"{danish.listing([*sorted(names)[:3], *[f'{len(names) - 3} til'] * (len(names) > 3)])} {problem}"
        for problem, names in problems.items()
        if names
    ]
    if told:
        raise LessonError(
            f"»{path.name}« passer ikke til {network.name}: {danish.listing(told)}. "
            "Vælg en fil med vægte til netop dette netværk."
        )
    return wanted
