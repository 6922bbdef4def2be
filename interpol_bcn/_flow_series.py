"""Flows in a row: one network per period, all counted in one pass."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from . import _core
from ._columns import Column
from ._cube_words import told
from .cube import Cube
from .errors import QueryError, suggest
from .flow import FlowMatrix
from .table import Table

if TYPE_CHECKING:
    from ._network import Net
    from .logs import Log

__all__ = ["FlowSeries", "flow_series"]

_WHOLE = ("messages", "links", "density", "reciprocity", "assortativity", "modularity",
          "core_correlation")  # fmt: skip


class FlowSeries(Sequence[FlowMatrix]):
    """The flows of periods in a row: a sequence of FlowMatrix, counted in one pass.

    ``series[0]``, ``series["2023-W01"]`` and ``series[2:4]`` are flows of their periods,
    with the members of these; ``labels`` are the periods, ``cube`` the figures of all;
    ``measure(...)`` makes one table of measures.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
    ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
    >>> series = log.flows("month")
    >>> len(series), series["2023-01"]["FRA", "DEU"], series[2].total()
    (3, 1, 1)
    """

    def __init__(self, log: Log, cube: Cube) -> None:
        self.cube = cube
        self._log = log
        self._flows: dict[int, FlowMatrix] = {}

    @property
    def labels(self) -> Sequence[str]:
        """The label of each period."""
        return self.cube.axes[0].labels

    def __len__(self) -> int:
        return len(self.cube.axes[0])

    @overload
    def __getitem__(self, key: int | str) -> FlowMatrix: ...
    @overload
    def __getitem__(self, key: slice) -> list[FlowMatrix]: ...
    def __getitem__(self, key: int | str | slice) -> FlowMatrix | list[FlowMatrix]:
        """Return a flow by its number or label; raise IndexError or LabelError for none."""
        if isinstance(key, slice):
            return [self._flow(at) for at in range(*key.indices(len(self)))]
        if isinstance(key, int):
            at = key + len(self) if key < 0 else key
            if not 0 <= at < len(self):
                raise IndexError(f"no flow {key}; there are {len(self):,}")
            return self._flow(at)
        return self._flow(self.cube.axes[0].index(key))

    def __iter__(self) -> Iterator[FlowMatrix]:
        return map(self._flow, range(len(self)))

    def _flow(self, at: int) -> FlowMatrix:
        flow = self._flows.get(at)
        if flow is None:
            cube, axis = self.cube, self.cube.axes[0]
            flow = FlowMatrix._over(_core.Cube.pick(cube, 0, at), cube.axes[1:], cube)
            assert axis.calendar is not None
            start, stop = axis.calendar.spans(at)[0]
            flow.period = max(start, cube.period[0]), min(stop, cube.period[1])
            flow._common = self._log._members(flow.period)
            self._flows[at] = flow
        return flow

    def measure(self, *names: str, others: bool = False) -> Table:
        """Return measures of every period as one table.

        Of the whole network: ``messages links density reciprocity assortativity modularity
        core_correlation``.  Of each bureau: ``degree_out degree_in sent received strength
        asymmetry one_sided clustering pagerank eigenvector betweenness closeness_in
        closeness_out k_core s_core``, as the verbs of a FlowMatrix of these names define
        them with their defaults (strength is sent and received, modularity that of
        ``communities()``, core_correlation that of ``core_periphery()``, assortativity of
        what senders sent and receivers received, by weight).  Columns: the period and the
        measures; with any measure of each bureau also ``bureau``, a row for each member of
        the period, on which the measures of the whole network are repeated.

        Raise QueryError for a measure there is not.  Costs some milliseconds a period of
        200 bureaus.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...     "sender": ["A", "B"], "receiver": ["B", "A"]}, members=bcn.Domain(["A", "B"]))
        >>> log.flows("month").measure("links", "density").to_dicts()[0]
        {'month': '2023-01', 'links': 1, 'density': 0.5}
        """
        from ._network import network_of
        from ._network_tables import PER_BUREAU

        if not names:
            raise QueryError("measure() needs the name of a measure, such as 'pagerank'")
        known = (*_WHOLE, *PER_BUREAU)
        for name in names:
            if name not in known:
                near = suggest(str(name), known)
                hint = f"; did you mean {near[0]!r}?" if near else "."
                raise QueryError(f"no measure {name!r}{hint} Measures are: {', '.join(known)}")
        each = any(name in PER_BUREAU for name in names)
        periods, bureaus = array("I"), array("I")
        values: dict[str, list[Any]] = {name: [] for name in names}
        for at in range(len(self)):
            # Made anew: a network kept for each of many periods would take much memory.
            net = network_of(self._flow(at), others)
            count = len(net) if each else 1
            periods.extend([at] * count)
            bureaus.extend(net.codes if each else [])
            for name, column in values.items():
                if name in PER_BUREAU:
                    column.extend(PER_BUREAU[name][1](net))
                else:
                    column.extend([_of_whole(name)(net)] * count)
            self._flow(at)._nets = None
        axis, second = self.cube.axes[0], self.cube.axes[1]
        columns = [Column(axis.name, periods, labels=axis.labels)]
        if each:
            columns.append(Column("bureau", bureaus, labels=second.labels, names=second.all_names))
        columns += [_column(name, values[name], self.cube.unit) for name in names]
        return Table.from_columns(
            columns, title=f"{', '.join(names)} by {axis.name}", note=self.cube.note(),
            measure=names[0],
            explain=f"Each period's network by itself, over its own members: {', '.join(names)}, "
            "as the verbs of a flow define them. "
            + told(
                self.cube, f"FlowSeries.measure; {_verbs(names)}",
                unit=f"of each measure its own; links are weighed in {self.cube.unit}",
            ),
        )  # fmt: skip

    def __repr__(self) -> str:
        axis = self.cube.axes[0]
        return (
            f"{len(self):,} flows by {axis.name}, total {self.cube.total():,}\n{self.cube.note()}"
        )


def _column(name: str, values: list[Any], unit: str) -> Column:
    from ._network_tables import PER_BUREAU

    whole = name in ("messages", "links")
    if whole or (name in PER_BUREAU and PER_BUREAU[name][0] == "integer"):
        return Column(name, values, "integer")
    return Column(name, values, "number", format="digits.4")


#: the measures of which the verb has another name
_VERBS = {
    "messages": "total", "links": "quantities", "modularity": "communities",
    "core_correlation": "core_periphery", "degree_out": "degree", "degree_in": "degree",
    "one_sided": "asymmetry", "closeness_in": "closeness", "closeness_out": "closeness",
}  # fmt: skip


def _verbs(names: Sequence[str]) -> str:
    """The verbs of a flow that define some measures."""
    return ", ".join(dict.fromkeys(f"FlowMatrix.{_VERBS.get(name, name)}" for name in names))


def _of_whole(name: str) -> Callable[[Net], Any]:
    from . import _network_tables as tables

    def density(net: Net) -> float:
        possible = net.possible()
        return net.core.links / possible if possible else 0.0

    def modularity(net: Net) -> float:
        found, count = net.core.communities(1.0, 0)
        return net.core.modularity(found, count, 1.0)

    made: dict[str, Callable[[Net], Any]] = {
        "messages": lambda net: net.flow.total(),
        "links": lambda net: net.core.links,
        "density": density,
        "reciprocity": lambda net: net.flow.reciprocity(),
        "assortativity": tables.whole_assortativity,
        "modularity": modularity,
        "core_correlation": lambda net: net.core.core(True, True)[2],
    }
    return made[name]


def flow_series(
    log: Log, unit: str, where: Mapping[str, object] | None, tz: Any, counted: str | None,
    measure: str | None,
) -> FlowSeries:  # fmt: skip
    """Return the flows of a log by a unit of time; see ``MessageLog.flows``."""
    names = (unit, *log.schema.flow)
    if measure is not None:
        log._check_measure(measure, names, where, tz)
    cube: Cube = log._ask(names, where, tz, None, counted, measure=measure)
    calendar = cube.axes[0].calendar
    if calendar is None or calendar.cyclic:
        raise QueryError(
            f"flows({unit!r}): a series is over periods in a row, such as week, month or year"
        )
    return FlowSeries(log, cube)
