"""The browsers of lesson 05: activations, training, dissection and neighbours, one question per click.

Each takes the course's networks and more, as `load_network` names them. What is slow (a dissection, the features
of a set) is computed once for each network and layer, and kept.
"""

from functools import lru_cache, partial

from matplotlib.figure import Figure
from torch import Tensor

from lesson_cells.aktiveringer import experiments
from lesson_cells.aktiveringer.figures import neighbour_rows, unit_rows
from lesson_cells.aktiveringer.figures.maps import strongest, unit_portrait
from lesson_cells.aktiveringer.figures.training import training_moment
from lesson_utils import danish, images, snapshots
from lesson_utils.activations import activations
from lesson_utils.dissection import KINDS, Dissection, dissect
from lesson_utils.neighbours import METRICS, PIXELS, features, nearest
from lesson_utils.networks import Network, evenly_spaced
from lesson_utils.patches import Places, patches, strongest_places
from lesson_utils.photos import PhotoFolder
from lesson_utils.show.camera import Answer, Look, show_camera
from lesson_utils.show.evidence import overlay
from lesson_utils.show.explore import Choice, Slider, Steps, Switch, explore, inputs_for
from lesson_utils.show.loupe import loupe as loupe
from lesson_utils.show.pictures import named_pictures
from lesson_utils.show.style import short_layer
from lesson_utils.weights import embedded, load_network
from lesson_world import Samples, datasets
from lesson_world.names import PARTS

SEED, QUERIES = 2026, 60
PHOTO, ALL, OWN = "foto", "alle", "mappe"
DRAWN, COURSE = "tegninger", "kursets fotos"
CAR = str(datasets.BASE.index("car"))
MEASURES = {"cosine": "cosinus", "euclidean": "euklidisk"}
SIDE = 64  # pixels of the drawn images; a network of photos sees them enlarged

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
def _source(name: str, where: str) -> Samples | Tensor:
    """Images in which to look for strongest patches: drawn ones, the course's photos, or those of a folder."""
    if where == DRAWN:
        return _world(name)
    return experiments.searched("" if where == COURSE else where, _network(name))


@lru_cache
def _places(name: str, layer: str, where: str = DRAWN) -> Places:
    return strongest_places(_network(name), _source(name, where), [layer], count=6)[layer]


@lru_cache
def _moments() -> list[tuple[snapshots.Snapshot, Network]]:
    trained = _network("alexnet")
    return [(moment, experiments.network_at(trained, moment)) for moment in snapshots.of("alexnet")]


def _networks(*more: str) -> dict[str, str]:
    """What the student can choose: the course's networks, and those that the lesson was given."""
    known = {
        name: f"{about['network']} ({name})"
        for name, about in embedded().items()
        if about["classes"] == list(datasets.BASE)
    }
    return known | {name: f"{_network(name).name} (dit valg)" for name in more if name not in known}


def _mapped(name: str) -> dict[str, str]:
    """The layers that answer with feature maps."""
    return {layer: layer for layer in _network(name).map_layers}


def _vector_layers(name: str) -> dict[str, str]:
    return {PIXELS: "pixler"} | {layer: layer for layer in _network(name).layer_names[:-1]}


def _class_words() -> dict[str, str]:
    return {str(k): name for k, name in enumerate(_samples(SIDE).danish_names)}


def _shown(picture: str, photo: str, network: Network) -> Tensor:
    """The photo, or an image of a drawn class, in the size that the network takes."""
    if picture == PHOTO:
        return images.photo(photo, network.input_size)
    return experiments.enlarged(_samples(SIDE).images[[int(picture)]], network)[0]


