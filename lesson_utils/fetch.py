"""A file from the net: an end to every wait, a bar, and a sentence for each way in which it can fail."""

import errno
import ssl
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from lesson_utils.bars import bar
from lesson_utils.errors import LessonError
from lesson_utils.files import digest, written

SECONDS = 20  # for an answer, and for each piece of it
SLOWEST = 20_000  # bytes a second, after the first minute
PIECE = 1 << 20


def fetch(url: str, path: Path, begins: str) -> None:
    """Fetch a file whose SHA-256 begins so to `path`. Raises LessonError, and leaves nothing, if there is none."""
    try:
        with written(path) as draft:
            began, done = time.monotonic(), 0
            with urlopen(url, timeout=SECONDS) as answer, draft.open("wb") as file:
                megabytes = round(int(answer.headers.get("Content-Length") or 0) / 1e6)
                with bar(f"Henter {path.name}", megabytes, " MB") as reached:
                    while piece := answer.read(PIECE):
                        done += file.write(piece)
                        reached(round(done / 1e6))
                        if time.monotonic() - began > 60 + done / SLOWEST:
                            raise TimeoutError
            if not digest(draft).startswith(begins):
                raise LessonError(f"Filen »{path.name}« blev beskadiget undervejs: kør cellen igen.")
    except (OSError, HTTPException, ValueError) as error:
        raise LessonError(f"»{path.name}« kunne ikke hentes: {why(error, path)}") from None


def why(error: Exception, path: Path) -> str:
    """What was in the way, and what to do about it."""
    if isinstance(error, HTTPError) and error.code != 407:
        return f"serveren svarede med fejl {error.code}. Prøv igen senere."
    cause = error.reason if isinstance(getattr(error, "reason", None), Exception) else error
    number = getattr(cause, "errno", None)
    if isinstance(cause, ssl.SSLError):
        return (
            "serverens certifikat blev ikke godkendt. Spørg den, der passer nettet, om en proxy står imellem."
        )
    if "407" in str(cause) or isinstance(cause, HTTPException | ValueError):
        return "en proxy sagde nej eller svarede forkert. Ret miljøvariablen https_proxy, og prøv igen."
    no_place = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT)
    if cause is error and number in no_place:  # not what the connection said
        return f"der kan ikke skrives i »{path.parent}«. Sæt miljøvariablen TORCH_HOME til en anden mappe."
    if number in (errno.ENOSPC, errno.EDQUOT):
        return f"disken er fuld. Slet noget, eller sæt TORCH_HOME til en anden mappe end »{path.parent}«."
    if isinstance(cause, TimeoutError):
        return "nettet svarede ikke eller er for langsomt. Prøv igen senere, eller på et andet net."
    return "slut computeren til nettet, og kør cellen igen."
