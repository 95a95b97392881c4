"""Maps over pictures: where a channel answers, and where the score of a class comes from."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from lesson_utils.danish import listing, percent
from lesson_utils.show import style
from lesson_utils.show.pictures import picture_grid


def overlay(image: Any, heat: Any, most: float) -> np.ndarray:
    """(3, H, W): the image in grey, and over it a map (h, w) from 0 to `most`, whose fields stay sharp.

    The map lies over the middle square, which is what a network sees of a photo that is shown whole.
    """
    shown = np.repeat(0.35 + 0.6 * np.asarray(image).mean(0, keepdims=True), 3, axis=0)
    left, top, side = middle_square(image)
    rows, columns = (np.arange(side) * part // side for part in heat.shape)
    shares = (np.asarray(heat)[rows][:, columns] / max(most, 1e-9)).clip(0, 1)
    colours = matplotlib.colormaps[style.SEQUENTIAL](shares)[..., :3].transpose(2, 0, 1)
    square = shown[:, top : top + side, left : left + side]
    square[:] = 0.38 * square + 0.62 * colours
    return shown


def middle_square(image: Any) -> tuple[int, int, int]:
    """(left, top, side) in pixels of what a network sees of an image (3, H, W)."""
    height, width = image.shape[-2:]
    side = min(height, width)
    return (width - side) // 2, (height - side) // 2, side


def evidence_maps(
    images: Sequence[Any], maps: Sequence[Any], names: Sequence[str], answers: Sequence[float]
) -> Figure:
    """Over each image (3, H, W) a map (h, w) of what speaks for its class, from zero, on one scale.

    `names`: the class of each; `answers`: the network's probability of it.
    """
    over, words, alt_text = _explained(images, maps, names, answers, one_scale=True)
    return picture_grid([*images, *over], alt_text, columns=len(images), above=words)


def photo_evidence(
    photo: Any, maps: Sequence[Any], names: Sequence[str], answers: Sequence[float], one_scale: bool = True
) -> Figure:
    """The whole photo (3, H, W), and over it the map (h, w) of each class; what the network sees is outlined.

    As `evidence_maps`; the photo may have any shape, and its middle square is what the maps belong to.
    """
    over, words, alt_text = _explained([photo] * len(maps), maps, names, answers, one_scale)
    figure = picture_grid([photo, *over], alt_text, above=["foto\nnetværket ser firkanten", *words])
    left, top, side = middle_square(photo)
    for axes in figure.axes:
        style.outline(axes, (left - 0.5, top - 0.5), side, edgecolor=style.ORANGE, linewidth=2.5)
    return figure


def _explained(
    images: Sequence[Any],
    maps: Sequence[Any],
    names: Sequence[str],
    answers: Sequence[float],
    one_scale: bool,
) -> tuple[list[np.ndarray], list[str], str]:
    """The pictures with their maps, the words above them, and the alt text."""
    most = [float(heat.max()) for heat in maps]
    most = [max(most)] * len(most) if one_scale else most
    over = [overlay(*each) for each in zip(images, maps, most, strict=True)]
    shares = [percent(share, 0 if share >= 0.01 else 1) for share in answers]
    words = [f"{fill(name, 24)}\n{share}" for name, share in zip(names, shares, strict=True)]
    told = listing(f"{name} ({share})" for name, share in zip(names, shares, strict=True))
    scale = "samme skala på alle kort" if one_scale else "hvert kort på sin egen skala"
    alt_text = f"Hvor i billedet svaret kommer fra, felt for felt: {told}. Lyst taler mest for; {scale}."
    return over, words, alt_text
