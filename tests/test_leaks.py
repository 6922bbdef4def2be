"""The leak test finds planted leaks; and the binding has none."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import gzip
import weakref
from array import array
from collections.abc import Callable
from pathlib import Path

import leaks
import pytest

import interpol_bcn as bcn
import interpol_bcn._core as core
from interpol_bcn import reading


def test_a_clean_call_passes() -> None:
    leaks.assert_no_leak(lambda: [bytes(1000) for _ in range(100)])


def test_objects_kept_are_found() -> None:
    kept: list[object] = []
    with pytest.raises(AssertionError, match="blocks of Python are lost"):
        leaks.assert_no_leak(lambda: kept.append(object()))


def test_a_lost_reference_is_found() -> None:
    def lose() -> None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(object()))

    with pytest.raises(AssertionError, match="blocks of Python are lost"):
        leaks.assert_no_leak(lose)


@pytest.mark.skipif(leaks.HEAP is None, reason="this C library does not tell what it handed out")
@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_memory_lost_in_c_is_found(size: int) -> None:
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    malloc.argtypes = [ctypes.c_size_t]
    with pytest.raises(AssertionError, match="bytes of the core are lost"):
        leaks.assert_no_leak(lambda: malloc(size))


def test_every_class_of_the_core_can_be_forgotten() -> None:
    """A subclass dies with its last user: nothing in the module keeps it."""
    for name, base in vars(core).items():
        if not isinstance(base, type) or not base.__flags__ & 1 << 10:
            continue
        made = type(name, (base,), {})
        watch = weakref.ref(made)
        del made
        gc.collect()
        assert watch() is None, name


COLUMNS = {
    "sent_at": ["2023-05-04T10:20:30Z"] * 40,
    "sender": ["FRA", "Germany"] * 20,
    "receiver": ["DE", "ITA"] * 20,
    "message_id": [f"m{i // 2}" for i in range(40)],
    "kind": ["a", None] * 20,
    "size": list(range(40)),
}


def settled(call: Callable[[], object]) -> None:
    """As assert_no_leak, once malloc's own bins have filled: a leak goes on, they do not."""
    for left in range(4, -1, -1):
        try:
            leaks.assert_no_leak(call, 40)
            return
        except AssertionError:
            if not left:
                raise


def test_reading_columns_leaks_nothing() -> None:
    settled(lambda: bcn.read_messages(COLUMNS))
    infer = {**COLUMNS, "sent_at": ["2023-05-04T10:20:30Z", "soon"] * 20}
    settled(lambda: bcn.read_messages(infer, members="infer", errors="reject").rejected.rows)


@pytest.mark.parametrize(
    "change",
    [
        {"sender": ["FRA"] * 39 + ["Frnace"]},
        {"sent_at": ["2023-05-04"] * 39 + [None]},
        {"message_id": [1] * 40},
        {"size": [0.5] * 40},
    ],
)
def test_a_reading_that_fails_leaks_nothing(change: dict[str, object]) -> None:
    def fail() -> None:
        with pytest.raises(bcn.InputError):
            bcn.read_messages({**COLUMNS, **change})

    settled(fail)


@pytest.mark.parametrize(
    ("last", "suffix"),
    [("2023-01-01,FRA,DEU\n", ".gz"), ("2023-01-01,FRA,\n", ""), ('2023-01-01,"F', "")],
)
def test_reading_text_leaks_nothing(
    last: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SMALL", 0)
    path = tmp_path / f"a.csv{suffix}"
    text = ("sent_at,sender,receiver\n" + "2023-01-01,FRA,DEU\n" * 50 + last).encode()
    path.write_bytes(gzip.compress(text) if suffix else text)

    def read() -> None:
        with contextlib.suppress(bcn.InputError):
            bcn.read_messages(path, threads=2)

    settled(read)


def test_looking_for_the_busiest_leaks_nothing() -> None:
    times = array("q", [second * 1_000_000 for second in (1, 1, 2, 5, 5, 5, 9)])
    pieces = array("q", [0, 0, 1_000_000, 0, 0, 10_000_000, 10, 0, 0, 0])
    assert core.busiest_runs(times, pieces, 2) == ([5, 1], [3, 2], 0)
    settled(lambda: core.busiest_runs(times, pieces, 3))
    settled(lambda: core.busiest_runs(array("q"), pieces, 1))

    def fail() -> None:
        for bad in ((times, pieces[:3], 1), (array("i", [1]), pieces, 1), (times, pieces, 0)):
            with pytest.raises(ValueError):
                core.busiest_runs(*bad)
        with pytest.raises(TypeError):
            core.busiest_runs(None, pieces, 1)

    settled(fail)
    log = bcn.read_messages(COLUMNS)
    settled(lambda: log.peak("1s", 2))
