"""How each kind of log answers a published figure: what it counts, and what has to be said of it.

An answer is an exact number and a note, or ``Unanswered`` with the reason.  A log answers a
measure only where its records are what the figure is of.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ._published_figure import Figure, span_text

if TYPE_CHECKING:
    from ._printed import Number

__all__ = ["Answer", "Unanswered", "answer_of"]

_EPOCH = datetime.date(1970, 1, 1)
_DAY = 86_400_000_000
_GROWTH = "growth of "
# Measures under which the number of records is printed, where the word differs.
_RECORDS = {"notices issued": "notices"}
_ENDED = ["refused", "cancelled"]

Answered = tuple["Number", str]
Answer = Callable[[Figure, Any], Answered]


class Unanswered(Exception):
    """Why a log that knows a measure cannot answer a figure; empty: it is of something else."""


def answer_of(figure: Figure, log: Any) -> Answer | None:
    """Return how a log answers a figure; None where it is none of its measures."""
    record, measure = log.schema.subject, figure.measure
    bureaus = any(field.bureau for field in log.schema.fields)
    if measure.startswith(_GROWTH) and figure.unit == "%":
        before = figure._replace(measure=measure.removeprefix(_GROWTH))
        return _growth if answer_of(before, log) else None
    if measure == "members" and not figure.scope and bureaus:
        return _members
    if figure.basis in ("flow", "event"):
        if _RECORDS.get(measure, measure) == log.schema.record:
            return _count
        if measure in log.measures and measure not in (log.schema.weight, "quantity"):
            return _sum
        if measure == "countries" and figure.scope and record in ("delegates", "operations"):
            return _countries
        if record == "operations" and any(key == "operation" for key, _ in figure.scope):
            outcomes = log.domains.get("outcome")
            return _outcome if outcomes is not None and measure in outcomes else None
    others: dict[tuple[str, str], tuple[str, Answer]] = {
        ("statements", "records"): ("stock", _held),
        ("statements", "contributing countries"): ("stock", _contributing),
        ("searches", "searching countries"): ("database", _searching),
        ("searches", "using countries"): ("database", _searching),
        ("searches", "countries with hits"): ("hits", _hitting),
        ("notices", "notices valid"): ("colour", _valid),
        ("notices", "notices public"): ("public", _public),
        ("notices", "notices refused or cancelled"): ("state", _ended),
        ("notices", "share refused or cancelled"): ("state", _share),
        ("notices", "red notices and wanted diffusions"): ("colour", _wanted),
    }
    column, answer = others.get((record, measure), ("", None))
    return answer if column in log.columns else None


# What is asked


def _span(figure: Figure) -> tuple[int, int]:
    assert figure.span is not None
    start, stop = ((day - _EPOCH).days * _DAY for day in figure.span)
    return start, stop


def _text(moment: int) -> str:
    return (_EPOCH + datetime.timedelta(days=moment // _DAY)).isoformat()


def _scope(figure: Figure, log: Any) -> dict[str, Any]:
    """Return the scope of a figure as a filter."""
    where: dict[str, Any] = {}
    for column, label in figure.scope:
        domain = log.domains.get(column)
        if domain is None or domain.lookup(label) < 0:
            raise Unanswered  # of something else
        where[column] = label
    return where


def _period(figure: Figure, log: Any) -> dict[str, Any]:
    """Return the filter of a flow: its scope and its period, which the log has to cover."""
    where = _scope(figure, log)
    if figure.basis != "flow":
        return where
    start, stop = _covered(figure, log)
    if (start, stop) != log.period:
        where[log.schema.time] = (_text(start), _text(stop))
    return where


def _covered(figure: Figure, log: Any) -> tuple[int, int]:
    if log.period[0] >= log.period[1]:
        raise Unanswered("the log has no times")
    start, stop = _span(figure)
    if stop <= log.period[0] or log.period[1] <= start:
        raise Unanswered
    if log.period[0] > start or log.period[1] < stop:
        from ._instants import format_period

        stated = "" if log.period_given else " by its rows; period= says what it covers"
        raise Unanswered(f"the log covers only {format_period(*log.period)}{stated}")
    return start, stop


def _last_moment(figure: Figure, log: Any) -> int:
    """Return the end of what a stock's date and the log have in common."""
    start, stop = _span(figure)
    begin, end = log.period
    last: int = min(stop, end)
    if max(start, begin) >= last:
        raise Unanswered
    return last


# Counts and sums


def _members(figure: Figure, log: Any) -> Answered:
    day = _text(_last_moment(figure, log) - 1)
    field = next(f for f in log.schema.fields if f.bureau and f.name in log.domains)
    return len(log.domains[field.name].members_in(day, day)), ""


def _count(figure: Figure, log: Any) -> Answered:
    number = int(log.count(where=_period(figure, log) or None).total())
    if figure.basis == "event" and not number:
        raise Unanswered  # an event that the log does not speak of
    return number, ""


def _sum(figure: Figure, log: Any) -> Answered:
    return int(log.sum(figure.measure, where=_period(figure, log) or None).total()), ""


def _countries(figure: Figure, log: Any) -> Answered:
    """Bureaus that are members, among those with a row."""
    where = _period(figure, log)
    field = next(f for f in log.schema.fields if f.bureau and f.name in log.columns)
    domain = log.domains[field.name]
    held = {
        label for label, is_one in zip(domain.labels, domain.member_mask, strict=True) if is_one
    }
    cells = log.count(field.name, where=where or None).to_dicts(zeros=False)
    if not cells:
        raise Unanswered
    return sum(row[field.name] in held for row in cells), ""


