"""The widgets of the lesson: what a bottleneck costs, and where in a photo a class is."""

import torch
from matplotlib.figure import Figure

from lesson_cells.googlenet import figures
from lesson_cells.googlenet.figures.bottleneck import WIDTHS
from lesson_utils import images
from lesson_utils.activations import probabilities
from lesson_utils.evidence import evidence
from lesson_utils.networks import Network
from lesson_utils.show.explore import Choice, Slider, Switch, explore
from lesson_utils.show.loupe import loupe as loupe


def bottleneck_cost() -> None:
    """What a 1x1 convolution saves in front of a larger one; it starts with the lecture's example."""
    controls = {
        "in_channels": Slider("Kanaler ind", 480, 16, 1024, 16),
        "out_channels": Slider("Kanaler ud", 48, 16, 512, 16),
        "kernel": Slider("Filter (pixler)", 5, 1, 7, 2),
        "side": Slider("Højde og bredde (pixler)", 14, 7, 56, 7),
        "width": Slider("1x1-foldningens bredde (kanaler)", 16, WIDTHS[0], WIDTHS[-1], WIDTHS.step),
    }
    lecture = {"in_channels": 480, "out_channels": 48, "kernel": 5, "side": 14, "width": 16}
    fixed = [lecture, lecture | {"width": 64}, lecture | {"kernel": 1, "width": 64}]
    explore(figures.cost_with_bottleneck, controls, fixed)


def two_classes(network: Network, photo: str) -> None:
    """Where in a photo the network finds two classes that the student chooses; the likeliest stand first.

    The second is at first the likeliest whose map lies elsewhere: the names next to the first are often its kin.
    """
    whole, seen = images.photo(photo), images.photo(photo, network.input_size)[None]
    shares = probabilities(network, seen)[0]
    names = {str(k): network.class_names[k] for k in shares.argsort(descending=True).tolist()}
    likely = [int(k) for k in names][:20]
    alike = torch.corrcoef(evidence(network, seen, likely).flatten(1))[0].tolist()
    first, kin, *_ = names
    other = next((str(k) for k, same in zip(likely, alike, strict=True) if same < 0.9), kin)

    def draw(one: str, other: str, one_scale: bool) -> Figure:
        pair = [int(one), int(other)]
        chosen, answers = [network.class_names[k] for k in pair], shares[pair].tolist()
        return figures.photo_evidence(whole, evidence(network, seen, pair), chosen, answers, one_scale)

    controls = {
        "one": Choice("Én klasse", first, names),
        "other": Choice("En anden", other, names),
        "one_scale": Switch("Samme skala på begge kort", True),
    }
    # the nearest name may be the one that lies elsewhere
    fixed = dict.fromkeys([(first, kin, True), (first, other, True), (first, other, False)])
    explore(draw, controls, [dict(zip(controls, each, strict=True)) for each in fixed])
