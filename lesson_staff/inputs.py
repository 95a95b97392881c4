"""What parameters name outside the notebook: photos, networks, a folder, a device. Looked at before the start."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lesson_staff.parameters import Wrong
from lesson_utils.errors import LessonError


def checked_settings(settings: Sequence[Mapping[str, object]], here: bool = True) -> list[dict[str, object]]:
    """The settings with every photo read once, every network known, and every file's path made absolute.

    The device is looked for if the runs are to take place `here`. Raises WrongParameters with a sentence for each
    thing that is not there or not what it should be, in the words that a lesson would use.
    """
    absolute = [{name: _absolute(name, value) for name, value in setting.items()} for setting in settings]
    named = dict.fromkeys((name, str(value)) for each in absolute for name, value in each.items() if value)
    wrong = Wrong()
    for name, value in named:
        with wrong:
            if here or name != "device":
                look_for(name, value)
    wrong.tell()
    return absolute


def _absolute(name: str, value: object) -> object:
    """A path as it can be found from any folder. A name that the course knows stays a name."""
    if not isinstance(value, str) or not value:
        return value
    path = Path(value).expanduser()
    if name == "photo":
        from lesson_utils.images import PHOTOS

        return value if value in PHOTOS else type(value)(path.absolute())
    looks_like_a_path = path.suffix or "/" in value or name == "image_folder"
    return type(value)(path.absolute()) if looks_like_a_path and path.exists() else value


def look_for(name: str, value: str) -> None:
    """Look for what a parameter of this name means in every lesson. Raises LessonError if it is not there."""
    if name == "photo":
        from lesson_utils.images import photo

        photo(value)
    elif name == "network":
        from lesson_utils.weights import check_name

        check_name(value)
    elif name == "device" and value not in ("auto", "cpu"):  # which are everywhere, and ask for no torch
        from lesson_utils.device import choose

        choose(value)
    elif name == "image_folder" and not Path(value).is_dir():
        raise LessonError(
            f"Mappen »{value}« findes ikke: skriv stien til en mappe med en mappe for hver klasse."
        )
