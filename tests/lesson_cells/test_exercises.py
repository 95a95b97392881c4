"""Exercises: every answer gets a sentence, none a traceback, and no wrong one is told the right answer."""

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

import lesson_cells
from lesson_utils import danish
from lesson_utils.show import attempt, check, confirm, exercise
from lesson_utils.show.answers import Misread, number_from
from lesson_utils.show.exercise import Exercise, judge

UNANSWERED = "Ikke besvaret endnu: skriv dit svar i stedet for ..."
NUMBER = Exercise(
    key="conv1",
    answer=34_944,
    because="96 filtre.",
    mistakes=[(34_848, "Du har glemt bias-leddene."), (lambda n: n < 0, "Et antal er ikke negativt.")],
    hint="Tæl vægtene i ét filter først.",
)


@pytest.mark.parametrize(
    "answer",
    [34_944, 34_944.0, "34.944", " 34944 ", "34_944", "34,944 tusind", (34_944,), "34 944",
     "34.944 vægte", "ca. 34944", np.int64(34_944), np.float32(34_944),
     torch.tensor(34_944), torch.tensor([34_944]), np.array([[34_944]])],
)  # fmt: skip
def test_a_right_number_is_understood_however_it_is_written(answer):
    assert judge(NUMBER, answer).text == "✓ Rigtigt: 96 filtre."


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (34_848, "Du har glemt bias-leddene."),
        ("34.848", "Du har glemt bias-leddene."),
        (-3, "Et antal er ikke negativt."),
        (7, "Tæl vægtene i ét filter først."),
        (34.944, "Dit svar er læst som et decimaltal. Skriv store tal uden skilletegn."),
        ((34, 944), "Svaret skal være ét tal, men du gav 2: i Python skiller et komma tal ad."),
        ((3, 224, 224), "Svaret skal være ét tal, men du gav 3: i Python skiller et komma tal ad."),
        ("34, 944", "Teksten »34, 944« er flere tal. Svar med ét."),
        (None, "Dit svar er None. Mangler der et return"),
        ("mange", "Teksten »mange« kan ikke læses som et tal."),
        (True, "Svaret skal være et tal, men du gav sandt/falsk."),
        ([1, 2], "Svaret skal være et tal, men du gav en liste."),
        ({"a": 1}, "Svaret skal være et tal, men du gav en dict."),
        (len, "Svaret skal være et tal, men du gav en funktion. Har du glemt parenteserne?"),
        (float("nan"), "Svaret skal være et almindeligt tal"),
        (10**400, "Svaret skal være et almindeligt tal"),
        (3 + 4j, "Svaret skal være et tal, men du gav et tal"),
        (pd.DataFrame({"a": [1]}), "Svaret skal være et tal, men du gav noget af typen DataFrame."),
        (torch.empty(1, device="meta"), "Svaret skal være et tal"),
    ],
)
def test_a_wrong_number_gets_the_sentence_that_helps(answer, sentence):
    verdict = judge(NUMBER, answer)
    assert verdict.status == "wrong"
    assert verdict.text.startswith(f"✗ {sentence}")
    assert "\n" not in verdict.text
    assert "34.944" not in verdict.text.replace(f"»{answer}«", "") and "34944" not in verdict.text


@pytest.mark.parametrize("answer", [..., (...,), [1, ...]])
def test_an_unanswered_task_says_so(answer, capsys):
    check(NUMBER, answer)
    assert capsys.readouterr().out == UNANSWERED + "\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [("138.357.544", 138_357_544), ("1,5", 1.5), ("1.5", 1.5), ("1.500", 1500), ("0.125", 0.125), ("−2", -2),
     ("112,9 mio.", 112_900_000), ("1,5 mia.", 1.5e9), ("97,6 %", 97.6), ("1.234,5", 1234.5), ("2e3", 2000),
     ("7 kolonner", 7), ("2,3 gange", 2.3), ("linje 1", 1),
     ("1000 kategorier", 1000), ("61 mio. parametre", 61e6), ("50%", 50), ("1 tusind", 1000), ("tusind", 1000),
     ("nul", 0), ("Syv kolonner", 7), ("ét", 1), ("ingen", 0), ("4/5", 0.8), ("227x227", 227),
     ("7 x 7 pixler", 7)],
)  # fmt: skip
def test_numbers_in_danish_and_in_python(text, value):
    assert number_from(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,2,3",
        "1.23.456",
        "conv1",
        "12x13",
        "1x10",
        "7x77",
        "1x1x480",
        "7 eller 8",
        "7 af 11",
        "1/0",
        "--3",
    ],
)
def test_what_is_no_number_is_said_to_be_none(text):
    with pytest.raises(Misread, match="kan ikke læses som et tal"):
        number_from(text)


