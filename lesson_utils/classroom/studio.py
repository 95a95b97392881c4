"""Lesson 06's widgets: ask for a picture, and see it made. Nothing is computed here; see `explore`."""

from collections.abc import Mapping
from dataclasses import replace

from matplotlib.figure import Figure
from torch import Tensor

from lesson_utils import reconstruction
from lesson_utils.classroom.explore import Choice, Slider, Steps, explore
from lesson_utils.classroom.figures.reconstruction import filter_and_patches, made
from lesson_utils.danish import number, percent
from lesson_utils.networks import Network
from lesson_utils.patches import Places, patches
from lesson_utils.reconstruction import Priors, probabilities, psnr
from lesson_utils.reconstruction.questions import CLASS_PRIORS
from lesson_utils.world import Samples

STEPS = (10, 30, 60, 120)


def rebuild(network: Network, pictures: Mapping[str, Tensor]) -> None:
    """A picture (3, H, W) of the student's choice, rebuilt from the layer of his choice."""

    def draw(picture: str, layer: str, smooth: int, steps: int) -> Figure:
        asked = pictures[picture][None]
        priors = Priors(total_variation=smooth / 10)
        work = reconstruction.content(network, asked, layer, steps=steps, priors=priors)
        title = f"fra {layer}: {number(float(psnr(work.images, asked)), 1)} dB"
        return made(work.images[0], work.curve[0].tolist(), title, asked[0])

    controls = {
        "picture": Choice("Billede", next(iter(pictures)), {name: name for name in pictures}),
        "layer": Choice("Lag", "conv3", {name: name for name in network.layer_names}),
        "smooth": Slider("Glathed (total variation)", 3, 0, 20),
        "steps": Steps("Skridt", 30, STEPS),
    }
    first = next(iter(pictures))
    explore(
        draw,
        controls,
        [{"picture": first, "layer": layer, "smooth": 3, "steps": 60} for layer in ("conv3", "fc7")],
    )


def filters(network: Network, layer: str, places: Places, samples: Samples) -> None:
    """A filter of `layer`: the image that it answers most to, beside the real pieces that it answers most to."""
    words = {str(channel): f"kanal {channel}" for channel in range(len(places.agreement))}

    def draw(channel: str, steps: int) -> Figure:
        image = reconstruction.filters(network, layer, [int(channel)], steps=steps, unit=True).images[0]
        return filter_and_patches(
            image, patches(samples, places, int(channel), 32), f"{layer}, kanal {channel}"
        )

    controls = {"channel": Choice("Filter", "0", words), "steps": Steps("Skridt", 30, STEPS)}
    explore(draw, controls, [{"channel": channel, "steps": 60} for channel in ("0", "3")])


def classes(networks: Mapping[str, Network]) -> None:
    """A class image with priors of the student's choice, from each of the networks."""
    first = next(iter(networks.values()))

    def draw(network: str, label: str, calm: int, jitter: int, blur: int, smooth: int, steps: int) -> Figure:
        asked = networks[network]
        priors = replace(
            CLASS_PRIORS, jitter=jitter, blur=blur / 10, total_variation=smooth / 10, calm=calm / 10
        )
        work = reconstruction.class_images(asked, [int(label)], steps=steps, priors=priors)
        sure = float(probabilities(asked, work.images)[0, int(label)])
        title = f"{first.class_names[int(label)]}: netværket er {percent(sure, 0)} sikkert"
        return made(work.images[0], work.curve[0].tolist(), title)

    controls = {
        "network": Choice("Netværk", next(iter(networks)), {name: name for name in networks}),
        "label": Choice("Klasse", "0", {str(k): name for k, name in enumerate(first.class_names)}),
        "calm": Slider("Ro i baggrunden", 12, 0, 30),
        "jitter": Slider("Ryk (pixler)", 5, 0, 8),
        "blur": Slider("Sløring (tiendedele pixel)", 8, 0, 20),
        "smooth": Slider("Glathed (total variation)", 0, 0, 20),
        "steps": Steps("Skridt", 30, STEPS),
    }
    start = {"label": "0", "calm": 12, "jitter": 5, "blur": 8, "smooth": 0, "steps": 60}
    explore(draw, controls, [{"network": name, **start} for name in networks])
