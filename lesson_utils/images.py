"""Photos in and out: from a file or from the course's own, to float tensors and back. Nothing about networks.

An image is `float32 (3, H, W)`, RGB in 0..1, everywhere in the course.
"""

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from lesson_utils import DATA, danish
from lesson_utils.errors import LessonError

PHOTOS = {path.stem: path for path in sorted((DATA / "photos").glob("*.jpg"))}
HEIC = set(b"heic heix heim heis hevc hevx mif1 msf1".split())  # brands in a file's first box
# What a phone or a scanner writes. Pillow knows fifty more; one of them, EPS, is a program that it would run.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
LARGEST = 2048  # pixels on the longer side of what `photo` hands out; no network here looks at more
MOST_PIXELS, MOST_BYTES = 100_000_000, 500_000_000  # of a picture, and of its file
LARGE = 25_000_000  # pixels: more than this is made smaller before anything else is done with it


class Unreadable(LessonError):
    """A file that is no photo; `reason` says it in a word or two, for a list of many."""

    def __init__(self, sentence: str, reason: str):
        super().__init__(sentence)
        self.reason = reason


def photo(source: str | Path = "", size: int | None = None) -> Tensor:
    """A photo as `float32 (3, H, W)`: one of the course's own by name (`PHOTOS`), or a file (HEIC and AVIF too).

    An empty `source` is the course's cat. The picture is turned the right way up; grey and CMYK become RGB, what
    is transparent becomes white, and of several pictures in a file it is the first. With `size` the middle square
    is cut out and scaled to `size` x `size`, which is what a network sees; without it the photo is whole, and
    scaled down where it is longer than 2048 pixels.
    Raises Unreadable for a file that is missing, empty, or no picture.
    """
    with large_photos():
        return from_array(np.asarray(read(_found(source), size)))


def read(path: Path, size: int | None = None) -> Image.Image:
    """The picture in a file, as `photo` hands it out; several threads may read within one `large_photos()`."""
    picture = _read(path, size or LARGEST)
    if size is not None:
        return ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return picture


@contextmanager
def large_photos() -> Iterator[None]:
    """Pillow takes a large photo for an attack, and warns; here it is none. Python's warnings are the process'."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def from_array(array: np.ndarray) -> Tensor:
    """uint8 (H, W, 3) -> float32 (3, H, W) in 0..1."""
    return torch.from_numpy(np.array(array)).permute(2, 0, 1).float() / 255


def as_float(images: Tensor) -> Tensor:
    """uint8 0..255 -> float32 0..1, as a cache on disk becomes images; float images as they are."""
    return images.float() / 255 if images.dtype == torch.uint8 else images


def _found(source: str | Path) -> Path:
    """The file that is meant: a Mac writes the å of a name in two characters, everybody else in one."""
    path = PHOTOS.get(str(source) or "kat") or Path(source).expanduser()
    ways = (path, *(Path(unicodedata.normalize(form, str(path))) for form in ("NFC", "NFD")))
    return next((way for way in ways if way.is_file()), path)


def _read(path: Path, wanted: int) -> Image.Image:
    if not path.is_file():
        own = danish.listing(f"»{name}«" for name in PHOTOS)
        said = f"Billedet »{path}« findes ikke: skriv stien til en billedfil, eller vælg {own}."
        raise Unreadable(said, "findes ikke")
    if path.stat().st_size == 0:
        raise Unreadable(f"Filen »{path.name}« er tom: hent eller gem billedet igen.", "tom")
    too_large = Unreadable(
        f"Billedet »{path.name}« er for stort: gør det mindre end 10.000 x 10.000 pixler.", "for stort"
    )
    if path.stat().st_size > MOST_BYTES:
        raise too_large
    damaged = Unreadable(f"Billedet »{path.name}« er beskadiget: hent eller gem det igen.", "beskadiget")
    with path.open("rb") as file:
        _, box, brand = file.read(4), file.read(4), file.read(4)
    heic = box == b"ftyp" and brand in HEIC
    if heic:
        _learn_heic(path)
    Image.init()
    known = [kind for kind in (*FORMATS, *["HEIF"] * heic) if kind in Image.OPEN]
    try:
        with Image.open(path, formats=known) as picture:
            picture.draft("RGB", (2 * wanted, 2 * wanted))  # a JPEG can be decoded at a fraction of its size
            if picture.width * picture.height > MOST_PIXELS:
                raise too_large
            picture = _upright(picture, path)
            if picture.width * picture.height > LARGE and picture.mode in ("L", "RGB", "RGBA"):
                picture = picture.reduce(max(1, min(picture.size) // (2 * wanted)))
            return _on_white(picture)
    except UnidentifiedImageError:
        if heic or (box == b"ftyp" and brand in (b"avif", b"avis")):
            raise damaged from None
        raise Unreadable(
            f"»{path.name}« er ikke et billede, som kan læses: vælg en fil i JPEG-, PNG-, WebP-, HEIC- eller "
            "AVIF-format.",
            "ikke et billede",
        ) from None
    except Image.DecompressionBombError:
        raise too_large from None
    except (OSError, SyntaxError, ValueError, RuntimeError):  # what is raised half-way through a damaged file
        raise damaged from None


def _learn_heic(path: Path) -> None:
    try:
        import pillow_heif  # only where it is needed: a lesson without such photos does without
    except ImportError:
        raise Unreadable(
            f"»{path.name}« er i telefonens HEIC-format: installér »pillow-heif«, eller gem billedet som JPEG.",
            "HEIC uden »pillow-heif«",
        ) from None
    pillow_heif.register_heif_opener()


def _upright(picture: Image.Image, path: Path) -> Image.Image:
    """The picture as its photographer saw it, turned once.

    JPEG, PNG, WebP: EXIF says it. AVIF: the container does, and Pillow tells it as EXIF. HEIC: the container, the
    EXIF, or both; libheif has turned it as the container says, and pillow-heif takes the EXIF's word away, also
    where the container says nothing (pillow_heif#86, libheif#227). Only then has it still to be turned.
    """
    if picture.format == "HEIF" and not _container_turns(path):
        picture.getexif()[ExifTags.Base.Orientation] = picture.info.get("original_orientation") or 1
    ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _container_turns(path: Path) -> bool:
    """Whether a HEIC file's `meta` box has a rotation or a mirroring (ISO/IEC 23008-12, 6.5.10 and 6.5.12)."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind, read = int.from_bytes(head[:4], "big"), head[4:], 8
            if size == 1:  # a long box
                size, read = int.from_bytes(file.read(8), "big"), 16
            if kind == b"meta":
                content = file.read(min(size - read, 10_000_000))
                return b"irot" in content or b"imir" in content
            if size < read:
                break
            file.seek(size - read, 1)
    return False


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
