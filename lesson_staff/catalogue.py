"""The lessons of the course: what each is called, how long it takes, what its parameters may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from lesson_utils.danish import listing
from lesson_utils.errors import LessonError

REPOSITORY = Path(__file__).resolve().parents[1]
NOTEBOOKS = REPOSITORY / "notebooks"


@dataclass(frozen=True)
class Lesson:
    """One notebook.

    `minutes` is a student's time, not the machine's. `allowed` names the values that a parameter may
    take (a tuple of them, or a `range`); a parameter that is not mentioned may take any value of its type.
    `seconds` is about what one processor core needs: a batch begins with the longest, and tells the time left.
    """

    number: str
    title: str
    minutes: int
    file: str
    allowed: Mapping[str, tuple | range] = field(default_factory=lambda: MappingProxyType({}))
    seconds: int = 60

    @property
    def notebook(self) -> Path:
        return NOTEBOOKS / self.file


INCEPTION_MODULES = tuple(
    f"inception_{name}" for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
)

ANY_SEED = range(2**31)  # what every generator takes
SEEDS = {"seed": ANY_SEED, "fresh_seed": ANY_SEED}

LESSONS = (
    Lesson("00", "Motivation", 40, "00_motivation.ipynb", SEEDS, 47),
    Lesson(
        "01", "Transfer learning", 40, "01_transfer_learning.ipynb",
        {"seed": ANY_SEED, "images_per_class": range(1, 501)},
        56,
    ),
    Lesson("02", "AlexNet", 30, "02_alexnet.ipynb", {"seed": ANY_SEED, "seeds": range(1, 21)}, 29),
    Lesson("03", "VGG", 30, "03_vgg.ipynb", {"seed": ANY_SEED, "depth": (11, 13, 16, 19)}, 28),
    Lesson(
        "04", "GoogLeNet", 35, "04_googlenet.ipynb",
        {"seed": ANY_SEED, "module": INCEPTION_MODULES, "steps": range(1, 501)},
        44,
    ),
    Lesson("05", "Aktiveringer", 45, "05_aktiveringer.ipynb", SEEDS),
    Lesson("06", "Rekonstruktion", 45, "06_rekonstruktion.ipynb", {**SEEDS, "steps": range(1, 1001)}),
)  # fmt: skip


def find(numbers: Iterable[str] = ()) -> list[Lesson]:
    """The lessons with these numbers (`"2"` means `"02"`), or all of them, in lecture order.

    Raises LessonError if a number is unknown.
    """
    known = {lesson.number: lesson for lesson in LESSONS}
    wanted = [number.strip().zfill(2) for number in numbers]
    unknown = dict.fromkeys(number for number in wanted if number not in known)
    if unknown:
        raise LessonError(f"Der er ingen lektion {listing(unknown)}: vælg mellem {listing(known)}.")
    return [lesson for lesson in LESSONS if not wanted or lesson.number in wanted]
