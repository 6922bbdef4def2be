"""Reading, asking, exporting, and failing at each: every call gives back what it took."""

from __future__ import annotations

import os
import signal
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import leaks
import pytest

import interpol_bcn as bcn
import interpol_bcn._core as core

# Blocks of Python are counted to the last one.  Malloc's bytes come and go by a few hundred or
# what the library's own threads and files leave in its bins, whatever the number of calls.
ROUNDS, MOST = 8, 1500

YEAR: dict[str, Any] = {
    "sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30+02:00", "2023-07-01T00:00Z"] * 2,
    "sender": ["FRA", "Germany", "fr"] * 2,
    "receiver": ["DE", "france", "Italie"] * 2,
    "kind": ["notice", "request", None] * 2,
    "message_id": ["a", "b", "c", "a", "e", "f"],
    "size": [7, 1 << 62, 1 << 62] * 2,
}


@pytest.fixture(scope="module")
def log() -> bcn.MessageLog:
    return bcn.read_messages(YEAR)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "year.csv"
    rows = zip(*(map(str, column) for column in YEAR.values()), strict=True)
    lines = [",".join(YEAR), *map(",".join, rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def failing(kind: type[BaseException], call: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        try:
            call()
        except kind:
            return
        raise AssertionError(f"no {kind.__name__} was raised")

    return run


def failing_ask(
    kind: type[BaseException], call: Callable[[bcn.MessageLog], Any]
) -> Callable[[bcn.MessageLog], None]:
    return lambda log: failing(kind, lambda: call(log))()


READ = {
    "columns": lambda: bcn.read_messages(YEAR),
    "columns, with rows refused": lambda: (
        bcn.read_messages(
            {**YEAR, "sender": ["FRA", "Atlantis", ""] * 2}, errors="reject"
        ).rejected.rows
    ),
    "columns, of a domain that is met": lambda: bcn.read_messages(YEAR, members="infer"),
    "an unknown label": failing(
        bcn.InputError, lambda: bcn.read_messages({**YEAR, "sender": ["FRA", "Frnace", "fr"] * 2})
    ),
    "a time that is none": failing(
        bcn.InputError, lambda: bcn.read_messages({**YEAR, "sent_at": ["soon"] * 6})
    ),
    "a weight that is none": failing(
        bcn.InputError, lambda: bcn.read_messages({**YEAR, "messages": [1, 1, 1, 1, 1, -1]})
    ),
    "a column too short": failing(
        bcn.BcnError, lambda: bcn.read_messages({**YEAR, "sender": ["FRA"]})
    ),
    "no such column": failing(
        bcn.InputError, lambda: bcn.read_messages({"sender": YEAR["sender"]})
    ),
}


@pytest.mark.parametrize("call", READ.values(), ids=READ)
def test_reading_columns_leaves_nothing_behind(call: Callable[[], Any]) -> None:
    leaks.assert_no_leak(call, ROUNDS, MOST)


def test_reading_text_leaves_nothing_behind(text: Path) -> None:
    leaks.assert_no_leak(lambda: bcn.read_messages(text), ROUNDS, MOST)
    leaks.assert_no_leak(
        lambda: bcn.read_messages(text, threads=2, only=["sent_at", "sender", "receiver"]),
        rounds=20,
    )


@pytest.mark.parametrize("row", ['x,y,z,"', "2023-01-01,FRA", "2023-01-01T00:00Z,FRA,ATL,k,z,1"])
def test_reading_bad_text_leaves_nothing_behind(text: Path, row: str) -> None:
    text.write_text(text.read_text("utf-8") + row + "\n", encoding="utf-8")
    call = failing(bcn.InputError, lambda: bcn.read_messages(text))
    leaks.assert_no_leak(call, ROUNDS, MOST)


def test_reading_arrow_leaves_nothing_behind() -> None:
    arrow = pytest.importorskip("pyarrow")
    good = arrow.table(YEAR)
    bad = arrow.table({**YEAR, "sender": [1.5] * 6})
    labels = good.set_column(1, "sender", good["sender"].dictionary_encode())
    leaks.assert_no_leak(lambda: bcn.read_messages(good), ROUNDS, MOST)
    leaks.assert_no_leak(lambda: bcn.read_messages(labels), ROUNDS, MOST)
    leaks.assert_no_leak(failing(bcn.BcnError, lambda: bcn.read_messages(bad)), ROUNDS, MOST)


ASK: dict[str, Callable[[bcn.MessageLog], Any]] = {
    "count": lambda log: log.count("month", "sender.region", where={"receiver": "DEU"}),
    "count in a zone": lambda log: log.count("hour_of_week", tz="Europe/Paris"),
    "sum beyond 64 bits": lambda log: log.sum("size", "sender").total(),
    "flow": lambda log: log.flow().top(3),
    "silent pairs": lambda log: log.flow().silent(),
    "quantities": lambda log: log.flow().quantities(),
    "add and subtract": lambda log: log.flow() + log.flow() - log.flow(),
    "select": lambda log: log.flow().sel(sender=["FRA", "DEU"]).sum("sender"),
    "table": lambda log: log.count("kind").to_table().to_dicts(),
    "print": lambda log: (repr(log), repr(log.flow()), log.flow()._repr_html_()),
    "simulate": lambda _: bcn.simulate_messages(500, seed=3),
    "no such axis": failing_ask(bcn.QueryError, lambda log: log.count("sendr")),
    "no such label": failing_ask(
        bcn.BcnError, lambda log: log.count("sender", where={"sender": "Frnace"})
    ),
    "no such zone": failing_ask(bcn.QueryError, lambda log: log.count("hour", tz="Mars/Olympus")),
    "no such cell": failing_ask(bcn.LabelError, lambda log: log.flow()["FRA", "ATL"]),
}


@pytest.mark.parametrize("call", ASK.values(), ids=ASK)
def test_asking_leaves_nothing_behind(
    call: Callable[[bcn.MessageLog], Any], log: bcn.MessageLog
) -> None:
    leaks.assert_no_leak(lambda: call(log), ROUNDS, MOST)


@pytest.mark.parametrize("way", ["to_arrow", "to_pandas", "to_polars", "to_dicts", "to_numpy"])
def test_exporting_leaves_nothing_behind(way: str, log: bcn.MessageLog) -> None:
    if way in ("to_arrow", "to_pandas", "to_polars", "to_numpy"):
        pytest.importorskip({"to_arrow": "pyarrow"}.get(way, way.removeprefix("to_")))
    cube = log.count("month", "sender.region")
    leaks.assert_no_leak(getattr(cube, way), ROUNDS, MOST)


def test_lending_a_cube_leaves_nothing_behind(log: bcn.MessageLog) -> None:
    cube = log.count("sender", "receiver")
    leaks.assert_no_leak(lambda: memoryview(cube).tolist(), ROUNDS, MOST)
    leaks.assert_no_leak(lambda: cube.__arrow_c_stream__(), ROUNDS, MOST)
    leaks.assert_no_leak(lambda: core.arrow_open(cube), ROUNDS, MOST)


def test_what_is_read_is_referred_to_no_more_when_the_log_is_there() -> None:
    objects = [*YEAR.values(), YEAR["size"][1], YEAR["message_id"]]
    before = [sys.getrefcount(one) for one in objects]
    for _ in range(10):
        bcn.read_messages(YEAR)
    assert [sys.getrefcount(one) for one in objects] == before


@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="there is no Ctrl-C here")
def test_reading_that_is_interrupted_leaves_nothing_behind() -> None:
    head = b"sent_at,sender,receiver\n"
    field = ("label", True, 2, -1, 0, 0)
    codes = {"FRA": 0, "DEU": 1}

    class Source:
        left = 3

        def read(self, size: int) -> bytes:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGINT)
            if self.left < -1000:  # started where Ctrl-C is ignored
                return b""
            return (b"FRA\nDEU\nAUT\n" * 1000)[: size // 4 * 4]

    def read() -> None:
        builder = core.Builder([field], lambda _, text: codes.get(text, -5), -1, [], False, 10, 2)
        builder.begin(0)
        builder.read_csv(Source().read, b",", b'"', 1, [0], before=head, workers=2)

    leaks.assert_no_leak(failing(KeyboardInterrupt, read), ROUNDS, MOST)


def test_refused_calls_of_the_core_leave_nothing_behind() -> None:
    cube = core.Cube.from_cells([2, 3], array("q", range(6)))
    calls: list[tuple[type[BaseException], Callable[[], Any]]] = [
        (ValueError, lambda: core.Cube.from_cells([2, 3], array("q", range(5)))),
        (OverflowError, lambda: core.Cube.from_cells([2, -3], array("q", range(6)))),
        (TypeError, lambda: core.Cube.from_cells([2, "3"], array("q", range(6)))),
        (IndexError, lambda: cube.item(2, 0)),
        (ValueError, lambda: cube.take(1, [0, 3])),
        (TypeError, lambda: cube.take(1, [0, "x"])),
        (ValueError, lambda: cube.permute([0, 0])),
        (TypeError, lambda: cube.add(3)),
        (ValueError, lambda: core.Cube.from_sparse([9], array("Q", [3, 9]), array("q", [1, 1]))),
        (TypeError, lambda: core.arrow_open(3)),
        (TypeError, lambda: core.arrow_export([("x", "q", 3, None, None)])),
        (ValueError, lambda: core.Builder([("what", True, 0, -1, 0, 0)], len, -1, [], True, 1, 1)),
    ]
    for kind, call in calls:
        leaks.assert_no_leak(failing(kind, call), ROUNDS, MOST)
