"""Requests and their answers, the slow obvious way.

A message is a dict: ``sent_at`` (microseconds), ``sender``, ``receiver``, ``message_id`` and
``reply_to`` (anything that compares, or None).  Every pair of rows is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
KINDS = (
    "first answer", "further answer", "before its request", "after the end",
    "between other bureaus", "to another message", "unknown request",
)  # fmt: skip


def matched(
    rows: Sequence[Row], asks: Callable[[Row], bool], anyone: bool, end: int
) -> tuple[list[str], list[str], list[int]]:
    """The state of each row as a request, as a reply ("" for none), and its response time."""
    states, kinds, waits = [""] * len(rows), [""] * len(rows), [0] * len(rows)
    for at, row in enumerate(rows):
        late = row["sent_at"] >= end
        if row["reply_to"] is not None:
            kinds[at] = "after the end" if late else "unknown request"
        if asks(row):
            named = row["message_id"] is not None
            states[at] = "without id" if not named else "after the end" if late else "open"

    def worse(at: int, kind: str) -> None:
        kinds[at] = min(kinds[at], kind, key=KINDS.index)

    firsts = []
    for at, row in enumerate(rows):
        answers = []
        for by, reply in enumerate(rows):
            if kinds[by] in ("", "after the end") or row["message_id"] is None:
                continue
            if reply["reply_to"] != row["message_id"]:
                continue
            if states[at] != "open" or by == at:
                worse(by, "to another message")
            elif reply["receiver"] != row["sender"] or not (
                anyone or reply["sender"] == row["receiver"]
            ):
                worse(by, "between other bureaus")
            elif reply["sent_at"] < row["sent_at"]:
                worse(by, "before its request")
            else:
                worse(by, "further answer")
                answers.append((reply["sent_at"], by))
        if answers:
            firsts.append((at, min(answers)))
        elif states[at] == "open":
            waits[at] = end - row["sent_at"]
    for at, (moment, by) in firsts:
        states[at], kinds[by] = "answered", "first answer"
        waits[at] = moment - rows[at]["sent_at"]
    return states, kinds, waits


def at_rank(times: Sequence[int], q: Fraction) -> int | None:
    """The least time with at least the part ``q`` of all at or below it."""
    return next((t for t in sorted(times) if sum(s <= t for s in times) >= q * len(times)), None)


def survival(ended: Sequence[int], censored: Sequence[int]) -> list[tuple[int, int, int, Fraction]]:
    """(time, at risk, ended, S) at each time at which some ended."""
    left, steps = Fraction(1), []
    for time in sorted(set(ended)):
        risk = sum(t >= time for t in (*ended, *censored))
        here = sum(t == time for t in ended)
        left *= Fraction(risk - here, risk)
        steps.append((time, risk, here, left))
    return steps


def quantile(steps: Sequence[tuple[int, int, int, Fraction]], level: Fraction) -> int | None:
    """The least time with S at or below a level."""
    return next((time for time, _, _, left in steps if left <= level), None)


def restricted_mean(steps: Sequence[tuple[int, int, int, Fraction]], horizon: int) -> Fraction:
    """The area under S up to a horizon."""
    area, last, height = Fraction(0), 0, Fraction(1)
    for time, _, _, left in steps:
        if time >= horizon:
            break
        area += height * (time - last)
        last, height = time, left
    return area + height * (horizon - last)


def open_at(
    sent: Sequence[int], waits: Sequence[int], states: Sequence[str], moment: int, age: int
) -> int:
    """How many requests were open at a moment, for at least an age."""
    return sum(
        state in ("answered", "open")
        and start < moment
        and moment - start >= age
        and (state == "open" or start + wait >= moment)
        for start, wait, state in zip(sent, waits, states, strict=True)
    )
