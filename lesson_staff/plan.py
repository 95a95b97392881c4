"""What is to be run, and what came of it: plain values that travel between the parts of a batch."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from lesson_staff import fingerprint
from lesson_staff.catalogue import Lesson, find
from lesson_staff.parameters import Wrong, read_parameters, values_for
from lesson_staff.sweep import LESSON, files_below
from lesson_utils.danish import did_you_mean, listing

LONGEST_VALUE = 32  # characters of a parameter's value in the name of a folder
UNMARKED = "Mærk cellen med parametrene »parameters« (View → Property Inspector → Cell Tags)."
KINDS = {str: str, float: int | float}  # of a result's fields; the others are mappings


@dataclass(frozen=True)
class Run:
    """One lesson to be run. `changed` is what papermill puts in, `parameters` is every parameter's value."""

    name: str
    lesson: Lesson
    changed: Mapping[str, object] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[str, ...] = ()  # where in a table it was asked for, or with which words

    def identity(self) -> str:
        """What the result depends on: the notebook's cells, the parameters, and the files that they name; the
        library code that the lesson reaches, and the weights, tables and photos that it reads."""
        files = {
            name: {below: _digest(file.read_bytes()) for below, file in files_below(path).items()}
            for name, path in files_of(self.parameters).items()
        }
        notebook = self.lesson.notebook
        facts = [source_of(notebook), fingerprint.of_lesson(notebook), dict(self.parameters) | files]
        return _digest(json.dumps(facts, sort_keys=True).encode())

    def lost(self) -> bool:
        """Whether a file that the parameters name is not there any more."""
        paths = [Path(value) for value in self.changed.values() if isinstance(value, str)]
        return any(path.is_absolute() and not path.exists() for path in paths)

    @property
    def label(self) -> str:
        return label(self.lesson.number, self.lesson.title, self.changed)


@dataclass(frozen=True)
class RunResult:
    """How a run went. `reason` is one Danish sentence, empty if the lesson passed.

    `facts` holds where and with what it ran: device, threads, peak memory, versions, attempts, identity.
    """

    name: str
    number: str
    title: str
    parameters: Mapping[str, object]
    seconds: float
    reason: str = ""
    traceback: str = ""
    picture_text: str = ""
    changed: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.reason

    @property
    def label(self) -> str:
        return label(self.number, self.title, self.changed)

    @property
    def stem(self) -> str:
        """The notebook's own name: the run's, up to its first parameter."""
        return self.facts.get("stem", self.name)

    def as_json(self) -> dict[str, object]:
        """The result as plain values, for `run.json` and `summary.json`."""
        return asdict(self) | {"passed": self.passed, "seconds": round(self.seconds, 1)}

    @classmethod
    def from_json(cls, values: dict) -> "RunResult":
        """Raises ValueError or TypeError for what no run has written."""
        result = cls(**{name: value for name, value in values.items() if name != "passed"})
        for each in fields(cls):
            if not isinstance(getattr(result, each.name), KINDS.get(each.type, Mapping)):
                raise TypeError(each.name)
        began = float(result.facts.get("started", 0))
        if not (math.isfinite(result.seconds) and 0 <= began < 1e11) or Path(result.stem).name != result.stem:
            raise ValueError(values)
        return result


