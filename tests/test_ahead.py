"""Pieces made by threads come in order and in step, bounded in number, and end with the taker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from interpol_bcn._ahead import in_step

ROWS = 10


@dataclass
class Piece:
    """Rows of one column: those numbered first .. first + num_rows."""

    column: int
    first: int
    num_rows: int = ROWS

    def slice(self, start: int, length: int | None = None) -> Piece:
        rest = self.num_rows - start
        return Piece(self.column, self.first + start, rest if length is None else length)


def pieces_of(group: int, column: int, rows: int = 50, size: int = ROWS) -> Iterator[Piece]:
    for first in range(0, rows, size):
        yield Piece(column, group * 1000 + first, min(size, rows - first))


def rows_of(taken: list[list[Piece]]) -> list[int]:
    """The numbers of the rows, after a look at whether the columns are in step."""
    found = []
    for pieces in taken:
        assert [piece.column for piece in pieces] == list(range(len(pieces)))
        assert len({(piece.first, piece.num_rows) for piece in pieces}) == 1
        found += range(pieces[0].first, pieces[0].first + pieces[0].num_rows)
    return found


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("groups", [0, 1, 7])
def test_columns_come_in_step_in_the_order_of_groups(groups: int, threads: int) -> None:
    def make(group: int, column: int) -> Iterator[Piece]:
        time.sleep(0.002 * ((group + column) % 3 == 0))  # the earlier is often the later made
        return pieces_of(group, column, group * 10, (10, 7, 4)[column])

    starts = [sum(range(group)) * 10 for group in range(groups)]
    taken = list(in_step(make, starts, 3, threads, 40))
    assert rows_of(taken) == [
        group * 1000 + row for group in range(groups) for row in range(group * 10)
    ]


@pytest.mark.parametrize("threads", [2, 4])
def test_no_more_is_made_ahead_than_there_is_room_for(threads: int) -> None:
    made: list[Piece] = []

    def make(group: int, column: int) -> Iterator[Piece]:
        for piece in pieces_of(group, column, 500):
            made.append(piece)
            yield piece

    taken = in_step(make, range(0, 3000, 500), 2, threads, 30)
    next(taken)
    time.sleep(0.05)
    # Of each of two columns one piece was taken and three wait.
    assert len(made) <= 2 * 4
    assert {piece.first // 1000 for piece in made} == {0}
    taken.close()


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_an_error_comes_behind_the_rows_before_it(threads: int) -> None:
    def make(group: int, column: int) -> Iterator[Piece]:
        yield from pieces_of(group, column, 30 if column else 20)
        if group == 1:
            raise ValueError(f"column {column}")

    def whole(group: int, column: int) -> Iterator[Piece]:
        return make(group, column) if group else pieces_of(group, column, 30)

    got = []
    with pytest.raises(ValueError, match="column 0"):
        for pieces in in_step(whole, [0, 30, 60], 2, threads, 1000):
            got.append(pieces)
    assert rows_of(got) == [*range(30), *range(1000, 1020)]


def test_columns_of_different_lengths_are_an_error() -> None:
    def make(group: int, column: int) -> Iterator[Piece]:
        return pieces_of(group, column, 20 + 10 * column)

    with pytest.raises(ValueError, match="not of one length"):
        list(in_step(make, [0], 2, 2, 1000))


def test_the_threads_end_with_the_generator() -> None:
    before = threading.active_count()
    taken = in_step(pieces_of, range(0, 2500, 50), 2, 4, 20)
    next(taken)
    assert threading.active_count() > before
    taken.close()
    assert threading.active_count() == before


def test_one_thread_is_the_callers() -> None:
    def make(group: int, column: int) -> Iterator[Piece]:
        assert threading.current_thread() is threading.main_thread()
        return pieces_of(group, column)

    before = threading.active_count()
    for _ in in_step(make, [0, 50], 2, 1, 20):
        assert threading.active_count() == before
