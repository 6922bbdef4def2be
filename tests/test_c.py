"""The C tests, as one compiler sees them, and the harness itself on planted faults."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ctest_run", ROOT / "tests" / "c" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ctest_run"] = module
    spec.loader.exec_module(module)
    return module


run = load()
COMPILERS = run.compilers()
needs_compiler = pytest.mark.skipif(not COMPILERS, reason="neither gcc nor clang is here")


@needs_compiler
def test_the_core_passes_its_own_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--compiler", COMPILERS[0]]) == 0, capsys.readouterr().out
    assert "0 failed" in capsys.readouterr().out


FAULTS = {
    "a check that fails": ("CHECK(1 + 1 == 3);", "", "not true: 1 + 1 == 3"),
    "figures that differ": ("CHECK_EQUAL(2, 3);", "", "2, expected 3"),
    "a test that checks nothing": ("", "", "checked nothing"),
    "a compiler's warning": ("CHECK(1); int unused;", "", "unused"),
    "undefined behaviour": (
        "CHECK(1); volatile int big = 2147483647; big = big + 1;",
        "",
        "signed integer overflow",
    ),
    "a leak after a refused allocation": (
        "CHECK_SURVIVES(scenario);",
        "void *one = bcn_alloc(9, 1); void *two = bcn_alloc(9, 1);"
        "if (one == NULL || two == NULL) { bcn_free(two); return BCN_NOMEM; }"
        "bcn_free(one); bcn_free(two); return BCN_OK;",
        "leak",
    ),
    "a use of what was refused": (
        "CHECK_SURVIVES(scenario);",
        "char *one = bcn_alloc(9, 1); *(volatile char *)one = 1; bcn_free(one); return BCN_OK;",
        "null pointer",
    ),
    "another status for a refusal": (
        "CHECK_SURVIVES(scenario);",
        "void *one = bcn_alloc(9, 1); if (one == NULL) { return BCN_CORRUPT; }"
        "bcn_free(one); return BCN_OK;",
        "request 0 of scenario refused: the bytes are damaged",
    ),
    "a failure in peace": ("CHECK_SURVIVES(scenario);", "return BCN_IO;", "expected 0"),
}


def try_planted(place: Path, sanitize: str, helpers: str, main: str) -> tuple[bool, str]:
    """Run a test program with the given text in a small tree of its own."""
    for name in ("csrc/base", "tests/c"):
        (place / name).mkdir(parents=True)
    for name in ("status.h", "memory.h", "memory.c", "error.h", "error.c"):
        shutil.copy(ROOT / "csrc" / "base" / name, place / "csrc" / "base")
    shutil.copy(ROOT / "tests" / "c" / "check.h", place / "tests" / "c")
    source = place / "tests" / "c" / "test_planted.c"
    source.write_text(f'#include "check.h"\n{helpers}int\nmain(void)\n{{\n{main}\nreturn 0;\n}}\n')
    build = run.Build(COMPILERS[0], sanitize, place)
    objects = [build.compile(path) for path in run.core(place)]
    good, said = run.run_test(build, source, objects)
    return bool(good), str(said)


@needs_compiler
@pytest.mark.parametrize("fault", FAULTS)
def test_the_harness_finds(fault: str, tmp_path: Path) -> None:
    main, scenario, words = FAULTS[fault]
    if scenario:
        scenario = f"static bcn_status\nscenario(void)\n{{\n{scenario}\n}}\n"
    good, said = try_planted(tmp_path, "address", scenario, main)
    assert not good
    assert words in said


RACE = """
#include <pthread.h>
static int shared;
static void *
add(void *unused)
{
    for (int i = 0; i < 10000; i++) { shared++; }
    return unused;
}
"""
RUN_RACE = """
pthread_t other;
CHECK_EQUAL(pthread_create(&other, NULL, add, NULL), 0);
add(NULL);
CHECK_EQUAL(pthread_join(other, NULL), 0);
"""


@needs_compiler
def test_the_harness_finds_a_data_race(tmp_path: Path) -> None:
    good, said = try_planted(tmp_path, "thread", RACE, RUN_RACE)
    assert not good
    assert "data race" in said


@needs_compiler
def test_the_harness_passes_a_sound_program(tmp_path: Path) -> None:
    good, said = try_planted(tmp_path, "address", "", 'CHECK(1); CHECK_TEXT("a", "a");')
    assert (good, said) == (True, "2 checks, 0 refused allocations")
