"""A student's own things: pictures of a few classes, and the last FC layer that learns to tell them apart."""

import hashlib
import re
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from lesson_cells.transfer.experiments import new_head
from lesson_utils import photos
from lesson_utils.danish import plural
from lesson_utils.errors import LessonError
from lesson_utils.files import read_tensors, written
from lesson_utils.images import as_float
from lesson_utils.networks import Network
from lesson_utils.show.camera import Answer
from lesson_utils.transfer import encode

MOST = 8  # things: more names than anybody can tell apart on a screen
HEAD = "hoved.safetensors"


class Things:
    """Pictures by class, each with what the encoder says of it: computed once, when the picture comes.

    `network` ends with GAP and one FC layer, and stays as it is; only the new FC layer learns.
    """

    def __init__(self, network: Network, names: Sequence[str] = ("ting 1", "ting 2")):
        self.network, self.names = network, list(names)
        layers = [name for name, _ in network.layers.named_children()]
        self.last = layers[layers.index("gap") - 1]  # the last feature maps
        self._pictures: list[list[tuple[Tensor, Tensor]]] = [[] for _ in names]  # (image, features)
        self.head: nn.Linear | None = None

    @property
    def counts(self) -> list[int]:
        return [len(pictures) for pictures in self._pictures]

    @property
    def images(self) -> Tensor:
        """uint8 (N, 3, 224, 224), class by class."""
        return torch.stack([image for pictures in self._pictures for image, _ in pictures])

    @property
    def features(self) -> Tensor:
        """float32 (N, channels): each feature map's mean."""
        return torch.stack([features for pictures in self._pictures for _, features in pictures])

    @property
    def labels(self) -> Tensor:
        return torch.tensor([label for label, pictures in enumerate(self._pictures) for _ in pictures])

    def another(self) -> None:
        """One more thing. Raises LessonError when there are eight."""
        if len(self.names) == MOST:
            raise LessonError(f"Der er plads til {MOST} ting: giv en af dem et nyt navn og nye billeder.")
        self.names.append("")
        self.rename(len(self.names) - 1, "")
        self._pictures.append([])
        self.head = None

    def rename(self, thing: int, name: str) -> None:
        """No two things bear the same name: the second gets its number behind it."""
        name = name.strip() or f"ting {thing + 1}"
        taken = name in self.names[:thing] + self.names[thing + 1 :]
        self.names[thing] = f"{name} {thing + 1}" if taken else name

    def called(self, name: str) -> int:
        """The thing of that name; if there is none, one without pictures, or one more, gets it."""
        if name not in self.names:
            if all(self.counts):
                self.another()
            self.rename(self.counts.index(0), name)
        return self.names.index(name)

    def add(self, thing: int, image: Tensor) -> None:
        """Keep a picture (3, 224, 224) in 0..1 of the thing with this number, and what the encoder says of it."""
        self._pictures[thing].append(((255 * image).round().byte(), self._maps(image).mean((1, 2))))

    def remove(self, thing: int, number: int) -> None:
        del self._pictures[thing][number]

    def train(self) -> float:
        """Train the last FC layer on everything that is kept; the seconds that it took.

        Raises LessonError for fewer than two things with two pictures each.
        """
        empty = [name for name, count in zip(self.names, self.counts, strict=True) if count < 2]
        if empty:
            raise LessonError(f"Tag mindst to billeder af hver ting: »{empty[0]}« mangler.")
        start = time.perf_counter()
        self.head = new_head(self.features, self.labels, len(self.names))
        return time.perf_counter() - start

    @torch.no_grad()
    def answer(self, image: Tensor) -> Answer:
        """The shares of the things, the surest first, and where in the picture the first one comes from."""
        if self.head is None:
            return Answer()
        maps = self._maps(image)
        shares = self.head(maps.mean((1, 2))).softmax(0)
        order = shares.argsort(descending=True).tolist()
        weight = self.head.weight  # what speaks for this thing more than for the others:
        heat = ((weight[order[0]] - weight.mean(0))[:, None, None] * maps).sum(0)
        return Answer({self.names[k]: shares[k].item() for k in order}, heat)

    def save(self, folder: str | Path) -> str:
        """Write the pictures and, once trained, the head; returns what was written, in Danish.

        A folder for each thing, as the lesson's `image_folder` wants them. What lies there stays; the same picture
        is written once.
        """
        folder = Path(folder).expanduser()
        try:
            for name, pictures in zip(self._folders(), self._pictures, strict=True):
                (folder / name).mkdir(parents=True, exist_ok=True)
                for image, _ in pictures:
                    called = hashlib.sha256(image.numpy().tobytes()).hexdigest()[:12]
                    with written(folder / name / f"{called}.png") as draft:
                        Image.fromarray(image.permute(1, 2, 0).numpy()).save(draft, "PNG")
            if self.head is not None:
                with written(folder / HEAD) as draft:
                    save_file(self.head.state_dict(), draft, {"names": "\n".join(self._folders())})
        except OSError as error:
            problem = f"Der kan ikke skrives i »{folder}« ({error.strerror}): vælg en anden mappe."
            raise LessonError(problem) from None
        return f"{plural(sum(self.counts), 'billede', 'billeder')} er gemt i »{folder}«."

    def load(self, folder: str | Path) -> str:
        """Read what `save` wrote, in place of everything here. Raises LessonError if there is nothing to read."""
        found = photos.folder(folder)
        self.names = list(found.class_names)
        self._pictures = [[] for _ in self.names]
        self.head = None
        for image, label in zip(as_float(found.images), found.labels.tolist(), strict=True):
            self.add(label, image)
        path = Path(folder).expanduser() / HEAD
        if path.exists():
            words, weights = read_tensors(path, f"»{HEAD}« er beskadiget: slet den, og tryk på »Træn«.")
            known = words.get("names", "").split("\n")
            if sorted(known) == sorted(self.names):  # the folders come in the order of the alphabet
                rows = [known.index(name) for name in self.names]
                self.head = nn.Linear(*reversed(weights["weight"].shape))
                self.head.load_state_dict({name: values[rows] for name, values in weights.items()})
        return f"{plural(len(found.images), 'billede', 'billeder')} er hentet."

    def _maps(self, image: Tensor) -> Tensor:
        return encode(self.network, image[None], self.last)[0].float()

    def _folders(self) -> list[str]:
        """A folder's name for each thing: as it is called, without what a file system does not take."""
        clean = [re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", name).strip(" .") or "ting" for name in self.names]
        return [name if clean.count(name) == 1 else f"{name} {k}" for k, name in enumerate(clean, start=1)]
