"""Numbers, plurals and lists as a Danish reader expects them."""

import difflib
from collections.abc import Iterable


def number(value: float, decimals: int | None = None) -> str:
    """`138357544` -> `138.357.544`, `1.5` -> `1,5`.

    Without `decimals` a whole number is written without a comma, any other with the digits it needs
    (at most four).
    """
    if decimals is None:
        text = f"{value:,.0f}" if value == int(value) else f"{value:,.4f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:,.{decimals}f}"
    if text.lstrip("-0.,") == "":  # -0,0 is no number in Danish
        text = text.lstrip("-")
    return text.translate(str.maketrans(",.", ".,")).replace("-", "−")


def percent(share: float, decimals: int = 1) -> str:
    """A share between 0 and 1 as `97,6 %` (with the space that Danish wants before the sign)."""
    return f"{number(100 * share, decimals)} %"


def short(value: float) -> str:
    """A large number in three or four digits: `138,4 mio.`, `35,0 tusind`, `1,5 mia.`; small ones whole."""
    for size, name in ((1e9, "mia."), (1e6, "mio."), (1e4, "tusind")):
        if abs(value) >= size:
            return f"{number(value / (1e3 if size == 1e4 else size), 1)} {name}"
    return number(value)


def rounded(value: float) -> str:
    """A positive number in two digits, a very small or large one as `1,5 · 10^−11`."""
    digits, exponent = f"{value:.1e}".split("e")
    if -3 <= int(exponent) < 5:
        return number(float(f"{value:.1e}"))
    return f"{number(float(digits), 1)} · 10^{number(int(exponent))}"


def plural(count: int, one: str, many: str) -> str:
    """`plural(1, "kanal", "kanaler")` -> `1 kanal`; any other count takes the second form."""
    return f"{number(count)} {one if count == 1 else many}"


def listing(items: Iterable[object]) -> str:
    """`["a", "b", "c"]` -> `a, b og c`."""
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else " og ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A question that leads from a mistyped name to the nearest known one, or an empty string."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"Mente du »{found[0]}«?" if found else ""
