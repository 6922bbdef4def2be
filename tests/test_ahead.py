"""Pieces made by threads come in order, bounded in number, and end with whoever takes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from interpol_bcn._ahead import in_order


@dataclass
class Piece:
    group: int
    place: int
    num_rows: int = 10


def pieces_of(group: int, count: int = 5) -> Iterator[Piece]:
    for place in range(count):
        yield Piece(group, place)


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("groups", [0, 1, 7])
def test_pieces_come_in_the_order_of_groups(groups: int, threads: int) -> None:
    def make(group: int) -> Iterator[Piece]:
        time.sleep(0.002 * (group % 3 == 0))  # the earlier group is often the later one made
        return pieces_of(group, group)

    got = [(piece.group, piece.place) for piece in in_order(make, groups, threads, 20)]
    assert got == [(group, place) for group in range(groups) for place in range(group)]


def test_no_more_is_made_ahead_than_there_is_room_for() -> None:
    made: list[Piece] = []

    def make(group: int) -> Iterator[Piece]:
        for piece in pieces_of(group, 100):
            made.append(piece)
            yield piece

    taken = in_order(make, 6, 2, 30)
    next(taken)
    time.sleep(0.05)
    # Of each of two groups three wait and one is in hand; one was taken.
    assert len(made) <= 1 + 2 * 4
    assert {piece.group for piece in made} <= {0, 1}
    taken.close()


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_an_error_comes_behind_the_pieces_before_it(threads: int) -> None:
    def make(group: int) -> Iterator[Piece]:
        yield from pieces_of(group, 3)
        if group == 1:
            raise ValueError("group 1")
        if group == 2:
            raise ValueError("group 2")

    got = []
    with pytest.raises(ValueError, match="group 1"):
        for piece in in_order(make, 5, threads, 1000):
            got.append((piece.group, piece.place))
    assert got == [(group, place) for group in (0, 1) for place in range(3)]


def test_the_threads_end_with_the_generator() -> None:
    before = threading.active_count()
    taken = in_order(pieces_of, 50, 4, 10)
    next(taken)
    assert threading.active_count() > before
    taken.close()
    assert threading.active_count() == before
