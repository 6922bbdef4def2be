"""Python's allocator refuses the n-th request, for every n, in calls of the core."""

from __future__ import annotations

import gc
import io
from array import array
from collections.abc import Callable
from typing import Any

import leaks
import pytest

import interpol_bcn as bcn
import interpol_bcn._core as core

_testcapi = pytest.importorskip("_testcapi", reason="this CPython has no test modules")
FIELD = ("label", True, 3, -1, 0, 0)
CODES = {"FRA": 0, "DEU": 1, "AUT": 2}
LOG = bcn.read_messages(
    {
        "sent_at": ["2023-01-05T10:00Z", "2023-02-06T11:30Z"],
        "sender": ["FRA", "DEU"],
        "receiver": ["DEU", "FRA"],
        "size": [1 << 62, 3 << 61],
    }
)
CELLS = array("q", range(6))  # made once: array() itself loses a block without memory
CUBE = core.Cube.from_cells([2, 3], CELLS)
SPARSE = core.Cube.from_sparse([3000, 3000], array("Q", [3, 99]), array("q", [1, 1]))


def built(text: bytes) -> Any:
    builder = core.Builder([FIELD], lambda _, label: CODES.get(label, -5), -1, [], False, 9, 1)
    builder.begin(0)
    builder.read_csv(io.BytesIO(text).read, b",", b'"', 1, [0])
    return builder.finish(), builder.refusals(), builder.accounts()


CALLS: dict[str, Callable[[], Any]] = {
    "build": lambda: built(b"FRA\nDEU\nXXX\n"),
    "run": lambda: LOG.count("sender"),
    "column": lambda: LOG.column(1),
    "sum": lambda: CUBE.sum([True, False]),
    "permute": lambda: CUBE.permute([1, 0]),
    "take": lambda: CUBE.take(1, [2, 0]),
    "pick": lambda: SPARSE.pick(0, 0),
    "add": lambda: SPARSE.add(SPARSE),
    "top": lambda: CUBE.top(3),
    "nonzeros": lambda: SPARSE.nonzeros(),
    "columns": lambda: CUBE.columns(False),
    "lend": lambda: memoryview(CUBE),
    "make": lambda: core.Cube.from_cells([2, 3], CELLS),
}


def run_out(call: Callable[[], Any], request: int) -> bool:
    """Make a call while one request is refused; True: it failed, as it should, by MemoryError.

    Only one: with none to be had from then on CPython may give up by itself.
    """
    failure: BaseException | None = None
    gc.disable()  # what others hang on the collector shall not meet the refusal
    _testcapi.set_nomemory(request, request + 1)
    try:
        call()
    except BaseException as error:
        failure = error
    finally:
        _testcapi.remove_mem_hooks()
        gc.enable()
    if failure is not None:
        assert type(failure) is MemoryError
    return failure is not None


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_without_memory_says_so_and_leaves_all_as_it_was(call: Callable[[], Any]) -> None:
    before = (CUBE.total(), SPARSE.total(), len(LOG))
    call()
    fine = request = failed = 0
    while fine < 20:
        refused = run_out(call, request)
        fine = 0 if refused else fine + 1
        failed += refused
        request += 1
        assert request < 5000
    assert failed > 0
    assert (CUBE.total(), SPARSE.total(), len(LOG)) == before


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_without_memory_leaves_nothing_behind(call: Callable[[], Any]) -> None:
    def sweep() -> None:
        for request in range(60):
            run_out(call, request)

    leaks.assert_no_leak(sweep, rounds=8, most_bytes=4000)
