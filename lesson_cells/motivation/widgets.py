"""The widgets of the lesson: what a network sees in a photo, a filter on a photo, and the image world."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from lesson_cells.motivation.experiments import FILTERS, GREY, best, slide
from lesson_cells.motivation.figures import one_place, part_map, seen
from lesson_utils import images
from lesson_utils.activations import probabilities
from lesson_utils.evidence import answer_and_evidence, evidence
from lesson_utils.networks import Network
from lesson_utils.show.camera import Answer, Look, show_camera
from lesson_utils.show.evidence import middle_square
from lesson_utils.show.explore import Choice, Slider, Switch, explore
from lesson_utils.show.loupe import loupe as loupe
from lesson_world import THINGS, Pose, render
from lesson_world.backgrounds import KINDS
from lesson_world.names import BACKGROUNDS

KINDS_IN_DANISH = {kind: BACKGROUNDS.get(kind, "landskab") for kind in KINDS}


def what_it_sees(network: Network, photo: str = "") -> None:
    """What a network names in a photo, what in it speaks for one of the names, and what a cover changes."""
    own = {photo: "dit foto"} if photo and photo not in images.PHOTOS else {}
    start = photo or "kat"
    named = partial(_names, network)
    controls = {
        "photo": Choice("Foto", start, own | {name: name for name in images.PHOTOS}, photos=True),
        "label": Choice("Hvad taler for", list(named(start))[-1], named, "photo"),
        "side": Slider("Dæk en firkant (% af siden)", 0, 0, 100, 10),
        "down": Slider("Ned (%)", 30, 0, 90, 10),
        "right": Slider("Til højre (%)", 30, 0, 90, 10),
    }
    first = {name: control.start for name, control in controls.items()}
    coffee = {"photo": "kaffe", "label": list(named("kaffe"))[-1]}
    fixed = [first, first | coffee | {"side": 40, "down": 40, "right": 40}]
    explore(partial(_seen, network), controls, fixed)


def hold_up(network: Network) -> None:
    """The camera: what is held up gets its five names, and over it lies what speaks for the first."""
    show_camera(
        lambda: Look(partial(_named, network), network.input_size),
        lambda: _seen(network, "kaffe", list(_names(network, "kaffe"))[-1], 0, 0, 0),
    )


def _named(network: Network, image: Tensor) -> Answer:
    shares, heat = answer_and_evidence(network, image)
    values, labels = shares.topk(5)
    names = [network.class_names[label] for label in labels]
    return Answer(dict(zip(names, values.tolist(), strict=True)), heat)


def _names(network: Network, photo: str) -> Mapping[str, str]:
    """The five best names of a photo by their class number, the best last: a new photo chooses it."""
    names = best(network, images.photo(photo, network.input_size))
    return {str(network.class_names.index(name)): name for name in reversed(names)}


def _seen(network: Network, photo: str, label: str, side: int, down: int, right: int) -> Figure:
    square, whole, kind = images.photo(photo, network.input_size), images.photo(photo), int(label)
    before = float(probabilities(network, square[None])[0, kind])
    left, top, width = middle_square(whole)
    for picture, x, y, size in ((square, 0, 0, network.input_size), (whole, left, top, width)):
        rows, columns = (
            slice(a + size * p // 100, a + min(size, size * (p + side) // 100))
            for a, p in ((y, down), (x, right))
        )
        picture[:, rows, columns] = GREY
    after = float(probabilities(network, square[None])[0, kind])
    (heat,) = evidence(network, square[None], [kind])
    return seen(whole, heat, network.class_names[kind], before, best(network, square), after)


def convolution(photo: Any, own: Sequence[Sequence[float]] | None = None) -> None:
    """A 3x3 filter slides over a photo (3, H, W); `own` is a filter of the student's, beside the known ones."""
    image = photo.mean(0)  # grey: the mean of the three colours
    kernels = FILTERS if own is None else {"dit eget": own} | FILTERS
    start = next(iter(kernels))
    last = min(image.shape) - 3
    controls = {
        "kernel": Choice("Filter", start, {name: name for name in kernels}),
        "row": Slider("Række", last // 3, 0, last),
        "column": Slider("Kolonne", last // 3, 0, last),
        "whole": Switch("Vis hele feature map", False),
    }
    begin = {name: control.start for name, control in controls.items()}
    fixed = [begin, begin | {"kernel": "vandret kant", "whole": True}]

    def draw(kernel: str, row: int, column: int, whole: bool) -> Figure:
        return one_place(image, *slide(image, kernels[kernel]), row, column, whole)

    explore(draw, controls, fixed)


def world() -> None:
    """The image world: any thing, in any pose, on any background, with its parts laid over."""
    controls = {
        "thing": Choice("Klasse", "car", {name: thing.danish for name, thing in THINGS.items()}),
        "seed": Slider("Seed (hvilket eksemplar)", 3, 0, 99),
        "degrees": Slider("Drejning (grader)", 0, -45, 45, 5),
        "scale": Slider("Størrelse (%)", 88, 40, 100, 4),
        "side": Slider("Flyttet til siden (%)", 0, -40, 40, 10),
        "flipped": Switch("Vendt mod venstre", False),
        "background": Choice("Baggrund", "landscape", KINDS_IN_DANISH),
        "occluded": Switch("Noget dækker for", False),
        "pixels": Slider("Billedets side (pixler)", 128, 32, 224, 32),
        "parts": Switch("Vis delene", True),
    }
    start = {name: control.start for name, control in controls.items()}
    cat = {"thing": "cat", "background": "checks", "degrees": 20, "occluded": True}
    explore(_draw_world, controls, [start, start | cat])


def _draw_world(thing, seed, degrees, scale, side, flipped, background, occluded, pixels, parts) -> Figure:
    pose = Pose(degrees, scale / 100, side / 100, flipped=flipped)
    options = {"pose": pose, "background": background, "occlusion": float(occluded)}
    return part_map(render([thing], seed, [0], size=pixels, **options), parts)