def activation_browser(
    photo: str, photo_network: str, network: str = "alexnet", image_folder: str = ""
) -> None:
    """Any channel of any layer with feature maps, on a photo or an image of the world.

    A channel's strongest patches lie in the photos of `image_folder`; without one, in the course's photos, or, for
    a network of the drawn world, in drawn images.
    """
    layers, deep = _network(photo_network).map_layers, _network(network).map_layers[-1]
    middle = layers[5 * len(layers) // 8]
    controls = {
        "picture": Choice("Billede", PHOTO, {PHOTO: "dit foto"} | _class_words()),
        "name": Choice("Netværk", photo_network, _networks(network, photo_network)),
        "layer": Choice("Lag", middle, _mapped, "name"),
        "rank": Slider("Kanal, stærkeste først", 1, 1, 32),
    }
    start = {"picture": PHOTO, "name": photo_network, "layer": middle, "rank": 1}
    drawn = {"picture": CAR, "name": network, "layer": deep, "rank": 1}
    explore(partial(_channel, photo, image_folder), controls, [start, start | {"rank": 2}, drawn])


def _channel(photo: str, image_folder: str, picture: str, name: str, layer: str, rank: int) -> Figure:
    network, history = _network(name), {}
    image = _shown(picture, photo, network)
    answers = activations(network, image[None], [layer])[layer][0]
    order = strongest(answers, rank)
    unit = order[-1]
    if experiments.knows_photos(network):
        about = experiments.named(network, image, 1)
    else:
        found = _dissected(name, layer)
        concept, iou = found.concept(unit), danish.number(float(found.best_iou[unit]), 2)
        about = f"Passer bedst på {KINDS[concept.kind]}: {concept.danish} (IoU {iou})."
    if name == "alexnet":  # what the channel answered to the image on the way
        history = {
            moment.step: activations(earlier, image[None], [layer])[layer][0, unit]
            for moment, earlier in _moments()[::2]
        }
    where = image_folder or (COURSE if experiments.knows_photos(network) else DRAWN)
    places = _places(name, layer, where)
    size = network.input_size
    pieces = patches(_source(name, where), places, unit, max(min(places.window, size // 2), size // 14))
    where = "dine fotos" if image_folder else where
    return unit_portrait(
        image, answers[unit], f"{short_layer(layer)},\nkanal {unit}", about, pieces, where, history
    )


def camera(name: str) -> Look | None:
    """A channel's feature map over what the camera sees, chosen while it runs. Returns the camera."""
    network = _network(name)
    layers = network.map_layers
    controls = {
        "layer": Choice("Lag", layers[5 * len(layers) // 8], {layer: layer for layer in layers}),
        "rank": Slider("Kanal, stærkeste først", 1, 1, 32),
    }

    def live() -> Look:
        inputs = [*inputs_for(controls, lambda _change: None).values()]
        chosen = lambda image: _map_over(network, image, *(each.value for each in inputs))  # noqa: E731
        look = Look(chosen, network.input_size)
        look.above = inputs
        return look

    def twin() -> Figure:
        cat, start = images.photo("", network.input_size), controls["layer"].start
        heat = _map_over(network, cat, start, 1).map
        over = overlay(cat, heat, float(heat.max()))
        return named_pictures([cat, over], ["foto", f"stærkeste kanal i {short_layer(start)}"])

    return show_camera(live, twin)


def _map_over(network: Network, image: Tensor, layer: str, rank: int) -> Answer:
    maps = activations(network, image[None], [layer])[layer][0]
    unit = strongest(maps, rank)[-1]
    return Answer(
        {f"kanal {unit}": float(maps[unit].relu().sum() / maps.relu().sum().clamp(min=1e-9))}, maps[unit]
    )


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
    explore(_units_for, controls, [start, start | {"part": "petal"}])


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
def _vectors(name: str, layer: str, pair: str, image_folder: str) -> tuple[PhotoFolder, Tensor]:
    network = _network(name)
    samples = datasets.twins(*pair.split(), count=QUERIES, seed=SEED) if " " in pair else _samples(SIDE)
    shown = experiments.photo_set(image_folder if pair == OWN else "", network, samples)
    return shown, features(network, shown.images, layer)


def neighbour_browser(photo: str = "", network: str = "alexnet", *more: str, image_folder: str = "") -> None:
    """The five nearest of a query, by network, layer and metric: in twins, all classes, or own photos."""
    sets = {
        "horse cow": "hest og ko på hvidt",
        "rabbit bear": "kanin og bjørn på hvidt",
        ALL: "alle 22 klasser",
        PHOTO: "dit foto blandt alle 22 klasser",
    }
    if image_folder:
        sets = {OWN: "din mappe"} | sets
    deep = _network(network).layer_names[-2]
    controls = {
        "pair": Choice("Billeder", next(iter(sets)), sets),
        "query": Slider("Hvilket billede", 3, 0, QUERIES - 1),
        "name": Choice("Netværk", network, _networks(network, *more)),
        "layer": Choice("Lag", deep, _vector_layers, "name"),
        "metric": Choice("Afstand", METRICS[0], MEASURES),
    }
    start = {"pair": next(iter(sets)), "query": 3, "name": network, "layer": PIXELS, "metric": METRICS[0]}
    fixed = [start, start | {"layer": deep}, start | {"pair": PHOTO, "layer": deep}]
    explore(partial(_neighbours, photo, image_folder), controls, fixed)


def _neighbours(
    photo: str, image_folder: str, pair: str, query: int, name: str, layer: str, metric: str
) -> Figure:
    network = _network(name)
    shown, vectors = _vectors(name, layer, pair, image_folder)
    asked = f"{'pixler' if layer == PIXELS else layer},\n{MEASURES[metric]}"
    if pair == PHOTO:  # its class is not of this world, so no neighbour is right or wrong
        image = images.photo(photo, network.input_size)
        near = nearest(vectors, shown.labels, 5, metric, features(network, image[None], layer))
        return neighbour_rows(image, {asked: (shown.images[near.rows[0]], None)})
    near, row = nearest(vectors, shown.labels, 5, metric), query % len(shown.images)
    return neighbour_rows(shown.images[row], {asked: (shown.images[near.rows[row]], near.hits[row].tolist())})
