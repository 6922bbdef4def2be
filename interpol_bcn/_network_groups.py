"""Groups of bureaus: cores, components, communities, regions."""

from __future__ import annotations

from array import array
from math import isnan
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._network import Net, choice, network_of, number
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .flow import FlowMatrix

PATTERNS = ("either", "both")
ROLES = ("core", "periphery")


def core_periphery(flow: FlowMatrix, pattern: str, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.core_periphery``."""
    which = choice("pattern", pattern, PATTERNS)
    net = network_of(flow, others)
    core, links, correlation = net.core.core(which == 0, weighted)
    members = memoryview(core).tolist()
    unit = flow.unit if weighted else "links"
    columns = [
        net.bureau_column(),
        Column("role", bytes(1 - one for one in members), labels=ROLES),
        Column("with_core", memoryview(links), "integer", unit=unit),
    ]
    fit = "no division fits" if isnan(correlation) else f"correlation {correlation:.4f}"
    where = "at least one of a pair is core" if which == 0 else "both of a pair are core"
    formula = (
        f"The division into core and periphery whose ideal pattern (1 where {where}, else 0) "
        f"correlates best with the {unit} of ordered pairs, found "
        "from the strongest bureaus by the best single changes while any helps."
    )
    note = f"{sum(members):,} in the core, {fit}"
    source = "core_periphery; Borgatti and Everett, Social Networks 21 (1999)"
    return net.table(
        columns, "core and periphery", formula, source, note=note, measure="with_core", unit=unit
    )


def _numbered(places: list[int], count: int) -> tuple[array[int], array[int]]:
    """Number groups from 1, the largest first, equal ones in order; each row's, and its size."""
    sizes = [0] * count
    for place in places:
        sizes[place] += 1
    order = sorted(range(count), key=lambda group: -sizes[group])
    rank = {group: at for at, group in enumerate(order, 1)}
    return array("q", [rank[p] for p in places]), array("q", [sizes[p] for p in places])


def _grouped(net: Net, name: str, places: list[int], count: int) -> list[Column]:
    ranks, sizes = _numbered(places, count)
    return [
        net.bureau_column(),
        Column(name, ranks, "integer", format="plain"),
        Column("bureaus", sizes, "integer"),
    ]


def components(flow: FlowMatrix, kind: str, others: bool) -> Table:
    """See ``FlowMatrix.components``."""
    strong = choice("kind", kind, ("weak", "strong")) == 1
    net = network_of(flow, others)
    found, count = net.core.components(strong)
    columns = _grouped(net, "component", memoryview(found).tolist(), count)
    formula = (
        "Bureaus of one component reach each other along links"
        f"{', in their direction' if strong else ', whatever their direction'}."
    )
    note = f"{count:,} {kind} component{'' if count == 1 else 's'}"
    source = "components" + ("; Tarjan, SIAM J. Comput. 1 (1972)" if strong else "")
    return net.table(
        columns, f"{kind} components", formula, source, note=note, measure="bureaus", unit="bureaus"
    )


def communities(flow: FlowMatrix, resolution: float, seed: int, others: bool) -> Table:
    """See ``FlowMatrix.communities``."""
    resolution = number("resolution", resolution, 0, 1e6)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
        raise QueryError(f"seed={seed!r}: a whole number from 0 up to 2**64")
    net = network_of(flow, others)
    found, count = net.core.communities(resolution, seed)
    quality = net.core.modularity(found, count, resolution)
    columns = _grouped(net, "community", memoryview(found).tolist(), count)
    formula = (
        f"Communities of the greatest directed, weighted modularity found (resolution "
        f"{resolution:g}) by the Leiden algorithm, seed {seed}: each hangs together. Modularity "
        f"{quality!r}."
    )
    note = f"{count:,} communities, modularity {quality:.4f}"
    source = (
        "communities; Leicht and Newman, Phys. Rev. Lett. 100 (2008); Traag, Waltman and van Eck, "
        "Sci. Rep. 9 (2019)"
    )
    return net.table(
        columns, "communities", formula, source, note=note, measure="bureaus", unit="bureaus"
    )


def modularity(flow: FlowMatrix, groups: Any, resolution: float, others: bool) -> float:
    """See ``FlowMatrix.modularity``."""
    resolution = number("resolution", resolution, 0, 1e6)
    net = network_of(flow, others)
    if isinstance(groups, str):
        labels, places = net.groups(groups)
        return float(net.core.modularity(places, len(labels), resolution))
    if not isinstance(groups, Table) or "bureau" not in groups:
        raise QueryError(
            f"groups={groups!r:.60}: the name of a table of the bureaus, or a Table with the "
            "columns bureau and community"
        )
    column = next(
        (name for name in ("community", "component", "role", "group") if name in groups), None
    )
    if column is None:
        raise QueryError("a division has a column community, component, role or group")
    of = dict(zip(groups["bureau"].tolist(), groups[column].tolist(), strict=True))
    lacking = [label for label in net.labels if label not in of]
    if lacking:
        raise QueryError(f"no {column} for {', '.join(lacking[:5])}")
    kinds: dict[Any, int] = {}
    places = array("I", [kinds.setdefault(of[label], len(kinds)) for label in net.labels])
    return float(net.core.modularity(places, len(kinds), resolution))


def _index(internal: int, external: int) -> float:
    both = internal + external
    return (external - internal) / both if both else float("nan")


def ei_total(net: Net, table: str) -> float:
    """The E-I index of the whole network, NaN without links."""
    labels, places = net.groups(table)
    weights = memoryview(net.core.blocks(places, len(labels))[0]).tolist()
    inside = sum(weights[at * len(labels) + at] for at in range(len(labels)))
    return _index(inside, net.core.weight - inside)


def ei_index(flow: FlowMatrix, table: str, each: str, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.ei_index``."""
    choice("each", each, ("group", "bureau"))
    net = network_of(flow, others)
    labels, places = net.groups(table)
    unit = flow.unit if weighted else "links"
    count = len(labels)
    cells = memoryview(net.core.blocks(places, count)[0 if weighted else 1]).tolist()
    inside = sum(cells[at * count + at] for at in range(count))
    total = sum(cells)
    if each == "group":
        internal = [cells[at * count + at] for at in range(count)]
        rows = [sum(cells[at * count : (at + 1) * count]) for at in range(count)]
        heard = [sum(cells[at::count]) for at in range(count)]
        external = [rows[at] + heard[at] - 2 * internal[at] for at in range(count)]
        used = [at for at in range(count) if at in places]
        axis_name = f"bureau.{table}"
        first = [
            Column(axis_name, array("I", used), labels=labels),
            Column("bureaus", [list(places).count(at) for at in used], "integer"),
        ]
        internal, external = ([part[at] for at in used] for part in (internal, external))
    else:
        own, all_of = _own_and_all(net, places, weighted)
        internal, external = own, [whole - part for whole, part in zip(all_of, own, strict=True)]
        first = [net.bureau_column()]
    columns = [
        *first,
        Column("internal", internal, "integer", unit=unit),
        Column("external", external, "integer", unit=unit),
        Column("ei_index", array("d", map(_index, internal, external)), "number",
               format="digits.4"),
    ]  # fmt: skip
    whole = _index(inside, total - inside)
    words = "no links" if isnan(whole) else f"E-I index of all {whole:.4f}"
    formula = (
        f"(external - internal) / (external + internal) of the {unit} within and across the "
        f"values of {table!r}, sent and received: -1 all within, 1 "
        "all across. What is internal to a group is counted once there, and of a bureau both "
        "ways."
    )
    source = "ei_index; Krackhardt and Stern, Soc. Psychol. Q. 51 (1988)"
    return net.table(
        columns, f"E-I index by {table}", formula, source, note=words, measure="ei_index", unit=unit
    )


def _own_and_all(net: Net, places: array[int], weighted: bool) -> tuple[list[int], list[int]]:
    """What each bureau exchanged within its own group, and in all."""
    own = [0] * len(net)
    senders, receivers, weights = (memoryview(part).tolist() for part in net.core.edges())
    for a, b, weight in zip(senders, receivers, weights, strict=True):
        if places[a] == places[b]:
            value = weight if weighted else 1
            own[a] += value
            own[b] += value
    one, two = net.margins[2:4] if weighted else net.margins[:2]
    return own, list(map(int.__add__, one, two))
