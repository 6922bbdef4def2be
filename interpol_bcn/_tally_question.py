"""What a tally counts: the question that all of its parts are asked, and how two agree.

A question is fixed when a tally is made, but for its domains: labels that are what was met
grow, and a declared domain may be replaced by one that extends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._split import parted, plan_parted
from ._tally_axes import Frame, bucket_keys, endless, positions
from ._tally_ledger import EMPTY, FEW, Ledger, merged, of_log
from .axes import CALENDAR, Axis, resolve_axis
from .errors import QueryError
from .query import Not, Plan, memory_available, plan

if TYPE_CHECKING:
    from ._zones import Zone
    from .domain import Domain
    from .logs import Log
    from .schema import Schema

__all__ = ["Question", "State", "agreed", "contribution", "together"]

Labels = Mapping[str, tuple[str, ...]]


class Question:
    """The question of a tally; immutable."""

    def __init__(
        self,
        kind: str,  # of records: "messages", "searches"...
        schema: Schema,
        axes: tuple[str, ...],
        where: Mapping[str, object],
        zone: Zone,
        measure: str | None,
        asof: str | None,
        dedupe: str,
        period: tuple[int, int] | None,
        domains: Mapping[str, Domain | None],  # of columns of labels; None: what is met
    ) -> None:
        self.kind = kind
        self.schema = schema
        self.axes = axes
        self.where = where
        self.zone = zone
        self.measure = measure
        self.asof = asof
        self.dedupe = dedupe
        self.period = period
        self.domains = domains
        self._laid: tuple[Any, Any] = (None, None)

    def over(self, domains: Mapping[str, Domain | None]) -> Question:
        """Return the same question over other domains."""
        return Question(
            self.kind, self.schema, self.axes, self.where, self.zone, self.measure, self.asof,
            self.dedupe, self.period, domains,
        )  # fmt: skip

    @cached_property
    def open_columns(self) -> tuple[str, ...]:
        """The label columns of axes whose domain is what is met."""
        columns = dict.fromkeys(name.partition(".")[0] for name in self.axes)
        return tuple(
            name for name in columns if name in self.domains and self.domains[name] is None
        )

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns that axes and filters look at."""
        columns = [self.column_of(name) for name in (*self.axes, *self.where)]
        return tuple(dict.fromkeys(name for name in columns if name is not None))

    @cached_property
    def times(self) -> tuple[str, ...]:
        """The columns of times whose days are kept."""
        times = self.schema.of_kind("time")
        return tuple(name for name in times if name == self.schema.time or name in self.needed)

    def column_of(self, name: str) -> str | None:
        """The column that an axis or a filter looks at."""
        split = self.schema.split
        if split is not None and name == split.name:
            return split.column
        return self.schema.time if name in CALENDAR else name.partition(".")[0]

    @cached_property
    def split(self) -> tuple[list[int], list[int]]:
        """The places of the endless axes, and those of the others."""
        kinds = [endless(axis) for axis in self.resolved({})]
        return (
            [at for at, one in enumerate(kinds) if one],
            [at for at, one in enumerate(kinds) if not one],
        )

    def frame(self, labels: Labels, ledger: Ledger | None = None) -> Frame:
        """What plans ask of, over these labels; without a ledger, over every column."""
        from .domain import Domain

        domains = {name: one for name, one in self.domains.items() if one is not None}
        domains.update({name: Domain(met) for name, met in labels.items() if met})
        columns: Sequence[str] = self.schema.names
        spans: Mapping[str, tuple[int, int]] = {}
        if ledger is not None:
            spans = ledger.spans
        return Frame(self.schema, domains, columns, spans, None, self.period)

    def resolved(self, labels: Labels) -> list[Axis]:
        """The axes over these labels, over no time at all."""
        frame = self.frame(labels)
        frame.period, frame.period_given = (0, 0), False
        return [
            resolve_axis(name, frame, zone=self.zone, period=(0, 0), asof=self.asof)  # type: ignore[arg-type]
            for name in self.axes
        ]

    def plan(self, frame: Any, names: Sequence[str]) -> Plan:
        """Lay down this question, along some of its axes, about a frame."""
        asked, asof = self._asked(frame), self.asof or "9999-12-31"

        def lay(names: Sequence[str], where: Mapping[str, object]) -> Plan:
            return plan(frame, names, where, self.zone, asof)

        laid = plan_parted(frame, names, asked, lay) or lay(names, asked)
        if self.asof is None:
            laid.words = [word for word in laid.words if word != "tables as of 9999-12-31"]
        return laid

    def laid(self, frame: _LogFrame, names: Sequence[str], endless: int) -> tuple[Plan, list[Any]]:
        """The plan over a log and the buckets of its axes; the last one is kept for the next."""
        open_labels = [frame.domains.get(name) for name in self.domains if not self.domains[name]]
        key = (
            frame.columns, frame._spans, [frame.table_size(name) for name in frame.domains],
            [frame.has_dates(name) for name in self.times if name in frame.columns], open_labels,
        )  # fmt: skip
        before, kept = self._laid
        if before != key:
            plan = self.plan(frame, names)
            kept = plan, [bucket_keys(axis) for axis in plan.axes[:endless]]
            self._laid = key, kept
        return kept  # type: ignore[no-any-return]

    def _asked(self, frame: Any) -> dict[str, object]:
        """The filters, less labels that are not met here where the domain is what is met."""
        return {
            name: _met(value, frame.domains.get(name))
            if name in self.domains and self.domains[name] is None
            else value
            for name, value in self.where.items()
        }


