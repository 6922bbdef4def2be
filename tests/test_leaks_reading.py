"""Reading leaves nothing behind, whether it succeeds or fails."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from pathlib import Path

import leaks
import pytest

import interpol_bcn as bcn
from interpol_bcn import reading

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
