"""A folder of photos as people have them, from a phone or from Windows; read once, and asked by a network once.

What was read and computed lies in the user's cache, photo by photo: another photo, network, layer or version is
another file, so nothing is ever out of date, and what was done before an interruption stays done.
"""

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lesson_utils import danish
from lesson_utils.activations import activations
from lesson_utils.errors import LessonError
from lesson_utils.files import all_below, cache_directory, digest, recall, remember
from lesson_utils.images import Unreadable, as_float, large_photos, read
from lesson_utils.networks import Network

VERSION = 1  # of what is kept: another way to read a photo or to ask a network is another number
BATCH_SIZE = 32
MOVIES = (".mov", ".mp4", ".m4v", ".3gp", ".mp")
BESIDE = ("thumbs.db", "ehthumbs.db", "desktop.ini", ".aae", ".xmp", ".thm", ".json")  # ends of names
SYSTEM = ("__MACOSX", "$RECYCLE.BIN", "@eaDir")
BURST = re.compile(r"(.*)BURST(\d+)(.*)", re.IGNORECASE)

Bar = Callable[[Sequence[Any]], Iterable[Any]]
"""What shows how far it is, such as `lambda steps: show.progress(steps, "Læser fotos")`."""


@dataclass(frozen=True)
class PhotoFolder:
    """Photos of a folder with a folder per class: images uint8 (N, 3, size, size), labels (N,) into `class_names`.

    `files`: where each lies, for whoever wants to see it whole. `skipped`: (file below the folder, Danish reason)
    for each that is no photo.
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    skipped: Sequence[tuple[str, str]] = ()
    files: Sequence[Path] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Photos of each class."""
        return {name: int((self.labels == label).sum()) for label, name in enumerate(self.class_names)}

    @property
    def skipped_line(self) -> str:
        """One Danish line about what was skipped and why, three files of a kind by name; empty if nothing was."""
        kinds: dict[str, list[str]] = {}
        for file, reason in self.skipped:
            kinds.setdefault(reason, []).append(file)
        told = []
        for reason, files in kinds.items():
            others = [f"{danish.number(len(files) - 3)} til"] if len(files) > 3 else []
            told.append(f"{reason} ({danish.listing(files[:3] + others)})")
        many = danish.plural(len(self.skipped), "fil", "filer")
        return f"{many} blev sprunget over: {'; '.join(told)}." if told else ""


def folder(path: str | Path, size: int = 224, most: int = 300, bar: Bar = iter) -> PhotoFolder:
    """Read a folder of photos: a folder in it is a class, and the photos below that are its photos.

    Of each photo it is the middle square, as `images.photo` cuts it. At most `most` of a class are read, in the
    order of their names. What systems and phones lay beside photos (`Thumbs.db`, `._a.jpg`, the film of a live
    photo) is passed by without a word; what else is no photo is listed in `skipped`, and so are all pictures of a
    burst but its cover: they would be nearly the same in training and test.
    Raises LessonError for a folder that is missing, without photos, or of a single class.
    """
    root = Path(path).expanduser()
    if not root.is_dir():
        raise LessonError(
            f"Mappen »{path}« findes ikke: skriv stien til en mappe med en mappe for hver klasse."
        )
    wanted, skipped = _sorted_out(root, most)
    found: dict[str, list[tuple[Path, Tensor]]] = {}
    Image.init()  # all of Pillow's formats, before several threads ask for them
    pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
    try:
        with large_photos():
            squares = pool.map(lambda name: _square(wanted[name], size), wanted)
            for name, square in zip(bar(list(wanted)), squares, strict=True):
                if isinstance(square, Tensor):
                    found.setdefault(name.split("/")[0], []).append((wanted[name], square))
                else:
                    skipped.append((name, square))
    finally:
        pool.shutdown(cancel_futures=True)
    if len(found) < 2:
        has = "ingen billeder i undermapper: lav en mappe for hver klasse, og læg klassens billeder i den"
        if found:
            has = f"kun klassen »{next(iter(found))}«: der skal være mindst to mapper med billeder"
        raise LessonError(f"Mappen »{root.name}« har {has}.")
    files, squares = zip(*(each for photos in found.values() for each in photos), strict=True)
    labels = torch.tensor([label for label, photos in enumerate(found.values()) for _ in photos])
    return PhotoFolder(torch.stack(squares), labels, tuple(found), sorted(skipped), files)