def _met(value: object, domain: Domain | None) -> object:
    if isinstance(value, Not):
        inner = _met(value.value, domain)
        return Not(*inner) if isinstance(inner, list) and inner else Not([])
    labels = value if isinstance(value, list) else [value]
    known = domain if domain is not None else ()
    return [one for one in labels if one is None or one == "not stated" or one in known]


class State(NamedTuple):
    """What cells mean: travels with them as their note, and changes with them in one step."""

    question: Question
    labels: Labels
    ledger: Ledger
    ids: _core.Ids | None = None  # of records that count once, in no cell of their own yet


def fixed_axes(state: State) -> tuple[Axis, ...]:
    """The axes of a bucket's cells."""
    return _fixed(state.question, tuple(state.labels.items()))


@lru_cache(maxsize=64)
def _fixed(question: Question, labels: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Axis, ...]:
    axes = question.resolved(dict(labels))
    return tuple(axes[at] for at in question.split[1])


def nothing(state: State) -> _core.Cells:
    """Cells without a figure."""
    size = 1
    for axis in fixed_axes(state):
        size *= len(axis)
    return _core.Cells(len(state.question.split[0]), size, state)


class _LogFrame(Frame):
    """A log as a plan is to see it: over its own days, whatever period it states."""

    def __init__(self, log: Log, ledger: Ledger) -> None:
        super().__init__(log.schema, log.domains, log.columns, ledger.spans)
        self._log = log

    def has_dates(self, column: str) -> bool:
        return self._log.has_dates(column)

    def table_size(self, column: str) -> int:
        return self._log.table_size(column)


def laid_over(question: Question, log: Log, ledger: Ledger) -> tuple[Plan, list[Any]]:
    """The plan of a question over a log whose ledger this is, and the buckets of its axes."""
    first, rest = question.split
    frame = _LogFrame(log, ledger)
    return question.laid(frame, [question.axes[at] for at in (*first, *rest)], len(first))


def contribution(question: Question, log: Log) -> _core.Cells:
    """Return what a log adds to a tally: its cells, with their state."""
    domains = {
        name: log.domains.get(name, one) if one is not None else None
        for name, one in question.domains.items()
    }
    if any(domains[name] is not one for name, one in question.domains.items()):
        question = question.over(domains)
    labels = {
        name: log.domains[name].labels if name in log.domains else ()
        for name in question.open_columns
    }
    ledger = of_log(log, question.times)
    state = State(question, labels, ledger)
    if not len(log):
        return nothing(State(question, _sorted(labels), ledger))
    laid, keys = laid_over(question, log, ledger)
    number, groups = -1, None
    if question.measure is not None:
        log._check_measure(question.measure, question.axes, question.where, question.zone)
        number = log.schema.number(question.measure)
    else:
        number, groups = log._counting("")
    if question.dedupe == "all" and schema_id(question) in log.columns:
        return _in_order(_identified(state, log, laid, keys, number))
    if laid.parted is not None:
        return _in_order(_core.Cells.from_cube(parted(log, laid), keys, state))
    if len(log) <= FEW:
        asked = laid.terms, laid.dials, laid.ranges
        cells = _core.Cells.from_rows(log, asked, number, laid.shape, keys, state)
        return _in_order(cells)
    cube = log.run(laid.shape, laid.terms, laid.dials, laid.ranges, number, groups, 0,
                   memory_available() if laid.cells > 1 << 20 else 0)  # fmt: skip
    return _in_order(_core.Cells.from_cube(cube, keys, state))


