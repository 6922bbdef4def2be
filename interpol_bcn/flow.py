"""Flows: who wrote to whom, as a square cube with the measures of network science."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from .axes import Axis
from .cube import Cube

if TYPE_CHECKING:
    from .logs import Log
    from .query import Plan
    from .table import Table

__all__ = ["FlowMatrix"]


class FlowMatrix(Cube):
    """Who wrote to whom: a square cube, sender by receiver, over one domain.

    ``flow["FRA", "DEU"]`` is what France wrote to Germany; ``flow.sent`` and
    ``flow.received`` are the margins.  Silence and density look at members only, and at
    pairs that were both members on some day of the period.  Messages of a bureau to itself
    are counted in every total, said in ``self_messages``, and left out of what is about
    pairs: density, silence, reciprocity.
    """

    _common: tuple[int, ...]
    _spans: dict[int, tuple[str, str]]

    @classmethod
    def _answer(
        cls, core: _core.Cube, log: Log, laid: Plan, tz: Any, measure: str | None, unit: str
    ) -> FlowMatrix:
        self = super()._answer(core, log, laid, tz, measure, unit)
        self._common = log._members()
        domain = self.axes[0].domain
        assert domain is not None
        since, until = domain.since, domain.until
        self._spans = {
            code: (since[code] or "", until[code] or "9999") for code in self._common
        }
        return self

    @property
    def members(self) -> tuple[str, ...]:
        """The labels of who was a member on some day of the period."""
        labels = self.axes[0].labels
        return tuple(labels[code] for code in self._common)

    @property
    def sent(self) -> Cube:
        """What each bureau sent: the sums of rows."""
        return self.sum(self.axes[1].name)

    @property
    def received(self) -> Cube:
        """What each bureau received: the sums of columns."""
        return self.sum(self.axes[0].name)

    @property
    def balance(self) -> Cube:
        """Sent minus received, per bureau; sums to 0."""
        received = self.received
        core = _core.Cube.subtract(self.sent, received)
        axis = self.axes[0]
        bureau = Axis(
            "bureau", axis.labels, axis.column, domain=axis.domain, positions=axis.positions
        )
        return self._like(core, [bureau])

    @property
    def self_messages(self) -> int:
        """How many messages bureaus wrote to themselves."""
        return self._square()["self"]

    def _cells(self) -> list[list[int]]:
        flat = memoryview(self.dense()).tolist()
        n = len(self.axes[0])
        return [flat[row * n : row * n + n] for row in range(n)]

    def _square(self) -> dict[str, int]:
        return _core.flow_quantities(self)

    def top(self, n: int = 10) -> Table:  # type: ignore[override]
        """Return the ``n`` largest pairs: sender, receiver, messages, share of all."""
        return super().top(n)

    def _pairs(self) -> list[tuple[int, int]]:
        """Ordered pairs of different members that were members at the same time."""
        spans = self._spans
        return [
            (a, b)
            for a in self._common
            for b in self._common
            if a != b and spans[a][0] < spans[b][1] and spans[b][0] < spans[a][1]
        ]

    def silent(self) -> Table:
        """Return the ordered pairs of members that never wrote: sender, receiver.

        A pair counts from the day on which both were members; a bureau and itself do not.
        """
        from ._columns import Column
        from .table import Table

        cells = self._cells()
        quiet = [(a, b) for a, b in self._pairs() if cells[a][b] == 0]
        labels = self.axes[0].labels
        columns = [
            self._named(Column(axis.name, [labels[pair[at]] for pair in quiet], "label"), axis)
            for at, axis in enumerate(self.axes)
        ]
        return Table.from_columns(
            columns,
            title="silent pairs",
            note=f"{len(quiet):,} of {len(self._pairs()):,} pairs of members; {self.note()}",
            explain="Ordered pairs of different members, both members on some day of the "
            f"period, with no message from the first to the second. {self.note()}.",
        )

    def density(self) -> float:
        """Return the share of ordered pairs of members that wrote at least once.

        Links between different members over n (n - 1), pairs never members together left
        out: the density of a directed graph without loops, over its possible links.
        """
        pairs = self._pairs()
        cells = self._cells()
        return sum(cells[a][b] > 0 for a, b in pairs) / len(pairs) if pairs else 0.0

    def reciprocity(self, *, weighted: bool = True) -> float:
        """Return how much of the flow is mutual, between 0 and 1; loops are left out.

        Weighted: the sum over pairs of twice min(w_ij, w_ji), over all weight (Squartini,
        Picciolo, Ruzzenenti and Garlaschelli 2013, "Reciprocity of weighted networks").
        Not weighted: the share of links whose reverse exists, as networkx defines it.
        A flow without links has reciprocity 0.
        """
        facts = self._square()
        if weighted:
            return facts["mutual_weight"] / facts["weight"] if facts["weight"] else 0.0
        return facts["mutual_links"] / facts["pair_links"] if facts["pair_links"] else 0.0

    def concentration(self, by: str = "sender") -> Table:
        """Return how concentrated the flow is among members: Gini, HHI, and how many make half.

        ``by`` is "sender" or "receiver".  The Gini coefficient is over members, silent
        ones included; the Herfindahl-Hirschman index is the sum of squared shares (1 over
        the number of equals up to 1 for one alone); ``half`` and ``four_fifths`` are how many
        members make 50 and 80 % of the total.
        """
        from ._columns import Column
        from .table import Table

        margin = self.received if by == self.axes[1].name else self.sent
        if by not in self.dims:
            self._number(by)
        cells = memoryview(margin.dense()).tolist()
        values = sorted(cells[code] for code in self._common)
        figures = concentration(values)
        columns = [
            Column("bureaus", [len(values)], "integer"),
            Column("gini", [figures[0]], "number", format="digits.3"),
            Column("hhi", [figures[1]], "number", format="digits.4"),
            Column("half", [figures[2]], "integer"),
            Column("four_fifths", [figures[3]], "integer"),
        ]
        return Table.from_columns(columns, title=f"concentration by {by}", note=self.note())

    def quantities(self) -> dict[str, int]:
        """Return the nine quantities of a traffic matrix, exactly.

        ``messages links max_link senders max_sent max_fan_out receivers max_received
        max_fan_in``, as the Anonymized Network Sensing Graph Challenge defines them
        (arXiv 2409.08115), self-messages included: all packets, unique links, the largest
        link, unique sources, the most from one source, its most destinations, and the
        same for destinations.
        """
        facts = self._square()
        return {name: facts[name] for name in QUANTITIES}

    def to_pandas(self, *, wide: bool = True, zeros: bool = True, **options: Any) -> Any:
        """Return a wide ``pandas.DataFrame``, senders by receivers; long with ``wide=False``."""
        if not wide:
            return super().to_pandas(zeros=zeros, **options)
        table = self.pivot(*self.dims)
        return table.to_pandas(**options).set_index(self.dims[0])

    def _shown(self) -> Table:
        return self.top(12)

    def title(self) -> str:
        """What the figures are."""
        return f"{self.measure} from {self.axes[0].name} to {self.axes[1].name}"


QUANTITIES = (
    "messages", "links", "max_link", "senders", "max_sent", "max_fan_out", "receivers",
    "max_received", "max_fan_in",
)  # fmt: skip


def concentration(ascending: Sequence[int]) -> tuple[float, float, int, int]:
    """Return (Gini, HHI, how many make 50 %, how many make 80 %) of values in rising order.

    The sums are exact integers; each figure is rounded once.

    >>> concentration([0, 0, 10])
    (0.6666666666666666, 1.0, 1, 1)
    """
    total, n = sum(ascending), len(ascending)
    if not total:
        return 0.0, 0.0, 0, 0
    ranked = sum((2 * rank - n - 1) * value for rank, value in enumerate(ascending, 1))
    gini = ranked / (n * total)
    hhi = sum(value * value for value in ascending) / (total * total)
    need = []
    for part in (5, 8):
        running = count = 0
        while running * 10 < total * part:
            count += 1
            running += ascending[-count]
        need.append(count)
    return gini, hhi, need[0], need[1]
