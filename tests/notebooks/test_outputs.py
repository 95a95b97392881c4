"""What stored outputs are: run in order, small, the same on any machine, and told to those who see nothing."""

import json
import re
from html.parser import HTMLParser

import nbformat

from .conftest import code

LARGEST = 2_500_000  # bytes
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/<])/(?:home|Users|root|tmp|work|opt|usr|var|mnt|srv|private)/\w|\b[A-Z]:\\\\?\w"
)
TIME_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
ADDRESS = re.compile(r"\b0x[0-9a-f]{8,}\b")
DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")


def texts(output) -> list[str]:
    """What an output says in words; pictures are left out."""
    said = [output.get("text", ""), *output.get("data", {}).values()]
    return [DATA_URI.sub("", each if isinstance(each, str) else json.dumps(each)) for each in said]


class Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.alt_texts: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        if tag == "img":
            self.alt_texts.append(dict(attributes).get("alt") or "")


def alt_texts(cell) -> list[str]:
    found = Images()
    for output in cell.outputs:
        found.feed(output.get("data", {}).get("text/html", ""))
    return found.alt_texts


def test_all_cells_were_run_in_order(cells):
    """Resultaterne er gemt, og cellerne er kørt i rækkefølge (`make notebooks`)."""
    counts = [cell.execution_count for cell in code(cells) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1)), "run »make notebooks« and commit"
    assert any(cell.outputs for cell in code(cells))


def test_no_error_and_no_warning(cells):
    """Ingen celle viser en fejl eller en advarsel."""
    for cell in code(cells):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.get("text")
            assert not any("Warning" in text for text in texts(output)), texts(output)


def test_nothing_of_the_machine(path, cells):
    """Intet i notebooken røber maskinen: ingen stier, tidspunkter eller adresser."""
    for cell in cells:
        for text in [cell.source, *(text for output in cell.get("outputs", []) for text in texts(output))]:
            for pattern in (ABSOLUTE_PATH, TIME_STAMP, ADDRESS):
                found = pattern.search(text)
                assert not found, (
                    f"{found.group()} in {text[max(0, found.start() - 60) : found.end() + 60]!r}"
                )
        assert not {"papermill", "execution"} & set(cell.metadata), cell.metadata
    metadata = nbformat.read(path, as_version=4).metadata
    assert set(metadata) == {"kernelspec", "language_info"}
    assert metadata.kernelspec.name == "python3"
    assert "version" not in metadata.language_info


def test_small_enough_to_commit(path):
    """Notebooken fylder højst 2,5 MB."""
    assert path.stat().st_size <= LARGEST


def test_every_picture_has_an_alt_text(cells):
    """Hver figur bliver vist med `show.figure` og har en alt-tekst."""
    for cell in code(cells):
        assert all(text.strip() for text in alt_texts(cell)), cell.source
        for output in cell.outputs:
            kinds = {kind for kind in output.get("data", {}) if kind.startswith("image/")}
            assert not kinds, f"{kinds} carries no alt text: use show.figure"


def test_no_widget_state(cells):
    """Gemte resultater viser en widgets statiske udgave, aldrig den levende."""
    for cell in code(cells):
        for output in cell.outputs:
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})


def test_checked_outputs_are_numbers_not_pictures(cells):
    """Mindst én celle begynder med `# NBVAL_CHECK_OUTPUT`, og en sådan celle viser tal og ingen billeder."""
    checked = [
        cell for cell in code(cells) if re.search(r"^\s*#\s*NBVAL_CHECK_OUTPUT", cell.source, re.MULTILINE)
    ]
    assert checked
    for cell in checked:
        assert cell.source.startswith("# NBVAL_CHECK_OUTPUT"), "nbval's mark stands first"
        assert cell.outputs, f"nothing to check: {cell.source}"
        assert not alt_texts(cell)
        assert not any("image/png" in output.get("data", {}) for output in cell.outputs)
