"""The browsers of lesson 05: activations, training, dissection and neighbours, one question per click.

Each takes the course's networks and one more, as `load_network` names it. What is slow (a dissection, the features
of a set) is computed once for each network and layer, and kept.
"""

from functools import lru_cache, partial

from matplotlib.figure import Figure
from torch import Tensor

from lesson_cells.aktiveringer import experiments
from lesson_cells.aktiveringer.figures import neighbour_rows, unit_rows
from lesson_cells.aktiveringer.figures.maps import unit_portrait
from lesson_cells.aktiveringer.figures.training import training_moment
from lesson_utils import danish, images, snapshots
from lesson_utils.activations import activations
from lesson_utils.dissection import KINDS, Dissection, dissect
from lesson_utils.neighbours import METRICS, PIXELS, features, nearest
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.patches import Places, patches, strongest_places
from lesson_utils.show.explore import Choice, Slider, Steps, Switch, explore
from lesson_utils.show.style import short_layer
from lesson_utils.weights import embedded, load_network
from lesson_world import Samples, datasets
from lesson_world.names import PARTS

SEED, QUERIES = 2026, 60
PHOTO, ALL = "foto", "alle"
CAR = str(datasets.BASE.index("car"))
MEASURES = {"cosine": "cosinus", "euclidean": "euklidisk"}

_network = lru_cache(partial(load_network, otherwise="alexnet"))


@lru_cache
def _samples(size: int) -> Samples:
    return datasets.base(132, seed=SEED, size=size)


def _world(name: str) -> Samples:
    """Images of the world in the size that the network takes."""
    return _samples(_network(name).input_size)


@lru_cache
def _dissected(name: str, layer: str) -> Dissection:
    return dissect(_network(name), _world(name), [layer])[layer]


@lru_cache
def _places(name: str, layer: str) -> Places:
    return strongest_places(_network(name), _world(name), [layer], count=6)[layer]


@lru_cache
def _moments() -> list[tuple[snapshots.Snapshot, Network]]:
    trained = _network("alexnet")
    return [(moment, experiments.network_at(trained, moment)) for moment in snapshots.of("alexnet")]


def _networks(more: str) -> dict[str, str]:
    """What the student can choose: the course's networks, and the one of the lesson's `network`."""
    known = {
        name: f"{about['network']} ({name})"
        for name, about in embedded().items()
        if about["classes"] == list(datasets.BASE)
    }
    return known if more in known else known | {more: f"{_network(more).name} (dit valg)"}


def _mapped(name: str) -> dict[str, str]:
    """The layers that answer with feature maps."""
    return {layer: layer for layer in _network(name).map_layers}


def _vector_layers(name: str) -> dict[str, str]:
    return {PIXELS: "pixler"} | {layer: layer for layer in _network(name).layer_names[:-1]}


def _class_words() -> dict[str, str]:
    return {str(k): name for k, name in enumerate(_samples(64).danish_names)}


def activation_browser(photo: str = "", network: str = "alexnet") -> None:
    """Any channel of any layer with feature maps, on a photo or an image of the world."""
    layers = evenly_spaced(_network(network).map_layers, 5)
    controls = {
        "picture": Choice("Billede", CAR, {PHOTO: "dit foto"} | _class_words()),
        "name": Choice("Netværk", network, _networks(network)),
        "layer": Choice("Lag", layers[-1], _mapped, "name"),
        "rank": Slider("Kanal, stærkeste først", 1, 1, 32),
    }
    start = {"picture": CAR, "name": network, "layer": layers[-1], "rank": 1}
    fixed = [start, start | {"layer": layers[0]}, start | {"picture": PHOTO, "layer": layers[2]}]
    explore(partial(_channel, photo), controls, fixed)