def test_tolerance_counts_for_the_answer_and_its_mistakes():
    saved = Exercise(key="gange", answer=21.43, tolerance=0.05, mistakes=[(20.43, "Du har trukket 1 fra.")])
    assert judge(saved, "21,4").status == "right"
    assert judge(saved, 21.3).status == "wrong"
    assert judge(saved, 20.4).text == "✗ Du har trukket 1 fra."


def test_texts_choices_and_truths():
    layer = Exercise(key="lag", answer="fc6", also=["classifier.0"], mistakes=[("fc7", "Se på inputtet.")])
    assert judge(layer, " FC6 ").status == judge(layer, "classifier.0").status == "right"
    assert judge(layer, "fc7").text == "✗ Se på inputtet."
    assert "tekst i anførselstegn" in judge(layer, 6).text
    choice = Exercise(key="valg", answer="b", choices=("a", "b", "c"), hint="Tænk på bias.")
    assert judge(choice, "B").status == judge(choice, "b)").status == "right"
    share = Exercise(key="andel", answer="omkring 50 %", choices=("omkring 7 %", "omkring 50 %"))
    for heard in ("omkring 50%", "Omkring 50", " omkring  50 %."):
        assert judge(share, heard).status == "right"
    assert judge(choice, "d").text == "✗ Vælg mellem a, b og c."
    assert judge(choice, "a").text == "✗ Tænk på bias."
    truth = Exercise(key="sandt", answer=False, mistakes=[(True, "Regn efter.")])
    assert judge(truth, "nej").status == judge(truth, np.bool_(False)).status == "right"
    assert judge(truth, True).text == "✗ Regn efter."
    assert "True eller False" in judge(truth, 0).text


def test_several_parts():
    shape = Exercise(
        key="form", answer=(55, 55, 96), mistakes=[((55, 55, 3), "Kanalerne skifter.")], hint="Se."
    )
    for right in ((55, 55, 96), [55, "55", 96.0], torch.Size([55, 55, 96]), np.array([55, 55, 96])):
        assert judge(shape, right).status == "right"
    assert judge(shape, (55, 55, 3)).text == "✗ Kanalerne skifter."
    assert judge(shape, (54, 55, 95)).text == "✗ Se igen på delene 1 og 3. Se."
    assert judge(shape, (55, 55)).text == "✗ Dit svar har 2 dele; der skal være 3."
    assert "flere dele" in judge(shape, 55).text
    assert "Rækkefølgen" in judge(shape, {55, 96}).text
    layers = Exercise(key="lag", answer={"fc6", "fc7"}, mistakes=[({"fc6"}, "Der er flere.")])
    assert judge(layers, ["FC7", "fc6"]).status == "right"
    assert judge(layers, {"fc6"}).text == "✗ Der er flere."


def test_a_predicate_decides_and_may_stumble():
    even = Exercise(key="lige", answer=lambda n: n % 2 == 0, hint="Del med 2.")
    assert judge(even, 4).status == "right"
    assert judge(even, torch.tensor(4)).status == "right"
    for answer in (3, [1], None, Fraction(1, 2)):
        assert judge(even, answer).text == "✗ Del med 2."


FUNCTION = Exercise(
    key="output_size",
    cases=[((5, 3, 1), 3), ((227, 11, 4), 55)],
    mistakes=[
        (lambda f: f(5, 3, 1) == 2, "Du har glemt at lægge 1 til."),
        ([..., {217, 54}], "Du har glemt skridtet."),
    ],
    hint="Regn det første i hånden.",
)


