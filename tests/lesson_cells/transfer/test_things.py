"""A student's own things: what the camera's page asks of Python, without a browser."""

import io
import re
import time

import pytest
import torch
from PIL import Image

from lesson_cells.transfer.experiments import new_head
from lesson_cells.transfer.widgets import Things, teach
from lesson_cells.transfer.widgets.teach import _Teach
from lesson_utils import images, weights
from lesson_utils.errors import LessonError
from lesson_utils.show import explore
from lesson_utils.show.camera import Answer, jpeg, picture


@pytest.fixture(scope="module")
def network():
    return weights.load_network("googlenet")


def views(name: str, count: int) -> list[torch.Tensor]:
    """Crops of one of the course's photos."""
    photo = images.photo(name, 300)
    return [photo[:, 10 * k : 10 * k + 224, 70 - 9 * k : 294 - 9 * k].clone() for k in range(count)]


@pytest.fixture
def things(network):
    taught = Things(network, ["kop", "kat"])
    for thing, name in enumerate(("kaffe", "kat")):
        for view in views(name, 5):
            taught.add(thing, view)
    return taught


def test_a_head_for_eight_things_of_forty_pictures_is_trained_in_two_seconds():
    features, labels = torch.rand(320, 1280), torch.arange(8).repeat_interleave(40)
    features[torch.arange(320), labels] += 3
    new_head(features[:2], torch.tensor([0, 1]), 2)  # what loads at an optimiser's first step is no training
    began = time.process_time()
    head = new_head(features, labels, 8)
    assert time.process_time() - began < 2
    assert (head(features).argmax(1) == labels).all()
    assert torch.equal(head.weight, new_head(features, labels, 8).weight), "the same each time"


def test_the_last_layer_learns_and_the_network_stays(things, network):
    before = {name: each.clone() for name, each in network.state_dict().items()}
    assert things.answer(views("kat", 1)[0]) == Answer(), "nothing is trained yet"
    things.train()
    assert all(torch.equal(before[name], each) for name, each in network.state_dict().items())
    for name, right in (("kaffe", "kop"), ("kat", "kat")):
        answer = things.answer(views(name, 6)[-1])
        assert next(iter(answer.shares)) == right and sum(answer.shares.values()) == pytest.approx(1)
        assert answer.map.ndim == 2
    assert things.head.in_features == things.features.shape[1]


def test_pictures_can_be_taken_back_and_things_added(things):
    things.remove(0, 4)
    assert things.counts == [4, 5] and len(things.images) == len(things.labels) == 9
    things.another()
    things.rename(1, " kop ")
    things.rename(2, "")
    assert things.names == ["kop", "kop 2", "ting 3"], "answers are told apart by their names"
    with pytest.raises(LessonError, match="»ting 3« mangler"):
        things.train()
    for _ in range(5):
        things.another()
    with pytest.raises(LessonError, match="plads til 8 ting"):
        things.another()


def test_what_is_saved_is_read_back_to_the_last_pixel(things, network, tmp_path):
    things.names[0] = "kop/æble"
    things.train()
    assert things.save(tmp_path / "mine").startswith("10 billeder er gemt")
    things.save(tmp_path / "mine")
    assert len(list((tmp_path / "mine" / "kop æble").glob("*.png"))) == 5, "the same picture is written once"
    other = Things(network)
    assert other.load(tmp_path / "mine") == "10 billeder er hentet."
    assert other.names == ["kat", "kop æble"] and other.counts == [5, 5]
    here, there = ({image.numpy().tobytes() for image in each.images} for each in (things, other))
    assert here == there
    with pytest.raises(LessonError, match="findes ikke"):
        other.load(tmp_path / "ingen")
    (tmp_path / "fil").write_text("")
    with pytest.raises(LessonError, match="Der kan ikke skrives"):
        things.save(tmp_path / "fil")


def test_a_saved_head_answers_as_before(things, network, tmp_path):
    things.names = ["pen/kop", "b"]  # the folders come in another order, and one under another name
    things.train()
    things.save(tmp_path)
    other = Things(network)
    other.load(tmp_path)
    view = views("kat", 6)[-1]
    assert list(other.answer(view).shares.values()) == pytest.approx(
        list(things.answer(view).shares.values())
    )
    assert next(iter(other.answer(view).shares)) == "b"
    (tmp_path / "hoved.safetensors").write_bytes(b"intet")
    with pytest.raises(LessonError, match="er beskadiget: slet den, og tryk på »Træn«"):
        other.load(tmp_path)
    assert other.counts == [5, 5], "the pictures are there all the same"


def test_the_page_is_answered_message_by_message(network, monkeypatch, tmp_path):
    page, sent = _Teach(Things(network), str(tmp_path / "mine")), []
    monkeypatch.setattr(page, "send", lambda message, buffers=None: sent.append((message, buffers or [])))
    kat = views("kat", 2)
    for thing, pictures in enumerate((views("kaffe", 2), kat)):
        page._received(None, {"kind": "rename", "thing": thing, "to": ("kop", "kat")[thing]}, [])
        for image in pictures:
            page._received(None, {"kind": "frame", "thing": thing}, [jpeg(image)])
            message, (thumb,) = sent[-1]
            assert message == {"kind": "added", "thing": thing, "names": page.things.names, "trained": False}
            assert Image.open(io.BytesIO(thumb)).size == (56, 56)
    page._received(None, {"kind": "file", "name": "kat.png"}, [(images.PHOTOS["kat"]).read_bytes()])
    assert "Intet er trænet endnu" in sent[-1][0]["said"]
    page._received(None, {"kind": "train"}, [])
    assert sent[-1][0]["trained"] and "sekunder" in sent[-1][0]["said"]
    page._received(None, {"kind": "frame"}, [jpeg(kat[1])])
    assert sent[-1][0]["bars"][0][0] == "kat" and sent[-1][0]["bars"][0][2].endswith(" %")
    page._received(None, {"kind": "file", "name": "brudt.jpg"}, [b"intet"])
    assert sent[-1][0]["of"] == "file" and "brudt.jpg" in sent[-1][0]["said"]
    page._received(None, {"kind": "there"}, [])
    assert sent[-1][0] == {"kind": "there"}, "somebody listens"
    page._received(None, {"kind": "save"}, [])
    page._received(None, {"kind": "load"}, [])
    assert sent[-1][0]["things"] == [("kat", 2), ("kop", 2)] and len(sent[-1][1]) == 4
    for folder, thing in (("kop", 1), ("ske", 2), ("ske", 2)):
        file = images.PHOTOS["kaffe"].read_bytes()
        page._received(None, {"kind": "file", "name": "1.jpg", "folder": folder}, [file])
        assert sent[-1][0]["thing"] == thing and sent[-1][0]["names"][thing] == folder
    assert not sent[-1][0]["trained"], "the head knows no third thing"


def test_a_frame_keeps_its_pixels_and_where_nobody_listens_an_example_stands(network, capsys):
    image = torch.zeros(3, 224, 224)
    image[0, :112] = 1
    assert (picture(jpeg(image)) - image).abs().mean() < 0.02
    teach(Things(network))
    told = capsys.readouterr().out
    assert "Kør cellen i JupyterLab" in told and re.search("[23] af 3 nye får det rigtige navn", told)


def test_where_somebody_listens_the_page_itself_is_shown(network, monkeypatch):
    shown = []
    monkeypatch.setenv("LESSON_STATIC", "0")
    monkeypatch.setattr(explore, "display", lambda data, **_: shown.append(data))
    teach(Things(network))
    (data,) = shown
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] and "kameraet" in data["text/plain"]
