"""Rows of delegates, settled once after they were read.

A date finds its edition and an edition its date, persons are hashed on request, and a row that
repeats another is left out and counted.  What the core has read is taken apart and read once
more under the same labels, which costs some microseconds a row.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

from ._attendance import DAY, EPOCH, codes_of, day_of, numbered, numbers_of, persons_of, spans_of
from ._options import Options
from .account import Account, Rejected

if TYPE_CHECKING:
    from ._editions import Series
    from .delegates import DelegateLog

__all__ = ["settled", "settled_before"]


def settled(log: DelegateLog, series: Series, options: Options, key: bytes | None) -> DelegateLog:
    """Return a log in which dates and editions agree, persons are hashed, none is there twice.

    The account stays that of the first reading, less what was found to be there twice.
    """
    account = _unnamed(log.account)
    columns = _columns(log, series, options.stated_period()) if len(log) else {}
    if "person" in columns and key is not None:
        columns["person"] = hashed(columns["person"], key)
    if "person" in columns:
        kept = _first_of_each(columns)
        if kept is not None:
            columns = {name: list(compress(column, kept)) for name, column in columns.items()}
            left = kept.count(1)
            account = account._replace(
                accepted=left, duplicates=account.duplicates + account.accepted - left
            )
    made = log
    if columns:
        from .delegates import DELEGATES, DelegateLog
        from .reading import Reading

        if "person" in columns:
            columns["person"] = [
                one.decode() if isinstance(one, bytes) else one for one in columns["person"]
            ]
        again = Options(
            domains={**log.domains, "edition": series.domain}, measures=options.measures,
            period=options.period, threads=1, source_tz="UTC",
        )  # fmt: skip
        made = Reading(DELEGATES, again).run(columns, DelegateLog)
    made.hashed = key is not None
    made.astray = _astray(columns, series)
    made.account = account.check()
    made.facts = made.facts._replace(account=account)
    made.series = series
    if "edition" in made.columns and len(made):
        _widen(made)
        spans_of(made)
        if "person" in made.columns:
            numbered(made)
    return made


def settled_before(log: DelegateLog, series: Series, astray: int, keyed: bool) -> DelegateLog:
    """Return a log that was settled before it was saved."""
    log.series, log.astray, log.hashed = series, astray, keyed
    if "edition" in log.columns and len(log):
        spans_of(log)
        if "person" in log.columns:
            numbered(log)
    return log


def _widen(log: DelegateLog) -> None:
    """Let the period of a log that states none cover the days of its editions."""
    if log.period_given:
        return
    held = set(codes_of(log, "edition")[0])
    days = [one.days for code, one in enumerate(log.series.editions) if code in held]
    ends = [log.period] if log.period[0] < log.period[1] else []
    ends += [(_moment(span[0]), _moment(span[1]) + DAY) for span in days if span is not None]
    if ends:
        log._widened((min(start for start, _ in ends), max(stop for _, stop in ends)))


def _columns(
    log: DelegateLog, series: Series, period: tuple[int, int] | None
) -> dict[str, list[Any]]:
    """Every column of a log as Python values, its editions and dates filled in."""
    columns: dict[str, list[Any]] = {}
    for name in log.columns:
        kind = log.schema.field(name).kind
        if kind == "label":
            codes, _ = codes_of(log, name)
            labels = dict(enumerate(log.domains[name].labels)) if name in log.domains else {}
            columns[name] = list(map(labels.get, codes))
        elif kind == "id":
            columns[name] = persons_of(log)
        else:
            columns[name] = list(numbers_of(log, name))
    rows = len(log)
    held = columns.get("edition") or [None] * rows
    dates = columns.get("date") or [None] * rows
    if "date" in columns:
        held = [_edition_on(series, date) if edition is None else edition
                for edition, date in zip(held, dates, strict=True)]  # fmt: skip
    first = {
        one.label: moment
        for one in series.editions
        if (day := one.exact_day) is not None
        for moment in [_moment(day)]
        if period is None or period[0] <= moment < period[1]
    }
    dates = [first.get(edition) if date is None else date
             for edition, date in zip(held, dates, strict=True)]  # fmt: skip
    whole_days = "date" not in log.columns or log.dates_only
    known: dict[int | None, Any] = {None: None}
    for date in set(dates) - {None}:
        moment = EPOCH + datetime.timedelta(microseconds=date)
        known[date] = moment.date() if whole_days else moment
    filled = {"edition": held, "date": [known[date] for date in dates]}
    columns |= {name: column for name, column in filled.items()
                if name in columns or any(cell is not None for cell in column)}  # fmt: skip
    return columns


def _moment(day: str) -> int:
    return (datetime.date.fromisoformat(day) - EPOCH.date()).days * DAY


def _astray(columns: Mapping[str, Sequence[Any]], series: Series) -> int:
    """How many rows have a date outside the days of the edition that they state."""
    if not columns.get("edition") or not columns.get("date"):
        return 0
    spans = {one.label: one.days for one in series.editions}
    return sum(
        1
        for edition, date in zip(columns["edition"], columns["date"], strict=True)
        if date is not None
        and (days := spans.get(edition)) is not None
        and not days[0] <= date.isoformat()[:10] <= days[1]
    )


def _edition_on(series: Series, date: int | None) -> str | None:
    if date is None:
        return None
    code = series.on(day_of(date))
    return series.editions[code].label if code >= 0 else None


def hashed(persons: Sequence[Any], key: bytes) -> list[int | None]:
    """Return for each person 63 bits of its keyed BLAKE2b hash, the same for 7 and "7"."""
    from hashlib import blake2b

    def number(person: Any) -> int:
        text = person if isinstance(person, bytes) else str(person).encode()
        return int.from_bytes(blake2b(text, key=key, digest_size=8).digest(), "big") >> 1

    numbers: dict[Any, int | None] = {one: number(one) for one in set(persons) - {None}}
    numbers[None] = None
    return [numbers[one] for one in persons]


def _first_of_each(columns: Mapping[str, Sequence[Any]]) -> bytearray | None:
    """Which rows are the first of those equal in every column; None where all are.

    A row without a person is like no other.
    """
    rows = list(zip(*columns.values(), strict=True))
    persons = columns["person"]
    met: set[tuple[Any, ...]] = set()
    kept = bytearray(b"\1") * len(rows)
    for at, (row, person) in enumerate(zip(rows, persons, strict=True)):
        if person is None:
            continue
        if row in met:
            kept[at] = 0
        met.add(row)
    return kept if 0 in kept else None


def _unnamed(account: Account) -> Account:
    """The account without what refused rows said of persons."""
    old = account.rejected
    if not old.count:
        return account
    rows = [row._replace(value=None) if row.column == "person" else row for row in old._rows]
    counts: dict[tuple[str, str, str], int] = {}
    for column, reason, value, number in old._accounts:
        group = (column, reason, "" if column == "person" else value)
        counts[group] = counts.get(group, 0) + number
    return account._replace(
        rejected=Rejected(old.count, rows, [(*group, n) for group, n in counts.items()])
    )
