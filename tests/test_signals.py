"""Ctrl-C in long work: answered soon, and nothing is half done."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="this platform has no interval timer"
)


class Interrupted(Exception):
    """What the test's handler raises in place of KeyboardInterrupt."""


@pytest.fixture
def handler() -> Iterator[list[float]]:
    """A handler that notes when it ran, and raises."""
    at: list[float] = []

    def raise_it(number: int, frame: Any) -> None:
        at.append(time.perf_counter())
        raise Interrupted

    before = signal.signal(signal.SIGALRM, raise_it)
    yield at
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def answered(call: Callable[[], Any], after: float) -> float:
    """How long the call runs on behind the signal."""
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, after)
    with pytest.raises(Interrupted):
        call()
    return time.perf_counter() - start - after


AGAIN = 10  # times a text is read in one call: far longer than any signal is on its way


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("signals") / "long.csv"
    row = b"2023-05-%02dT10:%02d:07Z,FRA,DEU,%d,some kind\n"
    block = b"".join(row % (i % 28 + 1, i % 60, i * 7919) for i in range(50_000))
    with path.open("wb") as file:
        file.write(b"sent_at,sender,receiver,size,kind\n")
        for _ in range(60):
            file.write(block)
    return path


@pytest.mark.parametrize("threads", [1, 2])
def test_reading_text_stops_at_a_signal(
    threads: int, text: Path, handler: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    late = answered(lambda: bcn.read_messages([text] * AGAIN, threads=threads), 0.05)
    with capsys.disabled():
        print(f" [answered in {late * 1000:.0f} ms]", end="")
    assert handler
    assert late < 1
    head = text.read_bytes()[:3000].rsplit(b"\n", 1)[0]
    (text.parent / "short.csv").write_bytes(head)
    assert bcn.read_messages(text.parent / "short.csv").total == head.count(b"\n")


def test_counting_stops_at_a_signal_and_the_log_is_as_it_was(
    handler: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    log = bcn.simulate_messages(300_000, seed=1)
    before = log.count("sender", "month")

    def ask() -> None:
        while True:
            log.count("sender", "receiver", "hour_of_week", tz="Europe/Paris")

    late = answered(ask, 0.05)
    with capsys.disabled():
        print(f" [answered in {late * 1000:.0f} ms]", end="")
    assert late < 1
    assert log.count("sender", "month").to_dicts() == before.to_dicts()


def test_looking_for_the_busiest_stops_at_a_signal(
    handler: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    log = bcn.simulate_messages(300_000, seed=1)
    before = log.peak("1s", 3)

    def ask() -> None:
        while True:
            log.peak("1s", 3)

    late = answered(ask, 0.05)
    with capsys.disabled():
        print(f" [answered in {late * 1000:.0f} ms]", end="")
    assert late < 1
    assert log.peak("1s", 3).to_dicts() == before.to_dicts()


def test_ctrl_c_from_another_thread_is_keyboardinterrupt(text: Path) -> None:
    def press() -> None:
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        bcn.read_messages([text] * AGAIN)
    presser.join()
