"""A picture that is taller than a slide becomes several, cut where its rows of small pictures part."""

import base64
import io
import re
from itertools import pairwise

import numpy as np
from PIL import Image

TALLEST = 760  # pixels as shown: with more, the letters on a slide of 720 become too small for the back row
WHITE = 240  # of 255: a palette of few colours has no pure white beside a letter
TEXT = 0.05  # of the picture's width: what is lower between two white rows is a line of text
PICTURE = re.compile(
    r'<img alt="(?P<alt>[^"]*)" width="(?P<width>\d+)"(?P<rest>[^>]*?) '
    r'src="data:image/png;base64,(?P<data>[^"]*)">'
)


def parted(html: str) -> str:
    """The HTML of a cell's output with each tall picture as pictures that follow each other."""
    return PICTURE.sub(_pieces, html)


def _pieces(found: re.Match[str]) -> str:
    picture = Image.open(io.BytesIO(base64.b64decode(found["data"])))
    cuts = cuts_of(picture, TALLEST * picture.width // int(found["width"]))
    if len(cuts) == 2:
        return found[0]
    pieces = []
    for number, (top, bottom) in enumerate(pairwise(cuts), start=1):
        buffer = io.BytesIO()
        picture.crop((0, top, picture.width, bottom)).save(buffer, "PNG", optimize=True)
        data = base64.b64encode(buffer.getvalue()).decode("ascii")
        pieces.append(
            f'<img alt="{found["alt"]} (del {number} af {len(cuts) - 1})" width="{found["width"]}"'
            f'{found["rest"]} src="data:image/png;base64,{data}">'
        )
    return "".join(pieces)


def cuts_of(picture: Image.Image, tallest: int) -> list[int]:
    """Where a picture is cut, first row and last included, so that as few pieces as can be are as equal as can be.

    `tallest` is in the picture's own pixels. Nothing is cut apart: a picture that has no white rows stays whole,
    and a line of text stays with what it is the title of, or, where the picture ends with one, the caption of.
    """
    inked = np.asarray(picture.convert("L")).min(axis=1) <= WHITE
    strips = np.flatnonzero(np.diff(np.pad(inked, 1).astype(int))).reshape(-1, 2)
    is_text = [end - start < TEXT * picture.width for start, end in strips]
    gaps = [
        int(above[1] + below[0]) // 2
        for above, below, text in zip(strips, strips[1:], is_text, strict=False)
        if text == is_text[-1]
    ]
    number = -(-picture.height // tallest)
    wanted = [picture.height * k // number for k in range(1, number)]
    cuts = {min(gaps, key=lambda gap: abs(gap - place)) for place in wanted} if gaps else set()
    return sorted({0, picture.height} | cuts)
