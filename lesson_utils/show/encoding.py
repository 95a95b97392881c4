"""A figure's pixels as bytes that a browser shows: small, and in their own colours.

Few colours (line art, a colour map's 256) are kept as they are, in lossless WebP. Many are those of photos: each
value is then rounded to the nearest of some 20 levels, the same for red, green and blue, so that grey stays grey;
lossless WebP keeps the result, or AVIF the picture itself where that is smaller and no less true. JupyterLab,
nbconvert's pages, slides and PDF (`--to webpdf`), and VS Code show both, as each of them is a browser inside.
"""

import io

import numpy as np
from PIL import Image

MEAN, NEARLY_ALL = 2.0, 10.0  # how far off the values may be, of 255: on average, and 99 % of them
FEW = 8192  # colours: a drawing's text and lines have soft edges, some thousand shades
# method, quality: how hard it tries, not how true it is
LOSSLESS = {"format": "WEBP", "lossless": True, "method": 2, "quality": 30}
LOSSY = {"format": "AVIF", "quality": 82, "subsampling": "4:4:4", "speed": 9}
STEPS = 16, 14, 12, 11, 10, 9, 8, 7  # between two levels; with 7 no picture is off by more than 1.8
SMALL = 60_000  # bytes that are not worth a second try


def encode(picture: Image.Image) -> tuple[str, bytes]:
    """An RGB picture's kind (`webp`, `avif`) and its bytes: exact if it has few colours, else nearly so."""
    if picture.getcolors(FEW):
        return "webp", _saved(picture, LOSSLESS)
    pixels = np.asarray(picture)
    counts = np.bincount(pixels.ravel(), minlength=256)  # how far off a rounding is, follows from these alone
    grids = (levels(step) for step in STEPS)
    kept = next(each for each in grids if counts @ np.abs(each - np.arange(256)) <= MEAN * pixels.size)
    best = "webp", _saved(Image.fromarray(kept[pixels]), LOSSLESS)
    if len(best[1]) > SMALL:
        other = _saved(picture, LOSSY)
        if len(other) < len(best[1]) and within(
            np.asarray(Image.open(io.BytesIO(other)).convert("RGB")), pixels
        ):
            return "avif", other
    return best


def quick(picture: Image.Image) -> tuple[str, bytes]:
    """A picture that soon gives way to another: exact and fast."""
    return "png", _saved(picture, {"format": "PNG", "compress_level": 1})


def levels(step: int) -> np.ndarray:
    """What each of the 256 values becomes: the nearest multiple of `step`, or white."""
    grid = np.array([*range(0, 255, step), 255])
    return grid[np.abs(np.arange(256)[:, None] - grid).argmin(1)].astype(np.uint8)


def within(shown: np.ndarray, true: np.ndarray) -> bool:
    mean, nearly_all = _off(shown, true)
    return mean <= MEAN and nearly_all <= NEARLY_ALL


def _off(shown: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """How far the values are off: their mean, and what 99 % of them do not exceed."""
    counts = np.bincount(np.abs(shown.astype(np.int16) - true).ravel(), minlength=256)
    shares = counts.cumsum() / counts.sum()
    return float(counts @ np.arange(256) / counts.sum()), float(np.searchsorted(shares, 0.99))


def _saved(picture: Image.Image, how: dict) -> bytes:
    file = io.BytesIO()
    picture.save(file, **how)
    return file.getvalue()
