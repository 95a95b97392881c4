"""What reaches the reader of a cell: a picture with words, a table with Danish numbers, a key figure."""

import base64
import io
import re
from unittest.mock import patch
from xml.etree import ElementTree

import nbformat
import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from lesson_utils import show
from lesson_utils.images import PHOTOS, photo
from lesson_utils.records import RECORD, records
from lesson_utils.show import encoding, record, table
from lesson_utils.show.display import image_tag, pixels
from lesson_utils.show.encoding import encode, quick
from lesson_utils.show.style import described, image_axes


def displayed(function, *arguments, **options) -> dict:
    """The one MIME bundle that a call sends to the front end."""
    with patch("lesson_utils.show.display.display") as sent:
        assert function(*arguments, **options) is None
    sent.assert_called_once()
    assert sent.call_args.kwargs == {"raw": True}
    return sent.call_args.args[0]


def figure(alt_text: str = "En linje fra 1 til 2") -> Figure:
    drawn = Figure(figsize=(9, 3))
    drawn.subplots().plot([1, 2])
    return described(drawn, alt_text)


def test_show_gives_an_image_with_its_alt_text():
    data = displayed(show.figure, figure('5 < 7 & »a« "b"'))
    (tag,) = re.findall(r"<img [^>]*>", data["text/html"])
    image = ElementTree.fromstring(tag.removesuffix(">") + "/>")
    assert image.get("alt") == '5 < 7 & »a« "b"'
    assert image.get("width") == "900" and "max-width: 100%" in image.get("style")
    kind, _, content = image.get("src").partition(";base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    assert kind == "data:image/webp" and picture.size == (990, 330)
    assert data["text/plain"] == '5 < 7 & »a« "b"'


def test_show_refuses_a_figure_without_words():
    with pytest.raises(ValueError, match="alt text"):
        show.figure(Figure())


def test_the_same_figure_gives_the_same_bytes_and_no_traces():
    assert image_tag(figure()) == image_tag(figure())
    assert image_tag(pictures()) == image_tag(pictures())


def pictures() -> Figure:
    """Two photos; noise in blocks of a few pixels, as of a small image; and a small green mark."""
    noise = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    drawn = Figure(figsize=(9, 3.6))
    for axes, shown in zip(drawn.subplots(1, 3), (photo("kat", 224), photo("kaffe"), noise), strict=True):
        image_axes(axes, shown)
    drawn.text(0.01, 0.9, "■", color="#009E73")
    return described(drawn, "Tre billeder")


@pytest.fixture(scope="module")
def true() -> np.ndarray:
    return np.asarray(pixels(pictures())).astype(int)


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_picture_with_photos_is_small_and_true(true):
    kind, data = encode(Image.fromarray(true.astype(np.uint8)))
    off = np.abs(shown(data) - true)
    assert kind in ("webp", "avif") and len(data) < 0.25 * len(
        quick(Image.fromarray(true.astype(np.uint8)))[1]
    )
    assert off.mean() <= 2 and np.percentile(off, 99) <= 10
    assert (shown(data)[true.min(2) == 255] >= 253).mean() > 0.99, "paper stays white"
    green = np.abs(true - [0x00, 0x9E, 0x73]).sum(2) == 0
    assert green.sum() > 20 and np.abs(shown(data)[green] - [0x00, 0x9E, 0x73]).mean() < 6


@pytest.mark.parametrize("step", encoding.STEPS)
def test_what_is_rounded_is_off_by_half_a_step_and_grey_stays_grey(step):
    rounded = encoding.levels(step).astype(int)
    assert np.abs(rounded - np.arange(256)).max() <= step // 2 and rounded[255] == 255 and rounded[0] == 0
    assert len(set(rounded)) <= 256 // step + 2


def test_noise_and_smooth_shades_are_each_kept_by_what_suits_them(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    smooth = np.asarray(ImageOps.fit(Image.open(PHOTOS["kat"]).convert("RGB"), (600, 450)))
    kinds = {name: encode(Image.fromarray(each)) for name, each in {"noise": noise, "smooth": smooth}.items()}
    assert [kind for kind, _ in kinds.values()] == ["webp", "avif"]
    for name, each in {"noise": noise, "smooth": smooth}.items():
        assert encoding.within(shown(kinds[name][1]), each), name


def test_line_art_and_passing_pictures_are_exact():
    drawn = pixels(figure())
    for _, data in (encode(drawn), quick(drawn)):
        assert (shown(data) == np.asarray(drawn)).all()


FRAME = pd.DataFrame(
    {
        "parametre": [34_944, 60_965_224],
        "andel": [0.5, np.nan],
        "form": ["55 < 96", "6"],
        "bias": [True, False],
    },
    index=pd.Index(["conv1", "i alt"], name="lag"),
)


def cells(html: str) -> list[list[str]]:
    root = ElementTree.fromstring(html)
    return [[cell.text or "" for cell in row] for row in root.iter("tr")]


def test_table_is_danish_and_has_headings():
    data = displayed(table, FRAME, caption="Lag & tal", decimals={"andel": 2})
    assert cells(data["text/html"]) == [
        ["lag", "parametre", "andel", "form", "bias"],
        ["conv1", "34.944", "0,50", "55 < 96", "ja"],
        ["i alt", "60.965.224", "–", "6", "nej"],
    ]
    root = ElementTree.fromstring(data["text/html"])
    assert root.find("caption").text == "Lag & tal"
    assert [head.get("scope") for head in root.iter("th")] == ["col"] * 5 + ["row"] * 2
    aligned = {cell.text: cell.get("style") for cell in root.iter("td")}
    assert aligned["34.944"] == "text-align: right" and aligned["55 < 96"] == "text-align: left"
    assert "60.965.224" in data["text/plain"]


def test_table_without_index_and_with_missing_whole_numbers():
    frame = pd.DataFrame({"kernel": pd.array([11, None], dtype="Int64")})
    data = displayed(table, frame, index=False)
    assert cells(data["text/html"]) == [["kernel"], ["11"], ["–"]]
    assert data == displayed(table, frame, index=False)  # no random ids


def test_records_survive_the_notebook():
    import torch

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("tekst")])
    for name, value in {
        "parametre": 60_965_224,
        "andel": np.float64(0.5),
        "antal": np.int64(3),
        "tab": torch.tensor(1.5),
        "svar": [torch.tensor(True), np.float32("nan"), float("inf")],
        "form": torch.zeros(2, 3).shape,
        "navne": {"conv1": [True, "a"]},
    }.items():
        output = nbformat.v4.new_output("display_data", data=displayed(record, name, value))
        notebook.cells.append(nbformat.v4.new_code_cell("", outputs=[output]))
    read = nbformat.reads(nbformat.writes(notebook), as_version=4)
    nbformat.validate(read)
    assert records(read) == {
        "parametre": 60_965_224,
        "andel": 0.5,
        "antal": 3,
        "tab": 1.5,
        "svar": [True, None, None],
        "form": [2, 3],
        "navne": {"conv1": [True, "a"]},
    }


def test_a_record_shows_nothing_and_takes_no_objects():
    data = displayed(record, "tal", 1)
    assert set(data) == {RECORD, "text/html", "text/plain"} and data["text/html"] == data["text/plain"] == ""
    with pytest.raises(TypeError, match="object"):
        record("tal", object())
