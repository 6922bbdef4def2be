"""The module may be loaded in any number of interpreters, which come and go."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import smoke

ROOT = Path(__file__).resolve().parents[1]
PATH = f"import sys; sys.path[:] = {sys.path!r}\n"


def test_the_package_works_in_sub_interpreters_one_after_another() -> None:
    for _ in range(10):
        smoke.run_in_interpreter(PATH + smoke.USE)


def test_the_package_works_here_after_they_are_gone() -> None:
    exec(smoke.USE, {})


def test_a_failure_in_a_sub_interpreter_is_seen_here() -> None:
    with pytest.raises(RuntimeError, match="planted"):
        smoke.run_in_interpreter("raise ValueError('planted')")
