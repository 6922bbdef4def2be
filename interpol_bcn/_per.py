"""Rates: figures per inhabitant, per officer, per member, over a base that users bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import index
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._given import given
from ._membership import are_bureaus, last_days, per_position
from ._purpose import check_unknown
from .axes import NOT_STATED
from .errors import InputError, LabelError, QueryError, suggest
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .cube import Cube

__all__ = ["per"]

_SHOWN = 10
Base = int | Fraction | None


def per(
    cube: Cube, base: str, table: Any, axis: str | None, scale: int, year: Any, source: Any,
    unknown: str,
) -> Table:  # fmt: skip
    """See ``Cube.per``."""
    if not isinstance(base, str) or not base or base in (*cube.dims, cube.measure, "rate"):
        raise QueryError(f"a base has a name of its own, such as 'population', not {base!r}")
    if not isinstance(scale, int) or isinstance(scale, bool) or scale < 1:
        raise QueryError(f"scale={scale!r}: a rate is per a whole number from 1 on")
    if base == "member" and table is None:
        return _per_member(cube, axis, scale)
    if table is None:
        raise QueryError(
            f"per({base!r}) needs a table= of yours (a dict, a CSV or a Table), with its year "
            "and source: none comes with this package"
        )
    one = _chosen(cube, axis, [at for at in cube.axes if at.kind == "label"] or list(cube.axes))
    if one is None:
        raise QueryError(f"per({base!r}) needs an axis to which the base belongs")
    found, words, foreign = _bases(one, base, table, year, source, check_unknown(unknown))
    notes = [f"{base}: {words}"]
    if foreign:
        notes.append(_named(f"{base} of labels not on this axis", foreign, 0))
    long = cube.to_table()
    bases = [found.get(label) for label in one.labels]
    rows = [bases[code] for code in long[one.name].data]
    return _rates(cube, long, base, rows, scale, notes, one)


def _per_member(cube: Cube, axis: str | None, scale: int) -> Table:
    if cube.facts is None or not cube.facts.members:
        raise QueryError("per('member') is of logs with bureaus; here membership is not known")
    one = _chosen(cube, axis, [at for at in cube.axes if are_bureaus(cube, at)])
    if one is not None and not are_bureaus(cube, one):
        raise QueryError(f"per('member') is along an axis of bureaus; {one.name!r} is none")
    long = cube.to_table()  # first, as it looks whether there is room
    timed, days = last_days(cube)
    by_day = {day: per_position(cube, one, day) for day in dict.fromkeys(days)}
    when = [days[at] for at in long[timed.name].data] if timed else days * len(long)
    codes: Sequence[int] = long[one.name].data if one else [0] * len(long)
    rows = [by_day[day][code] for day, code in zip(when, codes, strict=True)]
    if timed is not None:
        note = f"members on the last day of each {timed.name.partition('.')[2] or timed.name}"
    else:
        note = f"members on {days[0]}" if cube.period[0] < cube.period[1] else "members now"
    return _rates(cube, long, "members", rows, scale, [note], one)


def _chosen(cube: Cube, axis: str | None, fit: Sequence[Axis]) -> Axis | None:
    if axis is not None:
        return cube.axis(axis)
    if len(fit) > 1:
        names = " or ".join(repr(one.name) for one in fit)
        raise QueryError(f"the base could belong to several axes: say axis={names}")
    return fit[0] if fit else None


def _rates(
    cube: Cube, long: Table, base: str, rows: Sequence[Base], scale: int, notes: list[str],
    axis: Axis | None,
) -> Table:  # fmt: skip
    values = long[cube.measure].tolist()
    rates = [
        _ratio(value, scale, under) if under else None
        for value, under in zip(values, rows, strict=True)
    ]
    shown: list[Any] = [float(one) if isinstance(one, Fraction) else one for one in rows]
    whole = all(one is None or isinstance(one, int) for one in shown)
    singular = base.removesuffix("s") if base == "members" else base
    unit = f"{cube.unit} per {f'{scale:,} ' if scale > 1 else ''}{singular}"
    lacking: list[str] = []
    if axis is not None:
        labels = long[axis.name].tolist()
        without = [at for at, rate in enumerate(rates) if rate is None]
        silent = _silent(labels, values)
        # Those with figures first: there a rate is missed.
        lacking = sorted(dict.fromkeys(labels[at] for at in without), key=silent.__contains__)
        if lacking:
            notes.append(_named(f"no {base} for", lacking, sum(values[at] for at in without)))
    columns = [
        *(long[name] for name in long.columns),
        Column(base, shown, "integer" if whole else "number"),
        Column("rate", rates, "number", unit=unit),
    ]
    title = f"{cube.title()} per {f'{scale:,} ' if scale > 1 else ''}{singular}"
    note = "; ".join([*notes, cube.note()])
    left = f" Without {base}: {', '.join(lacking)}." if len(lacking) > _SHOWN else ""
    explain = (
        f"Each rate is {cube.measure}{f' × {scale:,}' if scale > 1 else ''} / {base}"
        f"{f' of {axis.name}' if axis is not None else ''}, rounded once; "
        f"{'; '.join(notes)}.{left} {cube.explain()}"
    )
    return Table.from_columns(columns, title=title, note=note, explain=explain, measure="rate")


def _ratio(value: int, scale: int, under: int | Fraction) -> float:
    if isinstance(under, int):
        return value * scale / under  # exact numbers, rounded once
    return float(value * scale / under)


def _silent(labels: Sequence[str], values: Sequence[int]) -> set[str]:
    """The labels that have no figure but 0."""
    return set(labels) - {label for label, value in zip(labels, values, strict=True) if value}


def _named(words: str, labels: Sequence[str], lost: int) -> str:
    more = f" and {len(labels) - _SHOWN:,} more" if len(labels) > _SHOWN else ""
    part = f" ({lost:,} counted there)" if lost else ""
    return f"{words} {', '.join(labels[:_SHOWN])}{more}{part}"


def _bases(
    axis: Axis, base: str, table: Any, year: Any, source: Any, unknown: str
) -> tuple[dict[str, Base], str, list[str]]:
    """Each label's base, the year and source in words, and texts that are no labels here."""
    found: dict[str, tuple[Base, str | None]] = {}
    foreign: list[str] = []
    years: set[str] = set() if year is None else {str(year)}
    sources: dict[str, None] = {} if source is None else {str(source): None}
    for text, cell, of, said, place in _entries(axis, base, table):
        if year is not None and of is not None and of != str(year):
            continue
        try:
            label = _label(axis, text)
        except LabelError as error:
            if unknown == "ignore":
                foreign.append(str(text))
                continue
            raise InputError(
                error.reason, value=str(text), choices=error.choices, hint=error.hint, **place
            ) from None
        if label in found:
            before = found[label][1]
            if of != before:
                words = f"{label!r} has a {base} of {before} and of {of}: say which with year="
                raise InputError(words, **place)
            raise InputError(f"two values for {label!r}", value=str(text), **place)
        found[label] = _number(cell, {**place, "column": base}), of
        if of is not None:
            years.add(of)
        if said is not None:
            sources.setdefault(said)
    if not found:
        at = f" for {year}" if year is not None else ""
        raise InputError(f"no {base}{at} for any label of {axis.name!r}")
    when = " to ".join(sorted(years)[:: max(1, len(years) - 1)]) or "year not stated"
    whence = ", ".join(sources) or "source not stated"
    return {label: value for label, (value, _) in found.items()}, f"{when}, {whence}", foreign


