"""`lesson new 07 resnet "ResNet"`: a lesson that runs, to be written over."""

import re
from pathlib import Path
from string import Template

from lesson_staff.catalogue import REPOSITORY
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
    folder = root / "lesson_cells" / name
    if folder.exists() or any((root / "notebooks").glob(f"{number}_*.ipynb")):
        raise LessonError(
            f"Lektion {number} eller mappen »{name}« findes allerede: vælg et andet nummer og navn."
        )
    tests = root / "tests" / "lesson_cells" / name
    targets = {
        "notebook.ipynb.txt": root / "notebooks" / f"{number}_{name}.ipynb",
        "lesson.toml": folder / "lesson.toml",
        **{f"{room}.py.txt": folder / f"{room}.py" for room in ROOMS},
        "test_lesson.py.txt": tests / "test_lesson.py",
    }
    for template, target in targets.items():
        text = Template((TEMPLATES / template).read_text(encoding="utf-8"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.substitute(number=number, name=name, title=title), encoding="utf-8")
    readme = root / "README.md"
    _add_row(readme, f"| {number} {title} | skriv her, hvad man lærer | 30 min |")
    return [path.relative_to(root).as_posix() for path in (*targets.values(), readme)]


def _add_row(readme: Path, row: str) -> None:
    """Put a lesson's row in its place in the table: after the last with a smaller number."""
    lines = readme.read_text(encoding="utf-8").split("\n")
    rows = [k for k, line in enumerate(lines) if re.match(r"\| \d\d ", line)]
    before = [k for k in rows if lines[k] < row]
    lines.insert((before or [rows[0] - 1])[-1] + 1, row)
    readme.write_text("\n".join(lines), encoding="utf-8")
