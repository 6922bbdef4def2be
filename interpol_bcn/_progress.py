"""A line that says that long work goes on: on a terminal, and only after a while."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

__all__ = ["progress"]

_AFTER = 0.7  # seconds before the first word


@contextmanager
def progress(what: str, paths: Sequence[str]) -> Iterator[Callable[[int], None]]:
    """Show on standard error, if it is a terminal, that work goes on, and its rate at the end.

    ``paths`` are the files that are read, for their size.  The block calls what it is given
    with the number of rows when it is done.

    >>> with progress("reading", []) as told:
    ...     told(3)
    """
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    size = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    head = f"{what} {size / 1e6:,.0f} MB" if size else what
    start, done = time.monotonic(), threading.Event()

    def tick() -> None:
        while not done.wait(_AFTER):
            sys.stderr.write(f"\r{head} ... {time.monotonic() - start:.0f} s ")
            sys.stderr.flush()

    def told(rows: int) -> None:
        seconds = time.monotonic() - start
        done.set()
        if seconds > _AFTER:
            rate = f", {rows / seconds / 1e6:.1f} million a second" if rows else ""
            sys.stderr.write(f"\r{head}: {rows:,} rows in {seconds:.1f} s{rate}\n")

    clock = threading.Thread(target=tick, daemon=True)
    clock.start()
    try:
        yield told
    finally:
        if not done.is_set():
            done.set()
            sys.stderr.write("\r\x1b[K")
        clock.join()