def _in_order(cells: _core.Cells) -> _core.Cells:
    """The cells over sorted labels: a log may have an order of its own."""
    state: State = cells.note
    if state.labels == _sorted(state.labels):
        return cells
    ordered = state._replace(labels=_sorted(state.labels))
    made = nothing(ordered)
    moves = _moves(state, ordered)
    made.merge(_moved(cells, moves), True, ordered._replace(ids=_moved(state.ids, moves)))
    return made


def schema_id(question: Question) -> str:
    """The column that says what is the same record; empty where none does."""
    return question.schema.identity or ""


def _identified(state: State, log: Log, laid: Plan, keys: list[Any], amount: int) -> _core.Cells:
    """The cells of rows without an id; the records of all others are in the state's ids."""
    question, schema = state.question, state.question.schema
    counted = nothing(state)

    def columns(names: Sequence[str]) -> list[tuple[int, Any]]:
        return [(schema.number(name), _label_digests(log, name)) for name in names]

    own = (schema_id(question), *schema.keys)
    others = [name for name in log.columns if name not in own]
    size = counted.shape[1]
    ids, places, amounts, rows = _core.Ids.from_rows(
        log, schema.number(own[0]), columns(schema.keys), columns(others),
        (laid.terms, laid.dials, laid.ranges), amount, max(size, 1), keys,
    )  # fmt: skip
    if len(places):
        cube = _core.Cube.from_sparse(laid.shape, places, amounts)
        counted = _core.Cells.from_cube(cube, keys, state)
    ledger = state.ledger._replace(alone=(rows, rows), held=(len(ids), ids.same))
    state = state._replace(ledger=ledger, ids=ids if len(ids) else None)
    counted.merge(_core.Cells(*counted.shape), True, state)
    return counted


def _label_digests(log: Log, name: str) -> bytes | None:
    """The digests of a column's labels, by code; None for other columns."""
    if name not in log.domains:
        return None
    texts = (label.encode("utf-8", "surrogatepass") for label in log.domains[name].labels)
    return b"".join(map(_core.digest, texts))


def _sorted(labels: Labels) -> Labels:
    return {name: tuple(sorted(met)) for name, met in labels.items()}


# --- agreement ---


def agreed(mine: Question, theirs: Question) -> Question:
    """Return the question of both; raise QueryError that names the first difference."""
    if mine is theirs:
        return mine
    for name in ("kind", "axes", "where", "measure", "asof", "dedupe", "period"):
        a, b = getattr(mine, name), getattr(theirs, name)
        if _plain(a) != _plain(b):
            words = {"kind": "records", "where": "where="}.get(name, name)
            raise QueryError(f"tallies of different {words} do not merge: {a!r} and {b!r}")
    if mine.schema != theirs.schema:
        raise QueryError("tallies of records with different columns do not merge")
    if mine.zone is not theirs.zone:
        from ._tally_bytes import zone_rules

        if zone_rules(mine.zone) != zone_rules(theirs.zone):
            raise QueryError(
                f"clocks differ: {mine.zone.key} here and {theirs.zone.key} there, or another "
                "version of the rules of time zones"
            )
    domains = {
        name: _domain(mine, name, mine.domains[name], theirs.domains[name]) for name in mine.domains
    }
    if all(domains[name] is mine.domains[name] for name in domains):
        return mine
    if all(domains[name] is theirs.domains[name] for name in domains):
        return theirs
    return mine.over(domains)


def _plain(value: object) -> object:
    """A value that is equal for equal questions."""
    if isinstance(value, Not):
        return ("not", _plain(value.value))
    if isinstance(value, Mapping):
        return sorted((name, repr(_plain(one))) for name, one in value.items())
    return (type(value).__name__, repr(value))


