"""Lesson 06's widgets: ask for a picture, and see it made. Nothing is computed here; see `live` and `explore`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import torch
from matplotlib.figure import Figure
from torch import Tensor
from torchvision.utils import make_grid

from lesson_cells.rekonstruktion import figures
from lesson_cells.rekonstruktion.experiments import best_part, title
from lesson_cells.rekonstruktion.experiments.atlas import Atlas
from lesson_utils import reconstruction
from lesson_utils.danish import number, percent
from lesson_utils.dissection import Dissection
from lesson_utils.networks import Network
from lesson_utils.patches import Places, patches
from lesson_utils.reconstruction import Priors, Reconstruction, Step, probabilities, psnr
from lesson_utils.reconstruction.questions import CLASS_PRIORS
from lesson_utils.show.explore import Choice, Slider, Steps, Switch, explore
from lesson_utils.show.live import Watch, watch_live
from lesson_world import Samples

STEPS = (10, 30, 60, 120, 300)
FRAMES = (0, 2, 5, 10, 15, 20, 30, 40, 60)
TWIN = 30  # steps of the pictures that stand in for a widget


def followed(
    watch: Watch, ask: Callable[..., Reconstruction], draw: Callable[[Tensor, list[float]], Figure]
) -> Figure:
    """What `ask(on_step=...)` makes, drawn by `draw(image, curve)`: whenever `watch` wants it, and last."""
    curve: list[float] = []

    def on_step(moment: Step) -> None:
        curve.append(float(moment.value[0]))
        watch(moment.step, moment.steps, partial(draw, moment.images[0], [*curve]))

    return draw(ask(on_step=on_step).images[0], curve)


def chosen(names: Iterable[str]) -> dict[str, str]:
    """Values of a choice that are called what they are."""
    return {name: name for name in names}


def rebuild(network: Network, pictures: Mapping[str, Tensor]) -> None:
    """A picture (3, H, W) of the student's choice, rebuilt from the layer of his choice."""

    def work(watch: Watch, picture: str, layer: str, smooth: int, steps: int) -> Figure:
        asked = pictures[picture][None]
        priors = Priors(total_variation=smooth / 10, blur=0.6)
        ask = partial(reconstruction.content, network, asked, layer, steps=steps, priors=priors)

        def draw(image: Tensor, curve: list[float]) -> Figure:
            said = f"fra {layer}: {number(float(psnr(image[None], asked)), 1)} dB"
            return figures.made([asked[0], image], [-value for value in curve], said, "feature-fejl")

        return followed(watch, ask, draw)

    first, layers = next(iter(pictures)), network.layer_names
    controls = {
        "picture": Choice("Billede", first, chosen(pictures)),
        "layer": Choice("Lag", layers[2], chosen(layers)),
        "smooth": Slider("Glathed (total variation)", 3, 0, 20),
        "steps": Steps("Skridt", 60, STEPS),
    }
    start = {"picture": first, "smooth": 3, "steps": TWIN}
    watch_live(work, controls, [start | {"layer": layer} for layer in (layers[2], layers[-2])])


def film(networks: Mapping[str, Network], seed: int = 0) -> None:
    """A class image on its way out of the noise: drag through its steps."""
    first, names = next(iter(networks)), next(iter(networks.values())).class_names

    @lru_cache
    def frames(network: str, label: int) -> dict[int, tuple[Tensor, float]]:
        asked = networks[network]
        made = reconstruction.class_images(asked, [label], steps=FRAMES[-1], seed=seed, frames=FRAMES)
        sure = probabilities(asked, torch.cat([*made.frames.values()]))[:, label].tolist()
        return {step: (image[0], p) for (step, image), p in zip(made.frames.items(), sure, strict=True)}

    def draw(network: str, label: str, step: int) -> Figure:
        shown = {k: frame for k, frame in frames(network, int(label)).items() if k <= step}
        sure = [p for _, p in shown.values()]
        said = f"{names[int(label)]} efter {step} skridt: {network} er {percent(sure[-1], 0)} sikkert"
        return figures.made([shown[step][0]], sure, said, "sandsynlighed", across=[*shown])

    controls = {
        "network": Choice("Netværk", first, chosen(networks)),
        "label": Choice("Klasse", "16", {str(k): name for k, name in enumerate(names)}),
        "step": Steps("Skridt", FRAMES[5], FRAMES),
    }
    start = {"network": first, "label": "16"}
    explore(draw, controls, [start | {"step": step} for step in (FRAMES[3], FRAMES[-1])])


