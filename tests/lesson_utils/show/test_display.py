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
from matplotlib.figure import Figure
from PIL import Image

from lesson_utils import show
from lesson_utils.records import RECORD, records
from lesson_utils.show import record, table
from lesson_utils.show.display import png
from lesson_utils.show.style import described


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
    picture = Image.open(
        io.BytesIO(base64.b64decode(image.get("src").removeprefix("data:image/png;base64,")))
    )
    assert picture.size == (1080, 360)
    assert data["text/plain"] == '5 < 7 & »a« "b"'


def test_show_refuses_a_figure_without_words():
    with pytest.raises(ValueError, match="alt text"):
        show.figure(Figure())


def test_the_same_figure_gives_the_same_bytes_and_no_traces():
    assert png(figure()) == png(figure())
    assert b"matplotlib" not in png(figure()).lower() and b"date" not in png(figure()).lower()


def test_a_palette_makes_a_photo_smaller():
    noise = Figure(figsize=(3, 3))
    noise.subplots().imshow(np.random.default_rng(0).random((60, 60, 3)))
    assert len(png(noise, colours=256)) < 0.7 * len(png(noise))


def test_a_palette_leaves_a_small_mark_its_colour():
    crowd = Figure(figsize=(4, 4))
    axes = crowd.subplots()
    axes.imshow(np.random.default_rng(0).random((300, 300, 3)) * [1.0, 0.3, 0.1])
    crowd.text(0.01, 0.97, "■", color="#009E73")  # green, beside a photo all in red
    picture = Image.open(io.BytesIO(png(crowd, colours=256))).convert("RGB")
    distances = np.abs(np.asarray(picture).astype(int) - [0x00, 0x9E, 0x73]).sum(axis=2)
    assert distances.min() < 40


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