def _entries(axis: Axis, base: str, table: Any) -> list[tuple[Any, Any, Any, Any, dict[str, Any]]]:
    if isinstance(table, Mapping):
        return [(text, cell, None, None, {"column": base}) for text, cell in table.items()]
    rows = given(table, "bases")
    key = rows.column((axis.name, axis.column, "bureau", "label"), "the labels")
    value = rows.column((base, "value"), f"their {base}")
    entries = []
    for at, row in enumerate(rows.rows):
        year, source = row.get("year"), row.get("source")
        said = None if year is None else str(year), None if source is None else str(source)
        entries.append((row[key], row[value], *said, rows.place(at)))
    return entries


def _label(axis: Axis, text: Any) -> str:
    """The label of an axis that a text means; one of its domain that was cut away will do."""
    if not isinstance(text, str):
        raise LabelError(text, "labels are texts")
    if text in axis.labels and text != NOT_STATED:
        return text
    if axis.domain is not None and axis.table is None:
        return axis.domain.labels[axis.domain.resolve(text)]
    known = axis.domain.table(axis.table)[0] if axis.domain and axis.table else axis.labels
    if text not in known:
        raise LabelError(text, f"no label of {axis.name!r}", choices=suggest(text, known))
    return text


def _number(cell: Any, place: Mapping[str, Any]) -> Base:
    if cell is None:
        return None
    try:
        if isinstance(cell, str):
            value = Fraction(cell.replace("_", "x").replace("/", "x"))
        elif isinstance(cell, bool):
            raise TypeError
        elif hasattr(cell, "__index__"):
            value = Fraction(index(cell))
        else:
            value = Fraction(cell)
    except (TypeError, ValueError, OverflowError):
        words = "a base is a number in plain digits"
        raise InputError(words, value=str(cell), **place) from None
    if value < 0:
        raise InputError("a base is a number from 0 on", value=str(cell), **place)
    return value.numerator if value.denominator == 1 else value