def output_size(n, k, s):
    return (n - k) // s + 1


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (output_size, "✓ Rigtigt: din funktion består 2 tests."),
        (lambda n, k, s: torch.tensor([(n - k) / s + 1]), "✓ Rigtigt: din funktion består 2 tests."),
        (
            lambda n, k, s: (n - k) // s,
            "✗ din_funktion(5, 3, 1) giver 2, men skal give 3. Du har glemt",
        ),
        (lambda n, k, s: 3, "✗ din_funktion(227, 11, 4) giver 3, men skal give 55. Regn det første"),
        (
            lambda n, k, s: n - k + 1,
            "✗ din_funktion(227, 11, 4) giver 217, men skal give 55. Du har glemt skr",
        ),
        (
            lambda n, k, s: {5: 4, 227: 54}[n],
            "✗ din_funktion(5, 3, 1) giver 4, men skal give 3. Du har glemt skr",
        ),
        (lambda n, k, s: {5: 4}[n], "✗ din_funktion(5, 3, 1) giver 4, men skal give 3. Regn det første"),
        (lambda n, k, s: "55", "✗ din_funktion(5, 3, 1) giver '55', men skal give 3."),
        (lambda n, k, s: None, "✗ din_funktion(5, 3, 1) giver None. Mangler der et return?"),
        (
            lambda n, k, s: 1 / 0,
            "✗ din_funktion(5, 3, 1) stopper med en fejl i linjen »lambda n, k, s: 1 / 0,«",
        ),
        (lambda n: n, "✗ din_funktion(5, 3, 1) stopper med en fejl (TypeError: "),
        (
            lambda n, k, s: exit(),
            "✗ din_funktion(5, 3, 1) stopper med en fejl i linjen »lambda n, k, s: exit(),«",
        ),
        (lambda n, k, s: 10**400, "✗ din_funktion(5, 3, 1) giver 1000"),
        (55, "✗ Svaret skal være en funktion, men du gav et tal. Skriv funktionens navn uden parenteser."),
        (lambda n, k, s: ..., UNANSWERED),
        (..., UNANSWERED),
    ],
)
def test_functions_run_on_cases(function, sentence):
    text = judge(FUNCTION, function).text
    assert text.startswith(sentence)
    assert "\n" not in text and len(text) < 320


def test_an_answer_passes_no_other_exercise(monkeypatch, capsys):
    shell = SimpleNamespace(user_ns={"In": [""]})
    monkeypatch.setattr(exercise, "get_ipython", lambda: shell)
    monkeypatch.setattr(exercise, "ANSWERED", {})
    first, second = Exercise(key="første", answer=7), Exercise(key="anden", answer=7)

    def run(cell: str, act: Callable[[], None] = lambda: None) -> str:
        shell.user_ns["In"].append(cell)
        act()
        return capsys.readouterr().out[:1]

    run("svar = 7")
    assert run("show.check(første, svar)", lambda: check(first, 7)) == "✓"
    assert run("show.check(anden, svar)", lambda: check(second, 7)) == "K", "its own cell was not run"
    run("svar = 7")
    assert run("show.check(anden, svar)", lambda: check(second, 7)) == "✓"
    assert run("show.check(anden, svar)", lambda: check(second, 7)) == "✓", "as often as one likes"
    assert run("show.check(første, svar)", lambda: check(first, 7)) == "K", "that answer is the second one's"
    assert run("show.check(første, mit)", lambda: check(first, 7)) == "✓", "a name of its own"


def test_a_stub_that_raises_is_unanswered():
    def output_size(n, k, s):
        raise NotImplementedError

    assert judge(FUNCTION, output_size).status == "unanswered"


def test_torch_may_miss_something_in_an_answer_that_was_begun():
    def output_size(n, k, s):
        return torch.nn.Module()(n)  # has no forward

    assert "NotImplementedError" in judge(FUNCTION, output_size).text


def test_torch_may_refuse_what_the_students_own_line_asks():
    def output_size(n, k, s):
        return torch.tensor([True]) - torch.tensor([True])

    assert "NotImplementedError" in judge(FUNCTION, output_size).text, "and not unanswered"


def test_a_choice_is_known_by_its_words():
    share = Exercise(key="andel", answer="omkring 50 %", choices=("omkring 7 %", "omkring 50 %"), hint="?")
    for heard in ("50 %", "50", "omkring 50 procent"):
        assert judge(share, heard).status == "right"
    for other in ("omkring", "60 %", "", "omkring 60 %"):
        assert judge(share, other).text == "✗ Vælg mellem omkring 7 % og omkring 50 %."
    letter = Exercise(key="valg", answer="b", choices=("a", "b"), mistakes=[("a", "Nej.")])
    assert judge(letter, "b: der er for få billeder").status == "right"
    assert judge(letter, "a eller b").text == "✗ Vælg mellem a og b."


def test_a_loop_without_an_end_is_stopped(monkeypatch):
    monkeypatch.setattr(attempt, "PATIENCE", 0.2)

    def output_size(n, k, s):
        while True:
            with suppress(Exception):
                n += 1

    before, start = sys.gettrace(), time.monotonic()
    assert "Slutter løkken?" in judge(FUNCTION, output_size).text
    assert time.monotonic() - start < 2 and sys.gettrace() is before


