"""The lessons' pages by axe-core: nothing that a screen reader stumbles over, no word too pale to read."""

import nbformat
import pytest
from pygments.lexers import Python3Lexer

from lesson_staff.catalogue import LESSONS
from lesson_staff.pages import as_html, for_reading


def lines_of_every_kind() -> list[str]:
    """Lines of the lessons' code with each kind of word that has a colour of its own."""
    seen: set[object] = set()
    kept = []
    for lesson in LESSONS:
        for cell in nbformat.read(lesson.notebook, as_version=4).cells:
            for line in cell.source.splitlines() if cell.cell_type == "code" else []:
                kinds = {kind for kind, _ in Python3Lexer().get_tokens(line)}
                if not kinds <= seen:
                    kept.append(line)
                    seen |= kinds
    return kept


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_stands_out_from_its_ground(scheme, tmp_path, chromium, breaches):
    lines = lines_of_every_kind()
    assert 5 < len(lines) < 60 and any("#" in line for line in lines)
    cells = [nbformat.v4.new_markdown_cell("# Farver"), nbformat.v4.new_code_cell("\n".join(lines))]
    notebook = nbformat.v4.new_notebook(cells=cells)
    (tmp_path / "page.html").write_bytes(as_html("page", notebook, "Farver"))
    page = chromium.new_page(color_scheme=scheme)
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator(".c1").count() >= 1, "no comment was coloured"
    assert breaches(page) == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook.stem)
def test_a_lesson_is_read_aloud_without_a_stumble(lesson, tmp_path, chromium, breaches):
    notebook = for_reading(nbformat.read(lesson.notebook, as_version=4))
    (tmp_path / "page.html").write_bytes(as_html("page", notebook, str(lesson)))
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert breaches(page, contrast=False) == []
    page.close()