def features(network: Network, images: Tensor, layer: str = "", bar: Bar = iter) -> Tensor:
    """float32 (N, features) on the CPU: what `layer` answers to images (N, 3, H, W), float or uint8, flattened.

    Without a layer it is what the last one reads: the features that a new head is trained on. Each image is asked
    once for a network with these weights; what is known already comes from the cache.
    """
    layer = layer or [name for name, _ in network.layers.named_children()][-2]
    asked = VERSION, network.name, _digest(network.state_dict().values()), layer
    places = [_place(*asked, _digest([image])) for image in images]
    known = [recall(place) for place in places]
    missing = [row for row, answer in enumerate(known) if answer is None]
    for start in bar(range(0, len(missing), BATCH_SIZE)):
        rows = missing[start : start + BATCH_SIZE]
        answers = activations(network, as_float(images[rows]), [layer])[layer].flatten(1).float()
        for row, answer in zip(rows, answers, strict=True):
            known[row] = answer.clone()
            remember(places[row], known[row])
    return torch.stack(known)


def _sorted_out(root: Path, most: int) -> tuple[dict[str, Path], list[tuple[str, str]]]:
    """What may be a photo, by its name below `root`, class by class; and what is skipped, and why.

    A Mac writes the å of a name in two characters; here it is one, as it is typed and compared.
    """
    every = [file for file in all_below(root) if file.is_file()]
    named = {unicodedata.normalize("NFC", file.relative_to(root).as_posix()): file for file in every}
    names = [
        name
        for name in sorted(named, key=str.casefold)
        if not name.lower().endswith(BESIDE)
        and not any(part.startswith(".") or part in SYSTEM for part in name.split("/"))
    ]
    stems = {_stem(name) for name in names if not name.lower().endswith(MOVIES)}
    covers: dict[str, str] = {}
    for name in sorted(names, key=lambda name: "COVER" not in name.upper()):
        covers.setdefault(_burst(name), name)
    wanted, skipped, counts = {}, [], Counter()
    for name in names:
        kind = name.split("/")[0]
        if name.lower().endswith(MOVIES):
            if _stem(name) not in stems:  # a film of its own, and not a live photo's
                skipped.append((name, "film"))
        elif kind == name:
            skipped.append((name, "uden for klassernes mapper"))
        elif covers[_burst(name)] != name:
            skipped.append((name, "serieoptagelse"))
        elif counts[kind] == most:
            skipped.append((name, f"flere end {danish.number(most)} i klassen"))
        else:
            wanted[name] = named[name]
            counts[kind] += 1
    return wanted, skipped


def _stem(name: str) -> str:
    """`kat/IMG_1.HEIC` and the film beside it, `kat/img_1.mov`, have the same."""
    place, _, last = name.casefold().rpartition("/")
    return f"{place}/{last.split('.')[0]}"


def _burst(name: str) -> str:
    """What the pictures of a burst have in common: what stands before BURST, or the long number after it."""
    place, _, last = name.rpartition("/")
    found = BURST.match(last)
    return f"{place}/{found[2] if len(found[2]) > 6 else found[1]}" if found else name


def _square(file: Path, size: int) -> Tensor | str:
    """A photo as the network sees it, uint8 (3, size, size), or why it cannot be read."""
    try:
        place = _place(VERSION, size, digest(file))
        square = recall(place)
        if square is None:
            square = torch.from_numpy(np.array(read(file, size))).permute(2, 0, 1).contiguous()
            remember(place, square)
        return square
    except Unreadable as error:
        return error.reason
    except OSError:  # a lost drive, or no permission
        return "kan ikke læses"


def _place(*question: object) -> Path:
    name = hashlib.sha256(repr(question).encode()).hexdigest()[:32]
    return cache_directory() / "photos" / f"{name}.safetensors"


def _digest(tensors: Iterable[Tensor]) -> str:
    found = hashlib.sha256()
    for tensor in tensors:
        found.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        found.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return found.hexdigest()
