"""Pieces of columns made by threads ahead of whoever takes them, and given in order, in step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Condition, Thread
from typing import Any

__all__ = ["in_step"]


class _Lane:
    """One column of one group: pieces that wait to be taken, and how it ended."""

    def __init__(self, start: int, pieces: Iterator[Any]) -> None:
        self.source = pieces
        self.pieces: deque[Any] = deque()
        self.end = start  # the row behind the last that was made
        self.busy = False
        self.ended = False
        self.error: BaseException | None = None

    def take(self, rows: int) -> Any:
        """Take so many rows of the first piece."""
        piece = self.pieces[0]
        if piece.num_rows == rows:
            return self.pieces.popleft()
        self.pieces[0] = piece.slice(rows)
        return piece.slice(0, rows)


class _Making:
    """Which lanes there are, what each has made, and how far the rows were taken."""

    def __init__(
        self, make: Callable[[int, int], Iterator[Any]], starts: Sequence[int], columns: int,
        room: int,
    ) -> None:  # fmt: skip
        self.make, self.starts, self.columns, self.room = make, starts, columns, room
        self.changed = Condition()
        self.lanes: dict[int, list[_Lane]] = {}
        self.group = 0  # being taken
        self.taken = 0  # rows
        self.stopped = False

    def next_lane(self) -> _Lane | None:
        """The lane whose next piece is wanted first, of those with room that nobody works on."""
        for group in range(self.group, len(self.starts)):
            start = self.starts[group]
            if start >= self.taken + self.room and group != self.group:
                break
            lanes = self.lanes.get(group)
            if lanes is None:
                lanes = [_Lane(start, self.make(group, one)) for one in range(self.columns)]
                self.lanes[group] = lanes
            free = [
                lane
                for lane in lanes
                if not (lane.busy or lane.ended) and lane.end < self.taken + self.room
            ]
            if free:
                return min(free, key=lambda lane: lane.end)
        return None

    def advance(self, lane: _Lane) -> None:
        """Make the next piece of a lane; the lock is held, and given while it is made."""
        lane.busy = True
        self.changed.release()
        try:
            piece = next(lane.source, None)
        except Exception as error:
            piece, lane.error = None, error
        finally:
            self.changed.acquire()
        if piece is None:
            lane.ended = True
        else:
            lane.pieces.append(piece)
            lane.end += piece.num_rows
        lane.busy = False
        self.changed.notify_all()

    def help(self) -> None:
        """Make what is wanted next until there is no more."""
        with self.changed:
            while not self.stopped:
                lane = self.next_lane()
                if lane is not None:
                    self.advance(lane)
                elif self.group >= len(self.starts):
                    return
                else:
                    self.changed.wait()

    def take(self) -> list[Any] | None:
        """The next rows of every column of the group, or None at its end."""
        with self.changed:
            while True:
                lanes = self.lanes.get(self.group, [])
                if lanes and all(lane.pieces or lane.ended for lane in lanes):
                    break
                lane = self.next_lane()
                if lane is not None:
                    self.advance(lane)
                else:
                    self.changed.wait()
            for lane in lanes:
                if not lane.pieces and lane.error is not None:
                    raise lane.error
            if not any(lane.pieces for lane in lanes):
                del self.lanes[self.group]
                self.group += 1
                self.changed.notify_all()
                return None
            if not all(lane.pieces for lane in lanes):
                raise ValueError("its columns are not of one length")
            rows = min(lane.pieces[0].num_rows for lane in lanes)
            self.taken += rows
            self.changed.notify_all()
            return [lane.take(rows) for lane in lanes]


def in_step(
    make: Callable[[int, int], Iterator[Any]],
    starts: Sequence[int],
    columns: int,
    threads: int,
    room: int,
) -> Iterator[list[Any]]:
    """Yield group by group, piece by piece, the same rows of every column.

    ``make(group, column)`` gives the pieces of a column of a group, ``starts`` says with which
    row each group starts.  The caller's thread and ``threads - 1`` others make the piece that is
    wanted first, of any column, at most ``room`` rows ahead of what was taken, so that memory is
    bounded and a piece is mostly still in cache when it is taken.  What ``make`` raises is raised
    here, behind the rows before it.  The threads end with the generator, at their next piece.
    """
    making = _Making(make, starts, columns, room)
    crew = [Thread(target=making.help, daemon=True) for _ in range(threads - 1)]
    try:
        for thread in crew:
            thread.start()
        for _ in starts:
            while (pieces := making.take()) is not None:
                yield pieces
                del pieces
    finally:
        with making.changed:
            making.stopped = True
            making.changed.notify_all()
        for thread in crew:
            thread.join()
