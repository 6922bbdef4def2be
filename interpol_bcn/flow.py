"""Flows: who wrote to whom, as a square cube with the measures of network science."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from . import _core
from ._cube_words import told
from ._figures import afford, figures
from ._flow_verbs import FlowVerbs
from ._network_verbs import NetworkVerbs
from .cube import Cube

if TYPE_CHECKING:
    from ._network import Net
    from .logs import Log
    from .query import Plan
    from .table import Table

__all__ = ["FlowMatrix"]


class FlowMatrix(NetworkVerbs, FlowVerbs, Cube):
    """Who wrote to whom: a square cube, sender by receiver, over one domain.

    ``flow["FRA", "DEU"]`` is what France wrote to Germany; ``flow.sent`` and
    ``flow.received`` are the margins.  Silence and density look at members only, and at
    pairs that were both members on some day of the period.  Messages of a bureau to itself
    are counted in every total, said in ``self_messages``, and left out of what is about
    pairs: density, silence, reciprocity, and every measure of the network.

    Totals: ``sent received balance self_messages quantities``.  Pairs: ``silent density
    reciprocity``.  Position of each bureau: ``degree strength asymmetry assortativity
    clustering pagerank eigenvector betweenness closeness similarity k_core s_core``.
    Groups: ``core_periphery components communities modularity ei_index``.  Between
    periods: ``rank_stability``, and ``MessageLog.flows`` for a series.  Against models:
    ``expected residuals missing``.  Elsewhere: ``to_networkx to_igraph to_scipy to_graphml
    to_gexf to_edgelist``.

    >>> import interpol_bcn as bcn
    >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["FRA", "FRA", "DEU"],
    ...                           "receiver": ["DEU", "ITA", "FRA"]}).flow()
    >>> flow.sent["FRA"], flow.received["France"], flow.balance["FRA"], flow.self_messages
    (2, 1, 1, 0)
    """

    _common: tuple[int, ...]
    _facts: dict[str, int] | None = None
    _nine: dict[str, int] | None = None
    _nets: dict[bool, Net] | None = None

    @classmethod
    def _answer(
        cls, core: _core.Cube, log: Log, laid: Plan, measure: str | None, unit: str
    ) -> FlowMatrix:
        self = super()._answer(core, log, laid, measure, unit)
        if laid.members is None:
            laid.members = log._members(laid.period)
        self._common = laid.members
        return self

    def _combined(self, other: object, sign: int) -> Cube:
        cube = super()._combined(other, sign)
        if not isinstance(other, FlowMatrix) or not isinstance(cube, Cube):
            return cube
        made = FlowMatrix._over(cube, cube.axes, cube)
        made._common = tuple(sorted({*self._common, *other._common}))
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        made, parts = super().__reduce__()
        state = {name: value for name, value in parts[-1].items() if name != "_nets"}
        return made, (*parts[:-1], state)

    @property
    def members(self) -> tuple[str, ...]:
        """The labels of who was a member on some day of the period."""
        labels = self.axes[0].labels
        return tuple(labels[code] for code in self._common)

    @property
    def sent(self) -> Cube:
        """What each bureau sent: the sums of rows, a cube over senders."""
        return self.sum(self.axes[1].name)

    @property
    def received(self) -> Cube:
        """What each bureau received: the sums of columns, a cube over receivers."""
        return self.sum(self.axes[0].name)

    @property
    def balance(self) -> Cube:
        """Sent minus received, a cube over the axis ``bureau``; sums to 0."""
        core = _core.Cube.subtract(self.sent, self.received)
        made = self._like(core, [self.axes[0].renamed("bureau")])
        made._made = "sent less received", "FlowMatrix.balance"
        return made

    @property
    def self_messages(self) -> int:
        """How many messages bureaus wrote to themselves."""
        return self._square()["self"]

    def _square(self) -> dict[str, int]:
        if self._facts is None:
            self._facts = _core.flow_quantities(self)
        return self._facts

    def _spans(self) -> list[tuple[str, str]]:
        """From which day and up to which day each member is one, in the order of members."""
        domain = self.axes[0].domain
        if domain is None:
            return []
        since, until = domain.since, domain.until
        return [(since[code] or "", until[code] or "9999") for code in self._common]

    def _possible(self) -> int:
        """How many ordered pairs of different members were members at the same time."""
        spans = self._spans()
        n = len(spans)
        starts = sorted(since for since, _ in spans)
        # Of two that never met, one came when the other had gone.
        apart = sum(n - bisect_left(starts, until) for _, until in spans if until < "9999")
        return n * (n - 1) - 2 * apart

    def _pairs(self) -> list[tuple[int, int]]:
        """The codes of every possible ordered pair, for worlds in which all can be listed."""
        number = self._possible()
        afford(number, 100, f"a list of {number:,} pairs of members")
        spanned = list(zip(self._common, self._spans(), strict=True))
        return [(a, b) for a, one in spanned for b, two in spanned if a != b and _met(one, two)]

    def _cells(self) -> list[list[int]]:
        """Every cell, a row per sender, for worlds in which all can be listed."""
        n = len(self.axes[0])
        flat = figures(self)
        return [flat[row : row + n] for row in range(0, n * n, n)]

    def _links(self) -> list[tuple[int, int]]:
        """The ordered pairs of members that wrote, by their place among members."""
        n = len(self.axes[0])
        place = dict(zip(self._common, range(len(self._common)), strict=True))
        spans = self._spans()
        places, _, _ = self.nonzeros()
        links = []
        for cell in memoryview(places).tolist():
            a, b = place.get(cell // n), place.get(cell % n)
            if a is not None and b is not None and a != b and _met(spans[a], spans[b]):
                links.append((a, b))
        return links

    def silent(self) -> Table:
        """Return the ordered pairs of members that never wrote: sender, receiver.

        A pair counts where both were members on one day of the period; a bureau and itself
        do not.  Raise TooLargeError, naming their number, for more pairs than memory holds.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"], "sender":
        ...     ["A", "B"], "receiver": ["B", "A"]}, members=trio).flow()
        >>> [pair for pair in flow.silent()][0], len(flow.silent())
        ({'sender': 'A', 'receiver': 'C'}, 4)
        """
        from ._columns import Column
        from .table import Table

        spans, links, possible = self._spans(), self._links(), self._possible()
        number = possible - len(links)
        afford(number, 160, f"a table of {number:,} silent pairs", "density() counts them; ")
        wrote: dict[int, set[int]] = {}
        for a, b in links:
            wrote.setdefault(a, set()).add(b)
        dated = any(since or until < "9999" for since, until in spans)
        senders, receivers = array("I"), array("I")
        everyone = range(len(spans))
        for a in everyone:
            heard = wrote.get(a, ())
            quiet = [b for b in everyone if b != a and b not in heard]
            if dated:
                quiet = [b for b in quiet if _met(spans[a], spans[b])]
            senders.extend([self._common[a]] * len(quiet))
            receivers.extend([self._common[b] for b in quiet])
        columns = [
            Column(axis.name, codes, labels=axis.labels, names=axis.all_names)
            for axis, codes in zip(self.axes, (senders, receivers), strict=True)
        ]
        return Table.from_columns(
            columns,
            title="silent pairs",
            note=f"{number:,} of {possible:,} pairs of members; {self.note()}",
            explain="Ordered pairs of different members, both members on some day of the "
            "period, with no message from the first to the second. "
            + told(self, "FlowMatrix.silent"),
        )

    def density(self) -> float:
        """Return the share of ordered pairs of members that wrote at least once.

        Links between different members over n (n - 1), pairs never members together left
        out: the density of a directed graph without loops, over its possible links.  A
        float from 0 to 1; 0 without pairs.  Costs O(cells that are not 0).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"], "sender": ["A", "B"],
        ...                    "receiver": ["B", "C"]}, members=trio).flow().density()
        0.3333333333333333
        """
        possible = self._possible()
        return len(self._links()) / possible if possible else 0.0

    def reciprocity(self, *, weighted: bool = True) -> float:
        """Return how much of the flow is mutual, between 0 and 1; loops are left out.

        Weighted: the sum over pairs of twice min(w_ij, w_ji), over all weight (Squartini,
        Picciolo, Ruzzenenti and Garlaschelli 2013, "Reciprocity of weighted networks").
        Not weighted: the share of links whose reverse exists, as networkx defines it.
        All senders count, members or not.  A flow without links has reciprocity 0.

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 4, "sender": ["FRA"] * 3 +
        ...     ["DEU"], "receiver": ["DEU"] * 3 + ["FRA"]}).flow()
        >>> flow.reciprocity(), flow.reciprocity(weighted=False)
        (0.5, 1.0)
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
        members make 50 and 80 % of the total.  Raise QueryError for any other ``by``.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "A"],
        ...     "receiver": ["B", "C"]}, members=trio).flow().concentration().to_dicts()
        [{'bureaus': 3, 'gini': 0.6666666666666666, 'hhi': 1.0, 'half': 1, 'four_fifths': 1}]
        """
        from ._concentration import concentrated

        margin = (self.sent, self.received)[self._number(by)]
        cells = figures(margin)
        values = [cells[code] for code in self._common]
        return concentrated(values, "bureaus", f"concentration by {by}", margin)

    def quantities(self) -> dict[str, int]:
        """Return the nine quantities of a traffic matrix, exactly.

        ``messages links max_link senders max_sent max_fan_out receivers max_received
        max_fan_in``, as the Anonymized Network Sensing Graph Challenge defines them
        (arXiv 2409.08115), self-messages included: all packets, unique links, the largest
        link, unique sources, the most from one source, its most destinations, and the
        same for destinations.  Costs one pass over the cells, once.

        >>> import interpol_bcn as bcn
        >>> bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["FRA", "FRA", "DEU"],
        ...     "receiver": ["DEU", "ITA", "FRA"]}).flow().quantities()["max_fan_out"]
        2
        """
        if self._nine is None:
            self._nine = _core.flow_quantities(self, None, False)
        return dict(self._nine)

    def to_pandas(self, *, wide: bool = True, zeros: bool = True, **options: Any) -> Any:
        """Return a wide ``pandas.DataFrame``, senders by receivers; long with ``wide=False``.

        Raise TooLargeError for a wide frame that would not fit, MissingExtra without pandas.
        """
        if not wide:
            return super().to_pandas(zeros=zeros, **options)
        table = self.pivot(*self.dims)
        return table.to_pandas(**options).set_index(self.dims[0])

    def _shown(self) -> Table:
        return self.top(12)

    def title(self) -> str:
        """What the figures are."""
        return f"{self.measure} from {self.axes[0].name} to {self.axes[1].name}"


def _met(a: tuple[str, str], b: tuple[str, str]) -> bool:
    """Was there a day on which both were members?"""
    return a[0] < b[1] and b[0] < a[1]
