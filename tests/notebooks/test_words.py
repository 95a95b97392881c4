"""One Danish word for each thing: forms that must not stand in a lesson, and what stands in their place."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from lesson_staff.catalogue import FOLDERS, LESSONS, Lesson

FORMS = {
    r"(?<!Så mange )\bgange (større|flere|stærkere|højere|længere|hurtigere|dyrere)": "gange så stor, så mange",
    r"\bskridt(et)?:? \d|\bstride \d": "skridtlængde; et skridt er et i træningen",
    r"\bjumps?\b(?!\))": "hop",
    r"[Ff]eature mapp(et|ets|s)\b": "feature map'et",
    r"\b([Ee]n|[Éé]n) seed\b|\bseeden\b": "et seed, seedet",
    r"\b(laget|lag|fc\d) venter\b": "forventer",
    r"\bsøjle(r|n|rne)? (med|af) \d|\bto søjler\b": "kolonne; en søjle er en i et diagram",
    r"(?<!»)\b(1000|1024)\b": "1.000 og 1.024",  # the lecture's own words stand
    r"\b(rigtige|tegnede) billeder af verden\b": "billeder fra billedverdenen",
    r"»[^»«]{0,3}gør\.«": "gør det",
}
CODE = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$", re.DOTALL)


def strings(source: str) -> Iterator[str]:
    """What Python source says in strings of several words; no docstrings."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield "" if id(node) in told else node.value


def sentences(lesson: Lesson) -> Iterator[str]:
    """All that a student reads in a lesson: its prose, and the strings of its cells and of its room."""
    for cell in json.loads(lesson.notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        yield from [CODE.sub(" ", source)] if cell["cell_type"] == "markdown" else strings(source)
    for file in (FOLDERS / lesson.folder).rglob("*.py"):
        yield from strings(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.number)
def test_one_word_for_each_thing(lesson):
    """Én ting hedder det samme overalt: ordene, der ikke må stå, er listet i `test_words.py`."""
    found = [
        f"»{text[max(0, match.start() - 30) : match.end() + 20]}«: {instead}"
        for text in sentences(lesson)
        for form, instead in FORMS.items()
        for match in re.finditer(form, text)
    ]
    assert not found, "\n".join(found)


def test_the_forms_are_found():
    wrong = (
        "Den er 3 gange større, skridt 4, jump 2, feature mappet, én seed, fc6 venter, en søjle med 480, 1024"
    )
    assert sum(bool(re.search(form, wrong)) for form in FORMS) == 8
    right = (
        "3 gange så stor, 200 skridt, hop (jump), feature map'et, ét seed, fc6 forventer, to kolonner, 1.024"
    )
    assert not any(re.search(form, right) for form in FORMS)
