"""Photos in and out: from a file or from the course's own, to float tensors and back. Nothing about networks.

An image is `float32 (3, H, W)`, RGB in 0..1, everywhere in the course.
"""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from lesson_utils import DATA, danish
from lesson_utils.errors import LessonError

PHOTOS = {path.stem: path for path in sorted((DATA / "photos").glob("*.jpg"))}
LARGEST = 2048  # pixels on the longer side of what `photo` hands out; no network here looks at more


def photo(source: str | Path = "", size: int | None = None) -> Tensor:
    """A photo as `float32 (3, H, W)`: one of the course's own by name (`PHOTOS`), or a file.

    An empty `source` is the course's cat. The picture is turned as its EXIF says; grey and CMYK become RGB, and
    what is transparent becomes white. With `size` the middle square is cut out and scaled to `size` x `size`;
    without it, a picture longer than 2048 pixels is scaled down to that.
    Raises LessonError for a file that is missing, empty, or no picture.
    """
    path = PHOTOS.get(str(source) or "kat") or Path(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # a large photo is no attack here
        picture = _read(path, size or LARGEST)
    if size is not None:
        picture = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return from_array(np.asarray(picture))


@dataclass(frozen=True)
class PhotoFolder:
    """Photos of a folder with a folder per class: images (N, 3, size, size), labels (N,) into `class_names`.

    `skipped` holds (file below the folder, Danish reason) for each file that is no photo.
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Photos of each class."""
        return {name: int((self.labels == label).sum()) for label, name in enumerate(self.class_names)}


def read_folder(path: str | Path, size: int = 64, most: int = 300) -> PhotoFolder:
    """Read a folder of photos: a folder in it is a class, and the files in that are its photos (see `photo`).

    At most `most` photos of a class are read, in the order of their names. Files that cannot be read are listed in
    `skipped`; hidden files and folders without a photo are passed by.
    Raises LessonError for a folder that is missing, without photos, or of a single class.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise LessonError(
            f"Mappen »{path}« findes ikke: skriv stien til en mappe med en mappe for hver klasse."
        )
    images, labels, names, skipped = [], [], [], []
    for inner in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        found = []
        for file in sorted(p for p in inner.rglob("*") if p.is_file() and not p.name.startswith(".")):
            if len(found) == most:
                break
            try:
                found.append(photo(file, size))
            except LessonError as sentence:
                skipped.append((file.relative_to(folder).as_posix(), str(sentence)))
        if found:
            labels += [len(names)] * len(found)
            names.append(inner.name)
            images += found
    if not names:
        raise LessonError(
            f"Mappen »{folder.name}« har ingen billeder i undermapper: lav en mappe for hver klasse, og læg "
            "klassens billeder i den."
        )
    if len(names) == 1:
        raise LessonError(
            f"Mappen »{folder.name}« har kun klassen »{names[0]}«: der skal være mindst to mapper med billeder."
        )
    return PhotoFolder(torch.stack(images), torch.tensor(labels), tuple(names), skipped)


def from_array(array: np.ndarray) -> Tensor:
    """uint8 (H, W, 3) -> float32 (3, H, W) in 0..1."""
    return torch.from_numpy(np.array(array)).permute(2, 0, 1).float() / 255


def as_float(images: Tensor) -> Tensor:
    """uint8 0..255 -> float32 0..1, as a cache on disk becomes images; float images as they are."""
    return images.float() / 255 if images.dtype == torch.uint8 else images


def _read(path: Path, wanted: int) -> Image.Image:
    if not path.is_file():
        own = danish.listing(f"»{name}«" for name in PHOTOS)
        raise LessonError(f"Billedet »{path}« findes ikke: skriv stien til en billedfil, eller vælg {own}.")
    if path.stat().st_size == 0:
        raise LessonError(f"Filen »{path.name}« er tom: hent eller gem billedet igen.")
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (2 * wanted, 2 * wanted))  # a JPEG can be decoded at a fraction of its size
            picture = ImageOps.exif_transpose(picture)
            return _on_white(picture)
    except UnidentifiedImageError:
        raise LessonError(
            f"»{path.name}« er ikke et billede, som kan læses: vælg en fil i JPEG-, PNG- eller WebP-format."
        ) from None
    except Image.DecompressionBombError:
        raise LessonError(
            f"Billedet »{path.name}« er for stort: gør det mindre end 10.000 x 10.000 pixler."
        ) from None
    except (OSError, SyntaxError, ValueError):  # what Pillow raises half-way through a damaged file
        raise LessonError(f"Billedet »{path.name}« er beskadiget: hent eller gem det igen.") from None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):  # 16-bit grey, which Pillow would cut off instead of scaling
        values = np.asarray(picture, dtype=np.float32)
        values = (values - values.min()) / max(float(np.ptp(values)), 1e-6)
        return Image.fromarray((255 * values).astype(np.uint8)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")
