"""The browsers of lesson 05: activations, training, dissection and neighbours, one question per click.

What is slow (a dissection, the features of a set) is computed once for each network and layer, and kept.
"""

from collections.abc import Callable
from functools import lru_cache

from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils import snapshots
from lesson_utils.activations import activations
from lesson_utils.classroom.experiments import inside
from lesson_utils.classroom.explore import Choice, Slider, Steps, Switch, explore
from lesson_utils.classroom.figures.dissection import unit_rows
from lesson_utils.classroom.figures.inside import moment as draw_moment
from lesson_utils.classroom.figures.neighbours import neighbour_rows
from lesson_utils.classroom.figures.unit import Unit, one_unit
from lesson_utils.dissection import KINDS, Dissection, dissect
from lesson_utils.neighbours import METRICS, PIXELS, features, nearest
from lesson_utils.networks import Network
from lesson_utils.patches import Places, patches, strongest_places
from lesson_utils.weights import embedded, load_network
from lesson_utils.world import Samples, datasets

COUNT, SEED = 132, 2026
PHOTO = "foto"
NETWORKS = {
    "alexnet": "robust MiniAlexNet",
    "standard": "almindelig MiniAlexNet",
    "vgg": "MiniVGG",
    "googlenet": "MiniGoogLeNet",
}


@lru_cache
def _network(name: str) -> Network:
    return load_network(name)


@lru_cache
def _samples(count: int = COUNT) -> Samples:
    return datasets.base(count, seed=SEED)


@lru_cache
def _dissected(name: str, layer: str) -> Dissection:
    return dissect(_network(name), _samples(), [layer])[layer]


@lru_cache
def _places(name: str, layer: str) -> Places:
    return strongest_places(_network(name), _samples(), [layer], count=6)[layer]


@lru_cache
def _moments() -> list[tuple[snapshots.Snapshot, Network]]:
    trained = _network("alexnet")
    return [(moment, inside.at_moment(trained, moment)) for moment in snapshots.of("alexnet")]


def _shown_networks() -> dict[str, str]:
    return {name: word for name, word in NETWORKS.items() if name in embedded()}


def _class_words() -> dict[str, str]:
    names = _samples().danish_names
    return {str(k): name for k, name in enumerate(names)}


def activation(photo: Tensor) -> None:
    """Any channel of any conv layer of MiniAlexNet, on a photo (3, 64, 64) or an image of the world."""
    networks = {name: word for name, word in _shown_networks().items() if name in ("alexnet", "standard")}
    layers = inside.spread_layers(_network("alexnet"))
    controls = {
        "picture": Choice("Billede", "9", {PHOTO: "dit foto"} | _class_words()),
        "name": Choice("Netværk", "alexnet", networks),
        "layer": Choice("Lag", layers[-1], {layer: layer for layer in layers}),
        "rank": Slider("Kanal, stærkeste først", 1, 1, 48),
    }
    start = {"picture": "9", "name": "alexnet", "layer": layers[-1], "rank": 1}
    fixed = [start, start | {"layer": layers[0]}, start | {"picture": PHOTO, "layer": layers[2]}]
    explore(_drawer(photo), controls, fixed)


def _drawer(photo: Tensor) -> Callable[..., Figure]:
    def draw(picture: str, name: str, layer: str, rank: int) -> Figure:
        image = photo if picture == PHOTO else _samples().images[int(picture)]
        answers = activations(_network(name), image[None], [layer])[layer][0]
        unit = int(answers.flatten(1).amax(1).argsort(descending=True)[rank - 1])
        found, places = _dissected(name, layer), _places(name, layer)
        history = None
        if name == "alexnet":
            peaks = [
                activations(net, image[None], [layer])[layer][0, unit].max().item() for _, net in _moments()
            ]
            history = ([moment.step for moment, _ in _moments()], peaks)
        concept = found.concept(unit)
        what = f"{KINDS[concept.kind]}: {concept.danish}"
        told = Unit(layer, unit, what, float(found.best_iou[unit]), answers[unit], history)
        return one_unit(image, told, patches(_samples(), places, unit, min(places.window, 48)))

    return draw


