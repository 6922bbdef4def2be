"""A flow as a network: its bureaus, the core's links between them, and tables of both."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from ._columns import Column
from ._cube_words import told
from .errors import QueryError, did_you_mean, suggest
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .flow import FlowMatrix

__all__ = ["Net", "choice", "network_of", "nodes_of", "number"]

LEFT_OUT = (
    "Messages of a bureau to itself, and between bureaus never members together, are no links."
)
_FOREVER = "9999"


def choice(name: str, value: object, choices: Sequence[str]) -> int:
    """Return the place of a choice among those there are; raise QueryError, naming them."""
    if value in choices:
        return list(choices).index(str(value))
    near = did_you_mean(suggest(str(value), choices)) or "."
    raise QueryError(f"{name}={value!r}{near} It is one of {', '.join(map(repr, choices))}")


def number(name: str, value: object, least: float, most: float) -> float:
    """Return a number that an option takes; raise QueryError outside its range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise QueryError(f"{name}={value!r}: a number from {least:g} to {most:g}")
    if not least <= value <= most:
        raise QueryError(f"{name}={value!r}: a number from {least:g} to {most:g}")
    return float(value)


def nodes_of(flow: FlowMatrix, others: bool) -> tuple[array[int], list[tuple[str, str]]]:
    """Return the codes of a network's bureaus, and from and up to which day each is one."""
    codes = set(flow._common)
    if others:
        for margin in (flow.sent, flow.received):
            codes.update(memoryview(margin.nonzeros()[0]).tolist())
    kept = array("I", sorted(codes))
    domain = flow.axes[0].domain
    if domain is None:
        return kept, [("", _FOREVER)] * len(kept)
    since, until = domain.since, domain.until
    return kept, [(since[code] or "", until[code] or _FOREVER) for code in kept]


def network_of(flow: FlowMatrix, others: bool = False) -> Net:
    """Return the network of a flow, made once."""
    nets = flow._nets
    if nets is None:
        nets = flow._nets = {}
    net = nets.get(bool(others))
    if net is None:
        net = nets[bool(others)] = Net(flow, bool(others))
    return net


class Net:
    """The bureaus and links of a flow, and what was computed of them."""

    def __init__(self, flow: FlowMatrix, others: bool) -> None:
        self.flow = flow
        self.others = others
        self.codes, self.spans = nodes_of(flow, others)
        days: list[Any] = [None, None]
        if self.dated:
            order = {day: at for at, day in enumerate(sorted({d for s in self.spans for d in s}))}
            days = [array("I", [order[span[end]] for span in self.spans]) for end in (0, 1)]
        try:
            self.core = _core.Network(flow, self.codes, *days)
        except ValueError as error:
            raise QueryError(str(error)) from None
        self._margins: tuple[list[int], ...] | None = None
        self._paths: dict[bool, tuple[_core.Memory, ...]] = {}

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def axis(self) -> Axis:
        """The axis that the codes are of."""
        return self.flow.axes[0]

    @property
    def labels(self) -> list[str]:
        """The labels of the bureaus, in the order of the codes."""
        labels = self.axis.labels
        return [labels[code] for code in self.codes]

    @property
    def dated(self) -> bool:
        """Are there two bureaus that were never members together?"""
        last = max((since for since, _ in self.spans), default="")
        return last >= min((until for _, until in self.spans), default=_FOREVER)

    def met(self, a: int, b: int) -> bool:
        """Were two bureaus, by place, different and members together?"""
        one, two = self.spans[a], self.spans[b]
        return a != b and one[0] < two[1] and two[0] < one[1]

    def possible(self) -> int:
        """How many ordered pairs of different bureaus were members together."""
        n = len(self.codes)
        if not self.dated:
            return n * (n - 1)
        from bisect import bisect_left

        starts = sorted(since for since, _ in self.spans)
        apart = sum(n - bisect_left(starts, until) for _, until in self.spans if until < _FOREVER)
        return n * (n - 1) - 2 * apart

    @property
    def margins(self) -> tuple[list[int], ...]:
        """Out-degree, in-degree, sent, received and the one-sided part of each bureau."""
        if self._margins is None:
            self._margins = tuple(memoryview(part).tolist() for part in self.core.margins())
        return self._margins

    def paths(self, weighted: bool) -> tuple[_core.Memory, ...]:
        """Betweenness, lengths out and in, and how many are reached, computed once."""
        weighted = bool(weighted)
        if weighted not in self._paths:
            self._paths[weighted] = self.core.paths(weighted)
        return self._paths[weighted]

    def groups(self, table: str) -> tuple[list[str], array[int]]:
        """Return the labels of a table of the bureaus and each bureau's place among them.

        As of the period's last day.  Those without a value are together, last.
        """
        from ._membership import days_of
        from .axes import NOT_STATED

        domain = self.axis.domain
        if domain is None:
            raise QueryError(f"no table {table!r}: these bureaus have no tables")
        values, codes = domain.table(table, days_of(self.flow)[1])
        labels = [*values]
        places = array("I", [codes[code] if codes[code] >= 0 else len(values)
                             for code in self.codes])  # fmt: skip
        if len(values) in places:
            labels.append(NOT_STATED)
        return labels, places

    def bureau_column(self, rows: Iterable[int] | None = None, name: str = "bureau") -> Column:
        """The column that says which bureau a row is of; all in order unless given."""
        codes = self.codes if rows is None else array("I", [self.codes[at] for at in rows])
        axis = self.axis
        return Column(name, codes, labels=axis.labels, names=axis.all_names)

    def table(
        self, columns: Iterable[Column], title: str, formula: str, source: str, *,
        note: str = "", measure: str | None = None, unit: str | None = None,
    ) -> Table:  # fmt: skip
        """A table of figures of this network, with its words; ``source`` is whose formula."""
        others = "others than members too" if self.others else ""
        words = filter(None, (note, others, self.flow.note()))
        return Table.from_columns(
            columns,
            title=title,
            note="; ".join(words),
            measure=measure,
            explain=self.explained(formula, source, note, others, unit=unit),
        )

    def explained(self, formula: str, source: str, *more: str, unit: str | None = None) -> str:
        """Say what a measure of this network is: what of it counts, and whose formula it is."""
        whose = "members and others" if self.others else "members"
        return (
            f"{formula} Over {len(self.codes):,} {whose}, {self.core.links:,} links. {LEFT_OUT} "
            + told(self.flow, f"FlowMatrix.{source}", *more, unit=unit)
        )

    def figures(self) -> list[int]:
        """Every pair's weight, a row per sender."""
        return memoryview(self.core.cells()).tolist()