def _growth(figure: Figure, log: Any) -> Answered:
    """In percent, over the period of the same length before."""
    assert figure.span is not None
    start, stop = figure.span
    if stop.year == start.year or (start.month, start.day) != (stop.month, stop.day):
        raise Unanswered("growth is from one whole year to another")
    earlier = start.replace(year=2 * start.year - stop.year)
    now = figure._replace(measure=figure.measure.removeprefix(_GROWTH))
    before = now._replace(from_=earlier.isoformat(), until=start.isoformat())
    answer = answer_of(now, log)
    assert answer is not None
    after, note = answer(now, log)
    base, _ = answer(before, log)
    if not base:
        raise Unanswered(f"nothing in {span_text(before.from_, before.until)} to grow from")
    return Fraction(100 * (after - base)) / base, note


# Stocks of records, and who takes part


def _held(figure: Figure, log: Any) -> Answered:
    """On the last day of the figure's date on which anything is stated."""
    where = _scope(figure, log)
    _last_moment(figure, log)
    start, stop = _span(figure)
    where["date"] = (_text(start), _text(stop))
    days = log.count("day", where={**where, "stock": (None, None)}).to_dicts(zeros=False)
    if not days:
        raise Unanswered("no stock is stated at that date")
    day = days[-1]["day"]
    return int(log.sum("stock", where={**where, "date": day}).total()), f"as stated on {day}"


def _contributing(figure: Figure, log: Any) -> Answered:
    where = _scope(figure, log)
    last = _last_moment(figure, log)
    if set(where) != {"database"} or not log.count(where=where).total():
        raise Unanswered
    domain = log.domains["database"]
    held = log.contributors(_text(last))[domain.labels[domain.resolve(where["database"])]]
    bureaus = log.domains["bureau"]
    day = _text(last - 1)
    members = {bureaus.labels[code] for code in bureaus.members_in(day, day)}
    return len(held & members), "by the last statement of each bureau"


def _searching(figure: Figure, log: Any) -> Answered:
    return _taking_part(log.count, figure, log)


def _hitting(figure: Figure, log: Any) -> Answered:
    return _taking_part(lambda *axes, where: log.sum("hits", *axes, where=where), figure, log)


def _taking_part(ask: Callable[..., Any], figure: Figure, log: Any) -> Answered:
    _covered(figure, log)
    where = _period(figure._replace(basis="flow"), log)
    cells = ask("bureau", where=where or None).to_dicts(zeros=False)
    bureaus = log.domains["bureau"]
    members = {bureaus.labels[code] for code in log._members(_span(figure))}
    return sum(row["bureau"] in members for row in cells), "at least once in the period"


# Operations


def _outcome(figure: Figure, log: Any) -> Answered:
    """The quantity of one outcome of one operation, in the figure's unit or its hundredth."""
    where = {**_scope(figure, log), "outcome": figure.measure}
    units = log._units(where, "UTC")
    if not units:
        raise Unanswered
    total = int(log.sum(where={**where, "unit": units[0]}).total())
    if units == [figure.unit] or not figure.unit:
        return total, ""
    if units == [f"{figure.unit} cent"]:
        return Fraction(total, 100), f"from {total:,} {units[0]}"
    raise Unanswered(f"it is in {', '.join(units)}, the figure in {figure.unit}")


# Notices


def _stock(figure: Figure, log: Any, verb: str) -> Answered:
    from .query import Not

    where = _scope(figure, log)
    last = _last_moment(figure, log)
    if "closed_at" not in log.columns:
        raise Unanswered("no closing is stated")
    if "state" in log.columns:
        where["state"] = Not("refused")  # a request that was never valid
    at = _text(last - 1)
    number = int(getattr(log, verb)(at, where=where or None).total())
    return number, f"at the end of {at}, without an opening balance"


def _valid(figure: Figure, log: Any) -> Answered:
    return _stock(figure, log, "stock")


def _public(figure: Figure, log: Any) -> Answered:
    return _stock(figure, log, "public")


def _ended(figure: Figure, log: Any) -> Answered:
    """Refused or cancelled, by the day of the decision where closings are stated."""
    where = _period(figure, log)
    known = log.domains["state"].labels
    where["state"] = [state for state in _ENDED if state in known]
    if not where["state"]:
        raise Unanswered("no state says refused or cancelled")
    note = "by day of publication"
    if "closed_at" in log.columns:
        where.pop("issued_at", None)
        where["closed_at"] = tuple(map(_text, _span(figure)))
        note = "by day of decision"
    number: Number = int(log.count(where=where).total())
    return _a(figure, number), note


def _wanted(figure: Figure, log: Any) -> Answered:
    where = _period(figure, log)
    if "colour" in where:
        raise Unanswered
    number = int(log.count(where={**where, "colour": ["red", "diffusion"]}).total())
    return _a(figure, number), "red notices and all diffusions: a log does not tell wanted ones"


def _share(figure: Figure, log: Any) -> Answered:
    """In percent of the red notices and diffusions of the year."""
    both = {"colour": ["red", "diffusion"]}
    where = {**_period(figure, log), **both}
    issued = int(log.count(where=where).total())
    if not issued:
        raise Unanswered
    known = log.domains["state"].labels
    span = tuple(map(_text, _span(figure)))
    when = {"closed_at": span} if "closed_at" in log.columns else {"issued_at": span}
    states = [state for state in _ENDED if state in known]
    ended = int(log.count(where={**_scope(figure, log), **both, **when, "state": states}).total())
    return Fraction(100 * ended, issued), "of red notices and all diffusions issued in the year"


def _a(figure: Figure, number: Number) -> Number:
    """Return a total as a yearly mean, where the figure is one."""
    if figure.per != "year":
        return number
    assert figure.span is not None
    years = figure.span[1].year - figure.span[0].year
    return Fraction(number, years) if years else number
