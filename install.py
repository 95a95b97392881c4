"""Install the course in .venv, on any system: python install.py [--cpu]. Needs nothing but Python itself.

What is about to be fetched is said before, and of an installation that fails, which of the causes it was.
"""

from __future__ import annotations  # an old Python is to reach the sentence about itself

import argparse
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)  # what every pin of constraints.txt allows; tests/test_environment.py
EXTRAS = "test,browser,slides,cluster"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
SIZES = {"cuda": (5.5, 8), "cpu": (0.8, 3)}  # gigabytes to fetch, and on the disk
CAUSES = {  # what pip says, and what that means; the first that fits
    r"No space left|Errno 28|disk full": "disken er fuld. Frigør plads, og kør kommandoen igen.",
    r"Permission denied|Errno 13|Access is denied": "der må ikke skrives i mappen. Læg kurset i din egen mappe.",
    r"CERTIFICATE_VERIFY_FAILED|SSLError": "nettets certifikat blev ikke godkendt. Spørg den, der passer nettet.",
    r"ProxyError|407 Proxy": "en proxy sagde nej. Ret miljøvariablen https_proxy.",
    r"Requires-Python|requires a different Python": "denne Python er for gammel eller for ny til en af pakkerne.",
    r"Failed to establish|Temporary failure|getaddrinfo|Connection (refused|reset)|timed out|Max retries":
        "der er ingen forbindelse til nettet. Kør kommandoen igen, når du er på.",
    r"No matching distribution|ResolutionImpossible|Could not find a version":
        "en af pakkerne findes ikke til denne maskine eller denne udgave af Python. Prøv Python 3.12.",
}  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description="Installér kurset i .venv.")
    asked.add_argument(
        "--cpu", action="store_true", help="uden CUDA: mindre, men kan ikke bruge et grafikkort"
    )
    asked.add_argument("--extras", default=EXTRAS, help="hvad der kommer med ud over kurset selv")
    chosen = asked.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal without ø gets a question mark, and the course
    python = python_of(ROOT / ".venv")
    problem = refused(sys.version_info[:3], platform.system(), platform.machine())
    if not problem and not python.exists() and not made(ROOT / ".venv"):
        problem = "Miljøet kunne ikke oprettes: på Debian og Ubuntu mangler pakken python3-venv."
    if problem:
        print(problem)
        return 2
    with_cuda = platform.system() == "Linux" and not chosen.cpu
    fetched, needed = SIZES["cuda" if with_cuda else "cpu"]
    print(
        f"Installerer kurset i .venv. Første gang henter det {comma(fetched)} GB og fylder {needed} GB på disken."
    )
    print(
        "Det tager 3-15 minutter, mest efter nettet."
        + " Uden grafikkort: brug --cpu, som fylder mindre." * with_cuda
    )
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed and not (ROOT / ".venv" / ".ready").exists():
        print(f"Der er kun {comma(round(free, 1))} GB fri her: frigør plads, og kør kommandoen igen.")
        return 2
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt"]
    command += ["--extra-index-url", CPU_WHEELS] * chosen.cpu + ["-e", f".[{chosen.extras}]"]
    code, said = told(command)
    if code:
        print(f"Installationen lykkedes ikke: {cause(said)}")
        return 2
    settings = ROOT / ".venv" / "share" / "jupyter" / "lab" / "settings"  # JupyterLab asks about no news
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "lesson_staff" / "templates" / "overrides.json", settings)
    return 0


def refused(version: tuple[int, ...], system: str, machine: str) -> str:
    """Why the course can't be installed here, before anything is fetched; empty if it can."""
    if version < OLDEST:
        needed, found = (".".join(map(str, each)) for each in (OLDEST, version))
        return f"Kurset kræver Python {needed} eller nyere, og dette er {found}."
    if system == "Darwin" and machine == "x86_64":
        return "PyTorch findes ikke længere til Mac med Intel-processor: se »Uden installation« i README."
    return ""


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def made(environment: Path) -> bool:
    return subprocess.call([sys.executable, "-m", "venv", "--clear", str(environment)]) == 0


def told(command: list[str]) -> tuple[int, str]:
    """Run it, and let all that it says through; its exit code, and what it said last."""
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as process:
        said = b""
        while piece := process.stdout.read(4096):
            sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            said = (said + piece)[-20_000:]
    return process.returncode, said.decode("utf-8", "replace")


def cause(said: str) -> str:
    """What was in the way, by what pip said."""
    found = (meant for pattern, meant in CAUSES.items() if re.search(pattern, said, re.IGNORECASE))
    return next(found, "se beskeden ovenfor.")


def comma(value: float) -> str:
    return str(value).replace(".", ",")


if __name__ == "__main__":
    sys.exit(main())