def _channel(photo: str, picture: str, name: str, layer: str, rank: int) -> Figure:
    network, samples = _network(name), _world(name)
    image = images.photo(photo, network.input_size) if picture == PHOTO else samples.images[int(picture)]
    answers = activations(network, image[None], [layer])[layer][0]
    order = answers.flatten(1).amax(1).argsort(descending=True)
    unit = int(order[min(rank, len(order)) - 1])
    found, places = _dissected(name, layer), _places(name, layer)
    concept = found.concept(unit)
    fit = f"{KINDS[concept.kind]}: {concept.danish} (IoU {danish.number(float(found.best_iou[unit]), 2)})"
    history = None
    if name == "alexnet":  # the channel's strongest answer to the image at each moment of the training
        history = {
            moment.step: activations(earlier, image[None], [layer])[layer][0, unit].max().item()
            for moment, earlier in _moments()
        }
    pieces = patches(samples, places, unit, min(places.window, 3 * network.input_size // 4))
    return unit_portrait(image, answers[unit], f"{short_layer(layer)}, kanal {unit}", fit, pieces, history)


def training_browser(samples: Samples) -> None:
    """MiniAlexNet at nine moments of its training: first filters, feature maps and accuracy together."""
    steps = [moment.step for moment, _ in _moments()]
    layers = evenly_spaced(_network("alexnet").map_layers, 5)
    controls = {
        "step": Steps("Skridt i træningen", steps[0], steps),
        "picture": Choice("Billede", CAR, _class_words()),
        "strongest": Switch("Følg den færdige kanal", False),
    }
    start = {"picture": CAR, "strongest": False}
    fixed = [start | {"step": step} for step in (steps[0], steps[len(steps) // 2], steps[-1])]

    def draw(step: int, picture: str, strongest: bool) -> Figure:
        moment, network = _moments()[steps.index(step)]
        image = samples.images[int(picture)]
        maps = {layer: found[0] for layer, found in activations(network, image[None], layers).items()}
        if strongest:
            final = activations(_moments()[-1][1], image[None], layers)
            best = {layer: int(found[0].flatten(1).amax(1).argmax()) for layer, found in final.items()}
            maps = {layer: found[[best[layer]]] for layer, found in maps.items()}
        filters = experiments.first_filters({"": network})[""]
        return training_moment(filters, image, maps, moment.step, moment.accuracy)

    explore(draw, controls, fixed)


def dissection_browser(network: str = "alexnet") -> None:
    """The units of a layer that answer best to a part, with what they see lit."""
    layers = evenly_spaced(_network(network).map_layers, 5)
    controls = {
        "name": Choice("Netværk", network, _networks(network)),
        "layer": Choice("Lag", layers[3], _mapped, "name"),
        "part": Choice("Del", "wheel", _part_words()),
    }
    start = {"name": network, "layer": layers[3], "part": "wheel"}
    explore(_units_for, controls, [start, start | {"layer": layers[0]}, start | {"part": "petal"}])


def _part_words() -> dict[str, str]:
    """The parts that the images show, in the order of the Danish alphabet."""
    names = [list(PARTS)[number] for number in _samples(64).parts.unique().tolist()]
    last_letters = str.maketrans("æøå", "{|}")
    words = {name: PARTS[name] for name in names if name not in ("background", "occluder")}
    return dict(sorted(words.items(), key=lambda word: word[1].translate(last_letters)))


def _units_for(name: str, layer: str, part: str) -> Figure:
    found, places = _dissected(name, layer), _places(name, layer)
    units = found.units_for(part, 3, "part")
    rows = experiments.unit_patches(_network(name), _world(name), found, units, places)
    fits = {unit: danish.number(experiments.iou_with(found, unit, "part", part), 2) for unit in rows}
    return unit_rows({f"enhed {unit}\nIoU med delen {fits[unit]}": row for unit, row in rows.items()}, layer)


@lru_cache
def _vectors(name: str, layer: str, pair: str) -> tuple[Samples, Tensor]:
    samples = _world(name)
    if pair not in (ALL, PHOTO):
        samples = datasets.twins(*pair.split(), count=QUERIES, seed=SEED, size=samples.images.shape[-1])
    return samples, features(_network(name), samples, layer)


def neighbour_browser(photo: str = "", network: str = "alexnet") -> None:
    """The five nearest of a query, by network, layer and metric: in a set of twins or of all classes."""
    sets = {
        "horse cow": "hest og ko på hvidt",
        "rabbit bear": "kanin og bjørn på hvidt",
        ALL: "alle 22 klasser",
        PHOTO: "dit foto blandt alle 22 klasser",
    }
    deep = _network(network).layer_names[-2]
    controls = {
        "pair": Choice("Billeder", "horse cow", sets),
        "query": Slider("Hvilket billede", 3, 0, QUERIES - 1),
        "name": Choice("Netværk", network, _networks(network)),
        "layer": Choice("Lag", deep, _vector_layers, "name"),
        "metric": Choice("Afstand", METRICS[0], MEASURES),
    }
    start = {"pair": "horse cow", "query": 3, "name": network, "layer": PIXELS, "metric": METRICS[0]}
    fixed = [start, start | {"layer": deep}, start | {"pair": PHOTO, "layer": deep}]
    explore(partial(_neighbours, photo), controls, fixed)


def _neighbours(photo: str, pair: str, query: int, name: str, layer: str, metric: str) -> Figure:
    network = _network(name)
    samples, vectors = _vectors(name, layer, pair)
    asked = f"{'pixler' if layer == PIXELS else layer},\n{MEASURES[metric]}"
    if pair == PHOTO:  # its class is not of this world, so no neighbour is right or wrong
        image = images.photo(photo, network.input_size)
        near = nearest(vectors, samples.labels, 5, metric, features(network, image[None], layer))
        return neighbour_rows(image, {asked: (samples.images[near.rows[0]], None)})
    near = nearest(vectors, samples.labels, 5, metric)
    hits = near.hits[query].tolist()
    return neighbour_rows(samples.images[query], {asked: (samples.images[near.rows[query]], hits)})
