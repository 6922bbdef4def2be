"""What a log can answer of the published figures, whatever kind of record it holds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._printed import Interval, shown
from ._published_figure import Figure
from ._verdict import Judged, Verdict, Verdicts, counts, judge
from .errors import BcnError, QueryError

if TYPE_CHECKING:
    from .published import Published

__all__ = ["all_agree", "check_log"]

_EPOCH = datetime.date(1970, 1, 1)
_DAY = 86_400_000_000
# Measures under which the number of records is printed, where the word differs.
_RECORDS = {"notices issued": "notices"}


class _Unanswered(Exception):
    """Why a log that knows a measure cannot answer a figure."""


def all_agree(judged: Sequence[Judged]) -> bool:
    """Say whether every figure that decides agrees; of those in conflict one is enough."""
    heard = [one for one in judged if counts(one.figure)] or list(judged)
    sides = [one.agrees for one in heard if one.figure.flag == "conflict"]
    firm = [one.agrees for one in heard if one.figure.flag != "conflict"]
    return all(firm) and (not sides or any(sides))


def check_log(figures: Published, log: Any) -> Verdicts:
    """Compare every figure that a log can answer; see ``Published.check``."""
    from .logs import Log

    if not isinstance(log, Log):
        raise QueryError(f"check a measure by name, or a log, not {type(log).__name__}")
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for figure in figures:
        if _kind(figure, log) and figure.span is not None:
            key = (figure.measure, figure.unit, figure.scope, figure.from_, figure.until)
            groups.setdefault(key, []).append(figure)
    verdicts, skipped = [], []
    if groups and not _of_the_network(log):
        return Verdicts((), _title(log), ["the log's bureaus are not those of the network"])
    for group in groups.values():
        first = group[0]
        try:
            value = _answer(first, log)
        except _Unanswered as why:
            if str(why):
                of = f" of {first.of}" if first.scope else ""
                skipped.append(f"{first.measure}{of}, {first.period}: {why}")
            continue
        given = Interval(value, value)
        judged = [one for figure in group if (one := judge(figure, given, "")) is not None]
        if judged:
            verdicts.append(
                Verdict(
                    "log", first.measure, first.of, first.period, shown(value), judged,
                    all_agree(judged), _note(log),
                )
            )  # fmt: skip
    return Verdicts(verdicts, _title(log), skipped)


def _title(log: Any) -> str:
    return f"{log.schema.record.capitalize()} against published figures"


def _note(log: Any) -> str:
    seen, members = log.coverage
    words = [f"{seen} of {members} members"] if members else []
    if log.schema.keys and log.schema.identity:
        words.append(f"counted once per {log.unit}; the sources do not say how they count")
    if log.facts.synthetic:
        words.append(log.facts.synthetic)
    return "; ".join(words)


def _kind(figure: Figure, log: Any) -> str:
    """How a log could answer a figure: by counting, summing, its members or its countries."""
    record = log.schema.record
    bureaus = any(field.bureau for field in log.schema.fields)
    if figure.basis in ("flow", "event"):
        if _RECORDS.get(figure.measure, figure.measure) == record:
            return "count"
        if figure.measure in log.measures and figure.measure != log.schema.weight:
            return "sum"
    if figure.measure == "members" and not figure.scope and bureaus:
        return "members"
    if figure.measure == "countries" and figure.scope and bureaus and record == "delegates":
        return "countries"
    return ""


def _of_the_network(log: Any) -> bool:
    from .members import members

    known = members.domain()
    for field in log.schema.fields:
        if field.bureau and field.name in log.domains:
            domain = log.domains[field.name]
            labels = [domain.labels[code] for code, held in enumerate(domain.member_mask) if held]
            return all(label in known.labels for label in labels)
    return True


def _answer(figure: Figure, log: Any) -> int:
    kind = _kind(figure, log)
    timed = log.period[0] < log.period[1]
    assert figure.span is not None
    start, stop = ((day - _EPOCH).days * _DAY for day in figure.span)
    if kind == "members":
        first, last = max(start, log.period[0]), min(stop, log.period[1])
        if not timed or first >= last:
            raise _Unanswered
        day = (_EPOCH + datetime.timedelta(days=(last - 1) // _DAY)).isoformat()
        field = next(f for f in log.schema.fields if f.bureau and f.name in log.domains)
        return len(log.domains[field.name].members_in(day, day))
    where: dict[str, Any] = {}
    for column, label in figure.scope:
        domain = log.domains.get(column)
        if domain is None or domain.lookup(label) < 0:
            raise _Unanswered  # of something else
        where[column] = label
    if timed and figure.basis == "flow":
        if stop <= log.period[0] or log.period[1] <= start:
            raise _Unanswered
        if log.period[0] > start or log.period[1] < stop:
            from ._instants import format_period

            stated = "" if log.period_given else " by its rows; period= says what it covers"
            raise _Unanswered(f"the log covers only {format_period(*log.period)}{stated}")
        if (start, stop) != log.period:
            where[log.schema.time] = tuple(day.isoformat() for day in figure.span)
    elif figure.basis == "flow":
        raise _Unanswered("the log has no times")
    try:
        if kind == "sum":
            return int(log.sum(figure.measure, where=where or None).total())
        number = int(log.count(where=where or None).total())
        if figure.basis == "event" and not number:
            raise _Unanswered  # an event that the log does not speak of
        if kind == "count":
            return number
        field = next(f for f in log.schema.fields if f.bureau and f.name in log.columns)
        mask = log.domains[field.name].member_mask
        cells = log.count(field.name, where=where or None).to_dicts(zeros=False)
        labels = log.domains[field.name].labels
        held = {label for label, member in zip(labels, mask, strict=True) if member}
        return sum(row[field.name] in held for row in cells)
    except BcnError as error:
        raise _Unanswered(str(error).splitlines()[0]) from None
