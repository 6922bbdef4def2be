"""The module may be loaded in any number of interpreters, which come and go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import leaks
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


# Two threads read, and both must ask Python what a label stands for.
LITTLE = """
import io
import interpol_bcn
import interpol_bcn._core as core
year = {"sent_at": ["2023-01-05T10:00Z"], "sender": ["france"], "receiver": ["DE"]}
assert interpol_bcn.read_messages(year).flow()["FRA", "DEU"] == 1
field = ("label", True, 2, -1, 0, 0)
builder = core.Builder([field], lambda _, text: len(text) - 5, -1, [], False, 10, 2)
builder.begin(0)
text = io.BytesIO(b"Paris\\nLondon\\nRome\\n" * 400)
builder.read_csv(text.read, b",", b'"', 1, [0], workers=2, block_bytes=4096)
assert (builder.seen, builder.accepted, builder.refused) == (1200, 800, 400)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="later interpreters lose blocks themselves")
def test_a_hundred_interpreters_leave_nothing_behind() -> None:
    leaks.assert_no_leak(lambda: smoke.run_in_interpreter(PATH + LITTLE), 25, most_bytes=200)


ASK_FROM_C = """
import ctypes
import interpol_bcn._core as core
codes = {b"FRA": 0, b"DEU": 1}
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)
def asked(text):  # runs below PyGILState_Ensure
    return codes.get(text, -5)
field = ("label", True, 2, -1, 0, 0)
builder = core.Builder([field], lambda _, text: asked(text.encode()), -1, [], False, 10, 2)
builder.begin(0)
text = [b"FRA\\nDEU\\nfra\\n" * 1000]
builder.read_csv(lambda size: text.pop() if text else b"", b",", b'"', 1, [0], workers=2)
print(builder.seen, builder.accepted, builder.refused)
"""


def test_a_label_may_be_looked_up_by_code_that_takes_the_interpreter_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PATH + ASK_FROM_C], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("3000 2000 1000\n", "")
