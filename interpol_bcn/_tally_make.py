"""What a tally is made of, and what comes out of it: questions, parts, cubes and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._figures import Facts, counted
from ._options import Options
from ._split import apart, words_of
from ._tally_axes import bucket_keys
from ._tally_bytes import ledger_text, readable_where
from ._tally_ledger import Ledger
from ._tally_question import Question, State, agreed, fixed_axes, whole
from .axes import resolve_axis
from .cube import Cube
from .errors import QueryError, did_you_mean, suggest
from .query import Plan, check_names, memory_available, plan

if TYPE_CHECKING:
    from ._tally_kinds import Kind
    from .table import Table

__all__ = ["as_part", "cube_of", "options_for", "question_of", "words"]

#: options that are part of the question, or of the domains in it
MEANT = ("domains", "members", "extra", "aliases", "measures", "period", "unit")
_DEDUPE = {
    "part": "duplicates are known within a part",
    "all": "duplicates are known across all parts, by 128-bit hashes of their ids",
    "none": "duplicates are not looked for",
}
_ASKED = ("where", "tz", "asof", "measure", "dedupe")


def question_of(
    name: str, axes: tuple[str, ...], given: Mapping[str, Any]
) -> tuple[Question, dict[str, Any]]:
    """Return the question that options ask, and those options that say how to read."""
    from ._instants import format_instant
    from ._tally_kinds import kind_of
    from ._zones import resolve_zone

    kind = kind_of(name)
    asked = {key: value for key, value in given.items() if key in _ASKED}
    rest = {key: value for key, value in given.items() if key not in _ASKED}
    extra = _extra(kind, rest)
    options = _options(rest)
    if options.unit not in (None, *kind.schema.per[:1]):
        raise QueryError(
            f"unit={options.unit!r}: different messages do not add up over parts; "
            f"a tally counts per {kind.schema.per[0]!r}"
        )
    dedupe = asked.get("dedupe", "part")
    if dedupe not in _DEDUPE:
        near = did_you_mean(suggest(str(dedupe), _DEDUPE))
        raise QueryError(f"dedupe={dedupe!r}{near} It is one of {', '.join(map(repr, _DEDUPE))}")
    from .reading import Reading

    reading = Reading(kind.schema, options)
    if "editions" in extra:
        reading.domains["edition"] = extra["editions"].domain
    asof = asked.get("asof")
    if asof is not None:
        asof = str(asof)
    elif reading.period is not None:
        asof = format_instant(reading.period[1] - 1, "UTC")[:10]
    measure = asked.get("measure")
    question = Question(
        kind.name, reading.schema, check_names(axes), readable_where(asked.get("where")),
        resolve_zone(asked.get("tz", "UTC")), measure, asof, dedupe, reading.period,
        {name: reading.domains[name] for name in reading.schema.of_kind("label")},
    )  # fmt: skip
    _check(question)
    kept = {key: value for key, value in rest.items() if key not in MEANT}
    return question, {**kept, **extra}


def _extra(kind: Kind, rest: dict[str, Any]) -> dict[str, Any]:
    """The options that the reader of delegates has alone, taken out of ``rest``."""
    if kind.whole is None:
        return {}
    from ._editions import series_of

    return {"editions": series_of(rest.pop("editions", None)), "key": rest.pop("key", None)}


def _options(given: Mapping[str, Any]) -> Options:
    for name in given:
        if name not in Options._fields:
            known = (*_ASKED, *Options._fields)
            raise QueryError(f"no option {name!r}{did_you_mean(suggest(name, known))}")
    return Options(**given)


def _check(question: Question) -> None:
    """Raise for a question that no part could answer."""
    schema = question.schema
    for name in question.axes:
        if question.axes.count(name) > 1:
            raise QueryError(f"the axis {name!r} is named twice")
    if len(question.split[0]) > 4:
        raise QueryError("a tally has at most four axes of time that go on without end")
    if question.dedupe == "all" and (schema.identity is None or len(question.split[0]) > 1):
        raise QueryError(
            f"{schema.record} have no ids, so duplicates cannot be known across parts"
            if schema.identity is None
            else 'dedupe="all" knows one axis of time that goes on without end'
        )
    measure = question.measure
    if measure is not None and measure not in schema.of_kind("integer"):
        near = did_you_mean(suggest(str(measure), schema.of_kind("integer")))
        raise QueryError(f"no measure {measure!r}{near}")
    asked = {*question.axes, *question.where}
    if measure is not None and schema.split is not None and schema.split.name in asked:
        raise QueryError(f"{schema.split.name!r} parts what is counted: without measure=")
    if measure == "quantity" and "unit" not in asked:
        raise QueryError("quantities of different units do not add up: tally along the axis 'unit'")
    fixed_axes(State(question, dict.fromkeys(question.open_columns, ()), Ledger()))
    _asked(question, {}, None)


def reading_of(question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return reading options for a tally that was read back; raise for those it has fixed."""
    from ._tally_kinds import kind_of

    for name in given:
        if name in (*_ASKED, *MEANT):
            raise QueryError(f"{name}= is fixed in a tally that exists")
    rest = dict(given)
    extra = _extra(kind_of(question.kind), rest)
    _options(rest)
    return {**rest, **extra}