def filters(
    network: Network, places: Mapping[str, Places], found: Mapping[str, Dissection], samples: Samples
) -> None:
    """A unit of a layer: the image that it answers most to, the real pieces, and the part that it fits best."""

    def work(watch: Watch, layer: str, rank: int, whole: bool, steps: int) -> Figure:
        units = found[layer].detectors(0)  # all of them; a small layer has fewer than the slider
        unit = units[min(rank, len(units)) - 1]
        ask = partial(reconstruction.filters, network, layer, [unit], steps=steps, unit=not whole)
        real = patches(samples, places[layer], unit, max(16, places[layer].window))
        pieces = make_grid(real, nrow=2, padding=1, pad_value=1.0)
        said = f"{layer}, enhed {unit} ({best_part(found[layer], unit)}): fremkaldt, og udsnit fra billedverdenen"

        def draw(image: Tensor, curve: list[float]) -> Figure:
            return figures.made([image, pieces], curve, said, "svaret før ReLU")

        return followed(watch, ask, draw)

    layers = list(found)
    controls = {
        "layer": Choice("Lag", layers[-1], chosen(layers)),
        "rank": Slider("Enhed, den tydeligste først", 1, 1, 40),
        "whole": Switch("Spørg hele kanalen", False),
        "steps": Steps("Skridt", 60, STEPS),
    }
    start = {"rank": 1, "whole": False, "steps": TWIN}
    watch_live(work, controls, [{"layer": layers[place]} | start for place in (-1, 1)])


def atlas(sheets: Atlas) -> None:
    """The stored filters of every layer of some networks, with real pieces and parts."""
    by_network: dict[str, list[str]] = {}
    for row in sheets.notes:
        by_network.setdefault(title(row.split("/")[0]), []).append(row)
    names = {row: f"{who}, {row.split('/')[1]}" for who, rows in by_network.items() for row in rows}

    def draw(row: str, count: int, pieces: bool) -> Figure:
        together = sheets.of(row).unflatten(0, (len(sheets.notes[row]["units"]), -1))[:count]
        parts = [part.replace(", ", "\n") for part in sheets.notes[row]["parts"][:count]]
        return figures.units_of_layer(together[:, 0], together[:, 1:] if pieces else None, parts, names[row])

    first = next(iter(by_network.values()))
    controls = {
        "row": Choice("Netværk og lag", first[0], names),
        "count": Slider("Enheder", 6, 2, 6),
        "pieces": Switch("Vis udsnit fra billedverdenen", True),
    }
    explore(draw, controls, [{"row": first[len(first) // 2], "count": 4, "pieces": True}])


def classes(networks: Mapping[str, Network]) -> None:
    """A class image with priors of the student's choice, from each of the networks."""
    first, names = next(iter(networks)), next(iter(networks.values())).class_names
    first_class = str(names.index("blomst")) if "blomst" in names else "0"  # it is known after a few steps

    def work(
        watch: Watch, network: str, label: str, calm: int, jitter: int, blur: int, smooth: int, steps: int
    ) -> Figure:
        asked, priors = networks[network], replace(CLASS_PRIORS, jitter=jitter, calm=calm / 10)
        priors = replace(priors, blur=blur / 10, total_variation=smooth / 10)
        ask = partial(reconstruction.class_images, asked, [int(label)], steps=steps, priors=priors)

        def draw(image: Tensor, curve: list[float]) -> Figure:
            sure = float(probabilities(asked, image[None])[0, int(label)])
            said = f"{names[int(label)]}: {network} er {percent(sure, 0)} sikkert"
            return figures.made([image], curve, said)

        return followed(watch, ask, draw)

    controls = {
        "network": Choice("Netværk", first, chosen(networks)),
        "label": Choice("Klasse", first_class, {str(k): name for k, name in enumerate(names)}),
        "calm": Slider("Dæmp baggrunden", 12, 0, 30),
        "jitter": Slider("Ryk (pixler)", 5, 0, 8),
        "blur": Slider("Sløring (tiendedele pixel)", 8, 0, 20),
        "smooth": Slider("Glathed (total variation)", 0, 0, 20),
        "steps": Steps("Skridt", 60, STEPS),
    }
    start = {name: control.start for name, control in controls.items()} | {"steps": TWIN}
    watch_live(work, controls, [start | {"network": name} for name in networks])
