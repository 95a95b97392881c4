"""A tall picture is cut between its rows, never between a picture and its title or caption."""

import base64
import io

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageDraw

from lesson_staff.tall_pictures import cuts_of, parted


def rows(number: int, title: bool = False, caption: bool = False) -> Image.Image:
    """Squares of 100 rows, 12 apart; a line of text is 10 rows, 1 from its square."""
    picture = Image.new("RGB", (300, 134 * number), "white")
    draw = ImageDraw.Draw(picture)
    for top in range(12, 134 * number, 134):
        draw.rectangle((20, top, 280, top + 99), "black")
        if title:
            draw.rectangle((20, top - 11, 200, top - 2), "black")
        if caption:
            draw.rectangle((20, top + 101, 200, top + 110), "black")
    return picture


def as_html(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<p>Før</p><img alt="Rækker" width="300" style="x" src="data:image/png;base64,{data}">'


@pytest.mark.parametrize("text", [{}, {"title": True}, {"caption": True}], ids=str)
@pytest.mark.parametrize(("number", "pieces"), [(2, 1), (6, 2), (12, 3)])
def test_as_few_and_as_equal_pieces_as_can_be(number, pieces, text):
    cuts = cuts_of(rows(number, **text), 600)
    assert len(cuts) == pieces + 1
    for cut, place in zip(cuts, range(0, 134 * number + 1, 134 * number // pieces), strict=True):
        assert abs(cut - place) < 16, "between two rows"


def test_no_line_of_text_is_parted_from_its_picture():
    for options in ({"title": True}, {"caption": True}):
        picture = rows(6, **options)
        _, cut, _ = cuts_of(picture, 600)
        above, below = picture.crop((0, 0, 300, cut)), picture.crop((0, cut, 300, picture.height))
        assert [black_runs(above), black_runs(below)] == [6, 6], "three titles, three squares"


def black_runs(picture: Image.Image) -> int:
    column = [picture.getpixel((100, row))[0] == 0 for row in range(picture.height)]
    return sum(now and not before for before, now in zip([False, *column], column, strict=False))


def test_what_cannot_be_cut_stays_whole():
    assert cuts_of(Image.new("RGB", (300, 2000), "black"), 600) == [0, 2000]


def test_the_pieces_together_are_the_picture():
    html = parted(as_html(rows(14)))
    images = BeautifulSoup(html, "html.parser").find_all("img")
    assert [image["alt"] for image in images] == [f"Rækker (del {k} af 3)" for k in (1, 2, 3)]
    assert {image["width"] for image in images} == {"300"}
    heights = [picture_of(image).height for image in images]
    assert sum(heights) == rows(14).height and max(heights) <= 760
    low = as_html(rows(3))
    assert parted(low) == low


def picture_of(image) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2])))