def options_for(question: Question, given: Mapping[str, Any]) -> Options:
    """Return the options with which a part of this question is read."""
    names = {field.name for field in _plain_schema(question).fields}
    measures = tuple(name for name in question.schema.names if name not in names)
    plain = {name: value for name, value in given.items() if name not in ("editions", "key")}
    period = None if question.period is None else tuple(map(_moment, question.period))
    return Options(**plain, domains=dict(question.domains), measures=measures, period=period)


def _plain_schema(question: Question) -> Any:
    from ._tally_kinds import kind_of

    return kind_of(question.kind).schema


def _moment(time: int) -> Any:
    import datetime

    return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
        microseconds=time
    )


def as_part(cells: _core.Cells, name: str | None, digest: str | None) -> _core.Cells:
    """Return cells of rows in no part as those of a part, or of none."""
    state: State = cells.note
    ledger = state.ledger
    if name is None:
        ledger = ledger.unnamed()
    else:
        if digest is None:
            told = repr(sorted(state.labels.items())).encode("utf-8", "surrogatepass")
            bare = ledger_text(ledger.unnamed())
            ids = b"" if state.ids is None else bytes(state.ids.write())
            digest = _core.digest(b"\n".join([told, bare, bytes(cells.write()), ids])).hex()
        ledger = ledger.named(name, digest)
    cells.merge(_core.Cells(*cells.shape), True, state._replace(ledger=ledger))
    return cells


def one_of_two(mine: _core.Cells, theirs: _core.Cells, both: set[str]) -> _core.Cells:
    """Return the sum of two tallies with common parts: that which holds all of the other's."""
    agreed(mine.note.question, theirs.note.question)
    a, b = mine.note.ledger, theirs.note.ledger
    if set(b.parts) <= set(a.parts) and not any(b.loose):
        return mine
    if set(a.parts) <= set(b.parts) and not any(a.loose):
        return theirs.copy()
    shown = ", ".join(map(repr, sorted(both)[:3])) + (", ..." if len(both) > 3 else "")
    if not both or both == set(a.parts) or both == set(b.parts):
        raise QueryError(
            "rows that are in no part would count twice: name them with part= in update"
        )
    raise QueryError(
        f"{len(both):,} parts are in both tallies ({shown}), and each has others too: merge "
        "tallies of different parts, or of the same"
    )


# --- cubes ---


def _asked(question: Question, labels: Mapping[str, Any], ledger: Ledger | None) -> Plan:
    """Lay down the filters alone: their words, and the period that they leave."""
    from .domain import Domain

    frame = question.frame(labels, ledger)
    for name, value in question.where.items():
        if name in question.domains and question.domains[name] is None:
            met = labels.get(name, ())
            more = dict.fromkeys([*met, *_texts(value)])
            if more:
                frame.domains[name] = Domain(more)
    where = apart(question.schema, question.where)
    laid = plan(frame, [], where, question.zone, question.asof or "9999-12-31")  # type: ignore[arg-type]
    laid.words = [word for word in laid.words if word != f"tables as of {_asof(question)}"]
    laid.words += words_of(question.schema, question.where)
    return laid


def _asof(question: Question) -> str:
    return question.asof or "9999-12-31"


def _texts(value: object) -> list[str]:
    value = getattr(value, "value", value)
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str) and one != "not stated"]