def _domain(
    question: Question, name: str, mine: Domain | None, theirs: Domain | None
) -> Domain | None:
    if mine is theirs:
        return mine
    if mine is None or theirs is None:
        raise QueryError(f"the labels of {name!r} are declared in one tally and met in the other")
    if mine == theirs:
        return mine
    used = name in question.needed or question.schema.field(name).bureau
    longer = max(mine, theirs, key=lambda one: (len(one), one.digest))
    shorter = theirs if longer is mine else mine
    if used and not longer.extends(shorter):
        at, (a, b) = next(
            (at, pair)
            for at, pair in enumerate(zip(mine.labels, theirs.labels, strict=False))
            if pair[0] != pair[1]
        )
        raise QueryError(
            f"the domains of {name!r} differ: label {at + 1:,} is {a!r} here and {b!r} there; "
            "one has to begin with all labels of the other"
        )
    for axis in (*question.axes, *question.where):
        column, _, table = axis.partition(".")
        if column == name and table and table not in CALENDAR:
            _check_table(question, axis, table, mine, theirs)
    return longer


def _check_table(question: Question, axis: str, table: str, mine: Domain, theirs: Domain) -> None:
    (a, here), (b, there) = (one.table(table, question.asof) for one in (mine, theirs))
    for label, one, other in zip(mine.labels, here, there, strict=False):
        first, second = (None if one < 0 else a[one]), (None if other < 0 else b[other])
        if first != second:
            raise QueryError(f"{axis!r}: {label!r} is in {first!r} here and in {second!r} there")


def together(mine: _core.Cells, theirs: _core.Cells, consume: bool) -> _core.Cells:
    """Add cells to others, and return the sum: ``mine`` itself unless its axes had to grow.

    ``consume``: ``theirs`` may be empty afterwards.  On failure both are as they were.
    """
    a, b = mine.note, theirs.note
    question = agreed(a.question, b.question)
    labels = a.labels
    if b.labels != labels:
        labels = {name: tuple(sorted({*met, *b.labels[name]})) for name, met in labels.items()}
    state = State(question, labels, merged(a.ledger, b.ledger))
    ours, other = _moves(a, state), _moves(b, state)
    ids = _both(_moved(a.ids, ours), _moved(b.ids, other))
    if ids is not None:
        ledger = state.ledger._replace(held=(len(ids), ids.same))
        state = state._replace(ledger=ledger, ids=ids)
    sum_: _core.Cells = _moved(mine, ours)
    more: _core.Cells = _moved(theirs, other)
    sum_.merge(more, consume or more is not theirs, state)
    return sum_


def _both(one: _core.Ids | None, other: _core.Ids | None) -> _core.Ids | None:
    return one.merge(other) if one is not None and other is not None else one or other


def whole(cells: _core.Cells) -> _core.Cells:
    """All figures: cells, and those of the records that are known by their ids."""
    state: State = cells.note
    if state.ids is None:
        return cells
    made = state.ids.cells(*cells.shape)
    made.merge(cells, False, state)
    return made


Move = tuple[list[int], int, Any, int]


def _moves(before: State, after: State) -> list[Move]:
    """How positions move to the axes of another state, which have all labels of this one."""
    if before.question is after.question and before.labels == after.labels:
        return []
    old, new = fixed_axes(before), fixed_axes(after)
    shape = [len(axis) for axis in old]
    moves: list[Move] = []
    for at, (axis, wider) in enumerate(zip(old, new, strict=True)):
        moved = positions(axis.labels, wider.labels) if axis.kind == "label" else None
        if moved is not None:
            moves.append((list(shape), at, moved, len(wider)))
            shape[at] = len(wider)
    return moves


def _moved(cells: Any, moves: Sequence[Move]) -> Any:
    """Cells, or ids, or None, after moves; a new object unless nothing moves."""
    for move in moves if cells is not None else ():
        cells = cells.recode(*move)
    return cells


def start(question: Question) -> _core.Cells:
    """Return the cells of a tally that nothing was given to."""
    labels = dict.fromkeys(question.open_columns, ())
    return nothing(State(question, labels, EMPTY))
