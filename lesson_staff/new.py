"""`lesson new 07 resnet "ResNet"`: a lesson that runs, to be written over."""

import re
from pathlib import Path
from string import Template

from lesson_staff.catalogue import REPOSITORY
from lesson_staff.order import write_under
from lesson_utils.errors import LessonError

TEMPLATES = Path(__file__).with_name("templates") / "lesson"
ROOMS = ("__init__", "figures", "experiments", "exercises", "widgets")


def new_lesson(number: str, name: str, title: str, root: Path = REPOSITORY) -> list[str]:
    """Write the notebook, the folder, the tests and README's line of a new lesson; their paths below `root`.

    Raises LessonError, and writes nothing, for a number or name that is taken or that cannot be one.
    """
    if not re.fullmatch(r"\d\d", number):
        raise LessonError(f"»{number}« er ikke et lektionsnummer: skriv to cifre, fx 07.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise LessonError(f"»{name}« kan ikke være en mappe: skriv små bogstaver a-z, fx resnet.")
    if (root / "lesson_cells" / name).exists() or any((root / "notebooks").glob(f"{number}_*.ipynb")):
        raise LessonError(
            f"Lektion {number} eller mappen »{name}« findes allerede: vælg et andet nummer og navn."
        )
    targets = {
        "notebook.ipynb.txt": f"notebooks/{number}_{name}.ipynb",
        "lesson.toml": f"lesson_cells/{name}/lesson.toml",
        **{f"{room}.py.txt": f"lesson_cells/{name}/{room}.py" for room in ROOMS},
        "test_lesson.py.txt": f"tests/lesson_cells/{name}/test_lesson.py",
    }
    texts = {target: (TEMPLATES / source).read_text(encoding="utf-8") for source, target in targets.items()}
    words = {"number": number, "name": name, "title": title}
    write_under(root, {target: Template(text).substitute(words).encode() for target, text in texts.items()})
    _add_row(root / "README.md", f"| {number} {title} | skriv her, hvad man lærer | 5 min |")
    return [*texts, "README.md"]


def _add_row(readme: Path, row: str) -> None:
    """Put a lesson's row in its place in the table: after the last with a smaller number."""
    lines = readme.read_text(encoding="utf-8").split("\n")
    rows = [k for k, line in enumerate(lines) if re.match(r"\| \d\d ", line)]
    before = [k for k in rows if lines[k] < row]
    lines.insert((before or [rows[0] - 1])[-1] + 1, row)
    readme.write_text("\n".join(lines), encoding="utf-8")