def cube_of(cells: _core.Cells, kind: Kind) -> Cube:
    """Return the cube of a tally's figures."""
    state: State = cells.note
    question, labels, ledger, _ = state
    absent = [name for name in question.needed if name not in ledger.columns]
    if ledger.totals()[1] and absent:
        raise QueryError(f"no part had a column {absent[0]!r}")
    frame = question.frame(labels, ledger)
    laid = _asked(question, labels, ledger)
    laid.axes = [
        resolve_axis(name, frame, zone=question.zone, period=laid.period, asof=question.asof)  # type: ignore[arg-type]
        for name in question.axes
    ]
    first, rest = question.split
    keys = [bucket_keys(laid.axes[at]) for at in first]
    shape = [len(laid.axes[at]) for at in rest]
    core = whole(cells).cube(keys, shape, memory_available())
    order = [*first, *rest]
    if order != sorted(order):
        core = core.permute([order.index(at) for at in range(len(order))])
    frame.facts = _facts(frame, question, ledger)
    made: type[Cube] = Cube
    flow = question.schema.flow
    if question.axes == flow and question.domains[flow[0]] == question.domains[flow[1]]:
        from .flow import FlowMatrix

        made = FlowMatrix
    unit = question.schema.counted_per(None)
    return made._answer(core, frame, laid, question.measure, unit)  # type: ignore[arg-type]


def _facts(frame: Any, question: Question, ledger: Ledger) -> Facts:
    bureaus = frame._bureaus()
    schema = question.schema
    coverage, members = (0, 0), ()
    if bureaus is not None and ledger.met:
        known = {bureaus.labels[code] for code in frame._members()}
        coverage = len(known & set().union(*ledger.met.values())), len(known)
        members = bureaus.membership
    stocks = frozenset(field.name for field in schema.fields if field.stock)
    synthetic = "; ".join(sorted(ledger.synthetic))
    return Facts(schema.record, ledger.account(), coverage, synthetic, members, stocks)


# --- words ---


def parts_table(ledger: Ledger) -> Table:
    """Return the parts of a ledger, in the order of their names."""
    from ._columns import Column
    from .table import Table

    names = sorted(ledger.parts)
    rows = [ledger.parts[name] for name in names]
    columns = [
        Column("part", names, "text"),
        Column("digest", [row.digest for row in rows], "text"),
        *(
            Column(name, [getattr(row, name) for row in rows], "integer")
            for name in ("seen", "accepted", "rejected", "duplicates")
        ),
    ]
    note = f"{ledger.loose[0]:,} more rows in no part" if ledger.loose[0] else None
    return Table.from_columns(columns, title="Parts of the tally", note=note)


def words(cells: _core.Cells) -> str:
    """Return what a tally is in a line or two."""
    from ._instants import format_period

    question, labels, ledger, _ = cells.note
    record = question.measure or question.schema.record
    total = whole(cells).total()
    dims = [name.replace("_", " ").replace(".", " ") for name in question.axes]
    by = " by " + " and ".join(filter(None, [", ".join(dims[:-1]), dims[-1]])) if dims else ""
    told = counted(total, record) if ledger.totals()[1] else f"no {record}"
    line = [told + by]
    laid = _asked(question, labels, ledger)
    if laid.period[0] < laid.period[1]:
        line.append(format_period(*laid.period, question.zone))
    line += [word for word in laid.words if not word.startswith(f"{question.schema.time} in ")]
    if ledger.parts:
        count = len(ledger.parts)
        line.append(f"in {count:,} part" + ("" if count == 1 else "s"))
    lines = [", ".join(line)]
    if question.schema.identity is not None:
        lines.append(_DEDUPE[question.dedupe])
    account = ledger.account()
    if account.rejected.count or account.duplicates:
        lines.append(str(account))
    lines += sorted(ledger.synthetic)
    return "\n".join(lines)


def explained(cells: _core.Cells) -> str:
    """Return what a tally counts and what is in it, in sentences."""
    question, _, ledger, _ = cells.note
    noun = (
        "sum of " + question.measure if question.measure else "number of " + question.schema.record
    )
    fixed = ", ".join(f"{axis.name} ({len(axis):,})" for axis in fixed_axes(cells.note))
    lines = [
        f"Each figure is the exact {noun} in its cell: {', '.join(question.axes) or 'all'}; "
        f"{len(cells):,} moments of {fixed or 'one cell'} each, {cells.nbytes:,} bytes.",
        f"{ledger.account()}; seen = accepted + rejected + duplicates.",
    ]
    if question.schema.identity is not None:
        lines.append(f"Of repeated records, {_DEDUPE[question.dedupe]}.")
    shown = sorted(ledger.parts)[:5]
    if shown:
        more = f" and {len(ledger.parts) - 5:,} more" if len(ledger.parts) > 5 else ""
        lines.append(f"Parts: {', '.join(shown)}{more}.")
    if ledger.loose[0]:
        lines.append(f"{ledger.loose[0]:,} rows came in no part, so they would count again.")
    return "\n".join(lines)