def test_a_function_cannot_spoil_what_the_diagnoses_try_it_on():
    layers = [1, 2]
    total = Exercise(
        key="sum", cases=[((layers,), 3)], mistakes=[(lambda f: f(layers) == 2, "Kun den sidste.")]
    )
    assert judge(total, lambda each: each.pop()).text.endswith("Kun den sidste.")
    assert layers == [1, 2] and judge(total, sum).status == "right"


def test_a_list_of_lists_of_tensors_is_as_good_as_a_tensor():
    double = Exercise(
        key="dobbelt", cases=[((torch.tensor([[1.5, 2], [3, 4]]),), torch.tensor([[3.0, 4], [6, 8]]))]
    )
    assert judge(double, lambda image: [[2 * value for value in row] for row in image]).status == "right"
    tenth = Exercise(key="tiendedel", cases=[((1.0,), [0.1, 1.0])])
    assert judge(tenth, lambda rate: torch.tensor([rate / 10, rate])).status == "right", "float32 is as good"


def test_a_verdict_breaks_between_words(capsys):
    check(Exercise(key="x", answer=1, hint="ord " * 60), 2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2 and all(len(line) <= 92 and set(line.split()) <= {"✗", "ord"} for line in lines)


def test_a_function_on_tensors_is_named_by_shapes_and_cannot_spoil_the_cases():
    image = torch.ones(3, 2, 2)
    grey = Exercise(
        key="grå", cases=[((image,), torch.ones(2, 2)), ((image,), torch.ones(2, 2))], tolerance=1e-6
    )
    assert judge(grey, lambda x: x.mean(0)).status == "right"
    assert judge(grey, lambda x: x.zero_()[0] + 1).status == "right"
    assert image.sum() == 12
    assert judge(grey, lambda x: x).text.startswith(
        "✗ din_funktion(<Tensor (3, 2, 2)>) giver <Tensor (3, 2, 2)>, men skal give [[1, 1], [1, 1]]."
    )


def test_confirm_asserts(capsys):
    confirm(NUMBER, 34_944)
    assert capsys.readouterr().out == "✓ Rigtigt: 96 filtre.\n"
    for answer in (34_848, ..., None):
        with pytest.raises(AssertionError, match="conv1"):
            confirm(NUMBER, answer)


def test_an_exercise_has_an_answer_or_cases():
    for wrong in ({}, {"answer": 1, "cases": [((1,), 1)]}):
        with pytest.raises(ValueError, match="either an answer or cases"):
            Exercise(key="tom", **wrong)


def course_exercises() -> list:
    """Every exercise of every lesson, named by its module and its name there."""
    found = []
    for module_name in (entry.name for entry in pkgutil.iter_modules(lesson_cells.__path__)):
        module = importlib.import_module(f"lesson_cells.{module_name}.exercises")
        named = {name: value for name, value in vars(module).items() if isinstance(value, Exercise)}
        found += [pytest.param(value, id=f"{module_name}.{name}") for name, value in named.items()]
    return found


def stand_in(exercise: Exercise, mistake: Sequence):
    """A function that answers the first cases as the mistake does, and is right otherwise."""
    answers = {repr(arguments): expected for arguments, expected in exercise.cases}
    for (arguments, _), wrong in zip(exercise.cases, mistake, strict=False):
        if wrong is not ...:
            answers[repr(arguments)] = max(wrong) if isinstance(wrong, set) else wrong
    return lambda *given: answers[repr(given)]


@pytest.mark.parametrize("exercise", course_exercises())
def test_the_lessons_exercises_are_sound(exercise):
    for mistake, message in exercise.mistakes:
        assert message.endswith((".", "?", "!")), message
        if not callable(mistake):
            answers = [stand_in(exercise, mistake)] if exercise.cases else [mistake]
            for answer in answers:
                told = judge(exercise, answer).text
                assert told.endswith(message) and told.startswith("✗"), f"{mistake} gets another message"
    assert exercise.choices or "?" in exercise.hint, "it asks what leads on"
    if exercise.cases:
        assert not re.search(r"\w\(|`[^`]* [^`]*`", exercise.hint), "it holds a line of the solution"
        return
    texts = [exercise.hint, *(message for _, message in exercise.mistakes)]
    if not callable(exercise.answer):
        assert judge(exercise, exercise.answer).status == "right"
    if isinstance(exercise.answer, int | float) and abs(exercise.answer) >= 100:
        for written in (danish.number(exercise.answer), str(exercise.answer)):
            assert not any(written in text for text in texts), f"a message gives {written} away"
