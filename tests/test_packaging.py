"""What is shipped: a package without dependencies, whole, and described truly."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_nothing_is_needed_at_run_time_but_zones_on_windows() -> None:
    assert PROJECT["project"]["dependencies"] == ["tzdata; sys_platform == 'win32'"]


def test_every_extra_says_why_in_one_line_and_is_in_the_readme() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = text.split("[project.optional-dependencies]\n")[1].split("\n[")[0]
    for extra in PROJECT["project"]["optional-dependencies"]:
        assert re.search(rf"^# \w.*\n{extra} = ", table, re.M), extra
        assert f"`{extra}`" in README


def test_the_version_is_written_once() -> None:
    written = PROJECT["project"]["version"]
    assert metadata.version("interpol_bcn") == written
    holders = [
        path.name
        for path in [ROOT / "setup.py", *ROOT.glob("interpol_bcn/**/*.py"), *ROOT.glob("csrc/**/*")]
        if path.is_file() and re.search(rf"[\"']{re.escape(written)}[\"']", path.read_text())
    ]
    assert holders == []


def test_the_command_is_installed() -> None:
    (command,) = metadata.entry_points(group="console_scripts", name="interpol-bcn")
    assert callable(command.load())


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the source distribution of the tree as it stands."""
    if not (ROOT / "setup.py").exists():
        pytest.skip("the tests were taken away from their tree")
    place = tmp_path_factory.mktemp("sdist")
    subprocess.run(
        [sys.executable, "setup.py", "-q", "egg_info", "-e", str(place), "sdist", "-d", str(place)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        return {name.partition("/")[2] for name in tar.getnames()}


def test_the_source_distribution_holds_every_file_of_core_and_package(shipped: set[str]) -> None:
    needed = {
        path.relative_to(ROOT).as_posix()
        for folder in ("csrc", "interpol_bcn", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".so", ".pyc"} and "_cache" not in str(path)
    }
    assert needed - shipped == set()
    assert {"LICENSE", "README.md", "pyproject.toml", "setup.py"} <= shipped


def test_the_source_distribution_holds_nothing_compiled(shipped: set[str]) -> None:
    assert [name for name in shipped if name.endswith((".so", ".pyc", ".o"))] == []
