"""The 1000 ImageNet classes have Danish names of their own, in the order in which a network answers."""

import csv
import re

import pytest
from torchvision.models._meta import _IMAGENET_CATEGORIES

from lesson_utils import DATA

FILE = DATA / "imagenet_danish.csv"
HEADER = "number,wnid,english,danish,gender"


@pytest.fixture(scope="module")
def rows():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_classes_stand_in_the_networks_order(rows):
    assert FILE.read_bytes().startswith(f"{HEADER}\n".encode())  # no byte order mark, no carriage return
    assert [row["number"] for row in rows] == [str(number) for number in range(1000)]
    assert [row["english"] for row in rows] == list(_IMAGENET_CATEGORIES)
    synsets = [row["wnid"] for row in rows]
    assert all(re.fullmatch(r"n\d{8}", synset) for synset in synsets)
    assert synsets == sorted(set(synsets))  # ImageNet numbers its classes in the order of their synsets


def test_no_two_classes_share_a_danish_name(rows):
    names = [row["danish"].casefold() for row in rows]
    assert not {name for name in names if names.count(name) > 1}


def test_each_danish_name_is_written_so_that_a_sentence_can_take_it(rows):
    for row in rows:
        name = row["danish"]
        assert name and name == " ".join(name.split()), row
        assert not re.search(r"[_,;\"]", name), row
        assert name[0].islower() or name in ("Ford T", "Granny Smith-æble"), row  # proper nouns
        assert row["gender"] in ("en", "et", "pl"), row  # pl: a plural, or what stands without an article


@pytest.mark.parametrize(
    "number, danish",
    [
        (134, "trane"), (517, "kran"), (264, "welsh corgi cardigan"), (474, "cardigan"), (285, "ægyptisk mau"),
        (292, "tiger"), (638, "gymnastikdragt"), (639, "badedragt"), (657, "missil"), (744, "projektil"),
        (836, "solbrille"), (837, "solbriller"), (954, "banan"), (967, "espresso"), (998, "majskolbe"),
    ],
)  # fmt: skip
def test_the_oddities_are_told_apart(rows, number, danish):
    assert rows[number]["danish"] == danish