def plan(lessons: Iterable[Lesson], *settings: Mapping[str, object], chosen: bool = True) -> list[Run]:
    """A run of each lesson for each setting; a lesson takes those of its parameters that it has.

    A row of a table that names its lesson must fit it; one that names none is for the lessons that have one of its
    parameters, unless they were `chosen`. Settings that are the same to a lesson give one run, which knows all
    its rows. Raises WrongParameters with a sentence for everything that is wrong: a missing notebook, a parameter
    that no lesson has, a wrong type, a value that is not allowed.
    """
    lessons, wrong = list(lessons), Wrong()
    known = {lesson.file: read_parameters(lesson.notebook) for lesson in lessons}
    runs: dict[str, Run] = {}
    for setting in settings or ({},):
        where = getattr(setting, "where", "")
        with wrong.at(where):
            meant, named = lessons, LESSON in setting
            if named:
                found = find([str(setting[LESSON])])
                meant = [each for each in found if each in lessons or (each.own and not chosen)]
                known |= {each.file: read_parameters(each.notebook) for each in meant}
            elif where and not chosen:
                meant = [each for each in lessons if known[each.file].keys() & setting.keys()] or lessons
            fit = meant if named else lessons
            names = list(dict.fromkeys(name for lesson in fit for name in known[lesson.file]))
            for name in sorted(setting.keys() - {*names, LESSON}) if fit else ():
                hint = did_you_mean(name, names) or ("Se dem med »lesson list«." if names else UNMARKED)
                who = f"Lektion {fit[0].number} har ikke" if named else "Ingen af lektionerne har"
                wrong.append(f"{who} parameteren »{name}«. {hint}")
            for lesson in meant:
                with wrong:
                    changed, parameters = values_for(lesson, setting, known[lesson.file])
                    name = run_name(lesson, changed)
                    before = runs[name].rows if name in runs else ()
                    # of two that differ in what the lesson lacks, nothing is to be said
                    typed = setting and setting.keys() <= known[lesson.file].keys()
                    asked = where or (f"»{told(setting)}«" if typed else "")
                    runs[name] = Run(name, lesson, changed, parameters, (*before, asked))
    if not runs and not wrong:
        wrong.append("Ingen af rækkerne gælder de valgte lektioner: ret kolonnen »lesson«, eller vælg andre.")
    wrong.tell()
    return list(runs.values())


def merged_rows(runs: Iterable[Run]) -> list[str]:
    """A sentence for each run that several rows of a table, or several values of a grid, ask for."""
    same = [[row for row in run.rows if row] for run in runs]
    return [f"Ens, så de køres én gang: {listing(rows)}." for rows in same if len(rows) > 1]


def label(number: str, title: str, changed: Mapping[str, object]) -> str:
    """`03 VGG (depth=11)`: what a person calls a run."""
    return f"{number} {title}".rstrip() + (f" ({told(changed)})" if changed else "")


def told(values: Mapping[str, object]) -> str:
    """Parameters as a person reads them: `depth=11, photo=ferie.jpg`."""
    return ", ".join(f"{name}={short_value(value)}" for name, value in values.items())


def short_value(value: object) -> str:
    """A file by its name alone; anything else as it is written."""
    return str(without_folder(value))


def without_folder(value: object) -> object:
    """A file by its name alone: its folder is nobody else's business. Anything else as it is."""
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def run_name(lesson: Lesson, changed: Mapping[str, object]) -> str:
    """The name of the run's folder: the same for the same parameters, another for others."""
    texts = ((f"{name}=", str(value), short_value(value)) for name, value in changed.items())
    return "_".join(
        [_plain(lesson.notebook.stem), *(name + _plain(short, whole) for name, whole, short in texts)]
    )


def _plain(text: str, whole: str = "") -> str:
    """A text as a part of a folder's name; for what is left out of it, or of the `whole`, a few digits follow."""
    short, whole = re.sub(r"[^\w.+-]+", "-", text).strip("-.")[:LONGEST_VALUE], whole or text
    return short if short == whole else f"{short}~{_digest(whole.encode())[:6]}"


def source_of(notebook: Path) -> str:
    """A notebook without its outputs: what a run depends on, and all that has to travel to it."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(content, ensure_ascii=False)


def files_of(parameters: Mapping[str, object]) -> dict[str, Path]:
    """The parameters that name a file or a folder of this machine, by an absolute path."""
    texts = {name: Path(value) for name, value in parameters.items() if isinstance(value, str) and value}
    return {name: path for name, path in texts.items() if path.is_absolute() and path.exists()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
