"""A file from the net: an end to every wait, and the reason in a sentence."""

import errno
import hashlib
import http.client
import socket
import ssl
import threading
import time
import urllib.error
from pathlib import Path

import pytest

from lesson_utils import fetch as module
from lesson_utils.errors import LessonError
from lesson_utils.fetch import fetch, why


@pytest.fixture
def silent():
    """The address of a server that takes a connection and never answers: a firewall, a dead proxy."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a-12345678.pth"


def test_whoever_never_answers_is_waited_for_a_while(silent, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(LessonError, match="nettet svarede ikke eller er for langsomt"):
        fetch(silent, tmp_path / "a.pth", "1")
    assert time.monotonic() - began < 20 and list(tmp_path.iterdir()) == []


def test_a_trickle_comes_to_an_end(tmp_path, monkeypatch):
    """A piece now and then, for ever: no single wait is too long."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            with server.accept()[0] as answer:
                answer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (3 * module.PIECE))
                time.sleep(5)

        threading.Thread(target=trickle, daemon=True).start()
        clock = iter(range(0, 10_000, 100))
        monkeypatch.setattr(module.time, "monotonic", lambda: float(next(clock)))
        monkeypatch.setattr(module, "SLOWEST", 1e6)
        monkeypatch.setattr(module, "PIECE", 1000)
        with pytest.raises(LessonError, match="for langsomt"):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", tmp_path / "a.pth", "1")


def test_what_is_whole_is_kept_and_nothing_else(tmp_path):
    source = tmp_path / "kilde"
    source.write_bytes(b"vaegte")
    begins = hashlib.sha256(b"vaegte").hexdigest()[:8]
    fetch(source.as_uri(), tmp_path / "ny" / "a.pth", begins)
    assert (tmp_path / "ny" / "a.pth").read_bytes() == b"vaegte"
    with pytest.raises(LessonError, match="blev beskadiget undervejs"):
        fetch(source.as_uri(), tmp_path / "ny" / "b.pth", "0000")
    assert [each.name for each in (tmp_path / "ny").iterdir()] == ["a.pth"]


@pytest.mark.parametrize(
    "error, said",
    [
        (
            urllib.error.URLError(socket.gaierror(-2, "Name or service not known")),
            "slut computeren til nettet",
        ),
        (urllib.error.URLError(ConnectionRefusedError(111, "refused")), "slut computeren til nettet"),
        (urllib.error.URLError(TimeoutError()), "svarede ikke"),
        (urllib.error.URLError(ssl.SSLCertVerificationError(1, "verify failed")), "certifikat"),
        (urllib.error.URLError(OSError("Tunnel connection failed: 407 Proxy")), "en proxy sagde nej"),
        (urllib.error.HTTPError("u", 407, "", None, None), "en proxy sagde nej"),
        (urllib.error.HTTPError("u", 403, "", None, None), "fejl 403"),
        (http.client.InvalidURL("nonnumeric port: 'xx'"), "en proxy sagde nej"),
        (http.client.IncompleteRead(b""), "en proxy sagde nej"),
        (PermissionError(errno.EACCES, "nej"), "der kan ikke skrives i »hub«"),
        (NotADirectoryError(errno.ENOTDIR, "nej"), "der kan ikke skrives i »hub«"),
        (FileNotFoundError(errno.ENOENT, "nej"), "der kan ikke skrives i »hub«"),
        (OSError(errno.EROFS, "nej"), "der kan ikke skrives i »hub«"),
        (OSError(errno.ENOSPC, "fuld"), "disken er fuld"),
    ],
)
def test_each_reason_is_told_apart(error, said):
    assert said in why(error, Path("hub/a.pth"))