def training(samples: Samples) -> None:
    """MiniAlexNet at nine moments of its training: first filters, feature maps and accuracy together."""
    steps = [moment.step for moment, _ in _moments()]
    words = {str(k): name for k, name in enumerate(samples.danish_names)}
    layers = inside.spread_layers(_network("alexnet"))
    controls = {
        "step": Steps("Skridt i træningen", steps[0], steps),
        "picture": Choice("Billede", "9", words),
        "strongest": Switch("Følg den færdige kanal", False),
    }
    start = {"picture": "9", "strongest": False}
    fixed = [start | {"step": step} for step in (steps[0], steps[len(steps) // 2], steps[-1])]

    def draw(step: int, picture: str, strongest: bool) -> Figure:
        moment, network = _moments()[steps.index(step)]
        image = samples.images[int(picture)]
        maps = {layer: found[0] for layer, found in activations(network, image[None], layers).items()}
        if strongest:
            final = activations(_moments()[-1][1], image[None], layers)
            maps = {
                layer: found[int(final[layer][0].flatten(1).amax(1).argmax())][None]
                for layer, found in maps.items()
            }
        return draw_moment(inside.first_weights(network), image, maps, moment.step, moment.accuracy)

    explore(draw, controls, fixed)


def dissection() -> None:
    """The units of a layer that answer best to a part, with what they see lit."""
    layers = inside.spread_layers(_network("alexnet"))
    parts = {
        "wheel": "hjul",
        "eye": "øje",
        "window": "vindue",
        "petal": "kronblad",
        "sail": "sejl",
        "leaf": "blad",
        "wing": "vinge",
        "frame": "stel",
    }
    networks = {name: word for name, word in _shown_networks().items() if name in ("alexnet", "standard")}
    controls = {
        "name": Choice("Netværk", "alexnet", networks),
        "layer": Choice("Lag", layers[3], {layer: layer for layer in layers}),
        "part": Choice("Del", "wheel", parts),
    }
    start = {"name": "alexnet", "layer": layers[3], "part": "wheel"}
    explore(_draw_part, controls, [start, start | {"layer": layers[0]}, start | {"part": "petal"}])


def _draw_part(name: str, layer: str, part: str) -> Figure:
    found, places = _dissected(name, layer), _places(name, layer)
    rows = []
    column = [(c.kind, c.name) for c in found.concepts].index(("part", part))
    for view, unit in zip(
        inside.views(_network(name), _samples(), found, places, units := found.units_for(part, 3, "part")),
        units,
        strict=True,
    ):
        fit = f"{float(found.iou[unit, column]):.2f}".replace(".", ",")
        rows.append((f"enhed {unit}\nIoU med delen {fit}", view.pieces, view.masks))
    return unit_rows(rows, layer)


@lru_cache
def _vectors(name: str, layer: str, pair: str) -> tuple[Samples, Tensor]:
    samples = _neighbour_set(pair)
    return samples, features(_network(name), samples, layer)


@lru_cache
def _neighbour_set(pair: str) -> Samples:
    if pair == "alle":
        return _samples()
    return datasets.twins(*pair.split(), count=60, seed=SEED)


def neighbours() -> None:
    """The five nearest of a query, by layer and metric, in a set of twins or of all classes."""
    sets = {
        "horse cow": "hest og ko på hvidt",
        "rabbit bear": "kanin og bjørn på hvidt",
        "alle": "alle 22 klasser",
    }
    words = {PIXELS: "pixler"} | {layer: layer for layer in ("conv1", "conv3", "conv5", "fc7")}
    measures = {"cosine": "cosinus", "euclidean": "euklidisk"}
    controls = {
        "pair": Choice("Billeder", "horse cow", sets),
        "query": Slider("Hvilket billede", 3, 0, 59),
        "layer": Choice("Lag", "fc7", words),
        "metric": Choice("Afstand", METRICS[0], measures),
    }
    start = {"pair": "horse cow", "query": 3, "layer": PIXELS, "metric": METRICS[0]}
    fixed = [start, start | {"layer": "fc7"}, start | {"pair": "rabbit bear", "layer": "fc7"}]

    def draw(pair: str, query: int, layer: str, metric: str) -> Figure:
        samples, vectors = _vectors("alexnet", layer, pair)
        near = nearest(vectors, samples.labels, 5, metric)
        asked = (
            f"{words[layer]},\n{measures[metric]}"  # two metrics may agree; the reader sees which was asked
        )
        rows = {asked: (samples.images[near.rows[query]], near.hits[query].tolist())}
        return neighbour_rows(samples.images[query], rows)

    explore(draw, controls, fixed)


__all__ = ["activation", "dissection", "neighbours", "training"]
