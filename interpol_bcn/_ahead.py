"""Pieces made by threads ahead of whoever takes them, and given in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import Any

__all__ = ["in_order"]


class _Group:
    """What one thread makes: pieces that wait to be taken, and how it ended."""

    def __init__(self) -> None:
        self.pieces: deque[Any] = deque()
        self.rows = 0
        self.ended = False
        self.error: BaseException | None = None


def in_order(
    make: Callable[[int], Iterator[Any]], groups: int, threads: int, room: int
) -> Iterator[Any]:
    """Yield every piece of ``make(0)``, then of ``make(1)``, up to ``groups``.

    Each of ``threads`` threads makes one group at a time, the earliest that nobody makes, and
    waits when ``room`` rows (``piece.num_rows``) of it have not been taken: memory is bounded
    by what ``threads`` times ``room`` rows need.  What ``make`` raises is raised here, behind
    the pieces before it.  The threads end with the generator, at their next piece.
    """
    changed = Condition()
    making = {group: _Group() for group in range(min(threads, groups))}
    begun, stopped = 0, False

    def give(group: _Group, number: int) -> None:
        for piece in make(number):
            with changed:
                while group.rows >= room and not stopped:
                    changed.wait()
                if stopped:
                    return
                group.pieces.append(piece)
                group.rows += piece.num_rows
                changed.notify_all()
            del piece

    def work() -> None:
        nonlocal begun
        while True:
            with changed:
                while begun not in making and begun < groups and not stopped:
                    changed.wait()
                if stopped or begun == groups:
                    return
                number = begun
                group = making[number]
                begun += 1
            try:
                give(group, number)
            except BaseException as error:
                group.error = error
            with changed:
                group.ended = True
                changed.notify_all()

    crew = [Thread(target=work, daemon=True) for _ in making]
    try:
        for thread in crew:
            thread.start()
        for number in range(groups):
            group = making[number]
            while True:
                with changed:
                    while not group.pieces and not group.ended:
                        changed.wait()
                    if not group.pieces:
                        break
                    piece = group.pieces.popleft()
                    group.rows -= piece.num_rows
                    changed.notify_all()
                yield piece
                del piece
            if group.error is not None:
                raise group.error
            with changed:
                del making[number]
                if number + len(crew) < groups:
                    making[number + len(crew)] = _Group()
                changed.notify_all()
    finally:
        with changed:
            stopped = True
            changed.notify_all()
        for thread in crew:
            thread.join()
