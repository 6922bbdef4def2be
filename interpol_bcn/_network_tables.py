"""Measures of position: what each bureau is in its network, as tables."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._network import Net, choice, network_of, number
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .flow import FlowMatrix

DIRECTIONS = ("all", "out", "in")
TRIANGLES = ("total", "cycle", "middleman", "in", "out")
PROFILES = ("sent", "received", "both")
_MOST_PASSES = 100_000
_WEIGHED = "the weight of a link is the number of its {unit}"

_DENOMINATORS = (
    "2 (d (d - 1) - 2 b)", "d_in d_out - b", "d_in d_out - b", "d_in (d_in - 1)",
    "d_out (d_out - 1)",
)  # fmt: skip


def _number(name: str, data: Any, digits: int = 4, unit: str | None = None) -> Column:
    return Column(name, data, "number", format=f"digits.{digits}", unit=unit)


def degree(flow: FlowMatrix, others: bool) -> Table:
    """See ``FlowMatrix.degree``."""
    net = network_of(flow, others)
    out, back = net.margins[:2]
    columns = [
        net.bureau_column(),
        Column("degree_out", out, "integer", unit="bureaus"),
        Column("degree_in", back, "integer", unit="bureaus"),
        Column("degree", list(map(int.__add__, out, back)), "integer", unit="links"),
    ]
    formula = "The number of bureaus written to, of bureaus heard from, and both added."
    return net.table(columns, "degree", formula, "degree", measure="degree", unit="bureaus")


def strength(flow: FlowMatrix, others: bool) -> Table:
    """See ``FlowMatrix.strength``."""
    net = network_of(flow, others)
    sent, received = net.margins[2:4]
    columns = [
        net.bureau_column(),
        Column("sent", sent, "integer", unit=flow.unit),
        Column("received", received, "integer", unit=flow.unit),
        Column("strength", list(map(int.__add__, sent, received)), "integer", unit=flow.unit),
    ]
    formula = f"The {flow.unit} sent to and received from the others, and both added."
    source = "strength; Barrat et al., PNAS 101 (2004)"
    return net.table(columns, "strength", formula, source, measure="strength")


def asymmetries(net: Net) -> tuple[array[float], array[float]]:
    """Return (sent - received) / all of each bureau, and the one-sided part; NaN of nothing."""
    nan = float("nan")
    _, _, sent, received, onesided = net.margins
    tilt, side = array("d"), array("d")
    for out, back, part in zip(sent, received, onesided, strict=True):
        tilt.append((out - back) / (out + back) if out + back else nan)
        side.append(part / (out + back) if out + back else nan)
    return tilt, side


def asymmetry(flow: FlowMatrix, others: bool) -> Table:
    """See ``FlowMatrix.asymmetry``."""
    net = network_of(flow, others)
    tilt, side = asymmetries(net)
    columns = [net.bureau_column(), _number("asymmetry", tilt), _number("one_sided", side)]
    formula = (
        "asymmetry is (sent - received) / (sent + received), from -1 to 1; one_sided is the "
        "sum over partners of |w_ij - w_ji|, over all that was sent and received."
    )
    return net.table(columns, "asymmetry", formula, "asymmetry", measure="asymmetry", unit="ratio")


def assortativities(net: Net, of: str, weighted: bool) -> list[float]:
    """Return the four correlations: out-out, out-in, in-out, in-in."""
    out, back = net.margins[:2] if of == "degree" else net.margins[2:4]
    first, second = array("d", out), array("d", back)
    return [
        net.core.assortativity(x, y, bool(weighted))
        for x in (first, second)
        for y in (first, second)
    ]


def assortativity(flow: FlowMatrix, of: str, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.assortativity``."""
    choice("of", of, ("strength", "degree"))
    net = network_of(flow, others)
    ways = ("out", "in")
    columns = [
        Column("sender", bytes((0, 0, 1, 1)), labels=ways),
        Column("receiver", bytes((0, 1, 0, 1)), labels=ways),
        _number("assortativity", array("d", assortativities(net, of, weighted))),
    ]
    counted = f"counted by its {flow.unit}" if weighted else "counted once"
    formula = (
        f"Pearson's correlation, over links, of the sender's {of} in one direction and the "
        f"receiver's in another, each link {counted}."
    )
    source = "assortativity; Newman, Phys. Rev. E 67 (2003); Foster et al., PNAS 107 (2010)"
    return net.table(
        columns, f"assortativity by {of}", formula, source, measure="assortativity",
        unit="correlation",
    )  # fmt: skip


def clustering(flow: FlowMatrix, kind: str, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.clustering``."""
    which = choice("kind", kind, TRIANGLES)
    net = network_of(flow, others)
    columns = [net.bureau_column(), _number("clustering", net.core.clustering(which, weighted))]
    formula = (
        f"Clustering of directed {'weighted ' if weighted else ''}networks, triangles of the "
        f"kind {kind!r}: their "
        f"{'cube roots of weights over the greatest' if weighted else 'number'}, over "
        f"{_DENOMINATORS[which]}."
    )
    source = "clustering; Fagiolo, Phys. Rev. E 76 (2007), table I"
    return net.table(
        columns, f"clustering ({kind})", formula, source, measure="clustering", unit="share, 0 to 1"
    )


def settled(passes: int, tolerance: float, what: str) -> None:
    """Raise QueryError where an iteration did not end."""
    if passes > _MOST_PASSES:
        raise QueryError(
            f"{what} does not settle to {tolerance:g} in {_MOST_PASSES:,} passes: the network "
            "has parts of equal weight, or nearly; ask for a larger tolerance"
        )


def ranks(net: Net, damping: float, tolerance: float, weighted: bool) -> Any:
    """PageRank, as the core gives it."""
    values, passes = net.core.pagerank(bool(weighted), damping, tolerance, _MOST_PASSES)
    settled(passes, tolerance, "pagerank")
    return values


def pagerank(
    flow: FlowMatrix, damping: float, tolerance: float, weighted: bool, others: bool
) -> Table:
    """See ``FlowMatrix.pagerank``."""
    damping = number("damping", damping, 0, 0.9999)
    tolerance = number("tolerance", tolerance, 1e-15, 1)
    net = network_of(flow, others)
    columns = [net.bureau_column(), _number("pagerank", ranks(net, damping, tolerance, weighted),
                                            5)]  # fmt: skip
    formula = (
        f"PageRank with damping {damping:g}: the share of time a reader "
        f"spends at a bureau who follows links {'by weight' if weighted else 'alike'}, and "
        "starts again at any bureau otherwise and from those that write to nobody."
    )
    source = "pagerank; Brin and Page, Comput. Networks ISDN Syst. 30 (1998)"
    return net.table(columns, "pagerank", formula, source, measure="pagerank", unit="share of all")


def vector(net: Net, tolerance: float, weighted: bool) -> Any:
    """The eigenvector, as the core gives it."""
    values, passes = net.core.eigenvector(bool(weighted), tolerance, _MOST_PASSES)
    settled(passes, tolerance, "eigenvector")
    return values


def eigenvector(flow: FlowMatrix, tolerance: float, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.eigenvector``."""
    tolerance = number("tolerance", tolerance, 1e-15, 1)
    net = network_of(flow, others)
    columns = [net.bureau_column(), _number("eigenvector", vector(net, tolerance, weighted), 5)]
    formula = (
        "The left eigenvector of the largest eigenvalue, of length 1: central "
        "is who receives from the central. All 0 in a network without cycles."
    )
    source = "eigenvector; Bonacich, Am. J. Sociol. 92 (1987)"
    return net.table(
        columns, "eigenvector centrality", formula, source, measure="eigenvector",
        unit="part of a vector of length 1",
    )  # fmt: skip


def between(net: Net, weighted: bool, normalized: bool) -> array[float]:
    """Betweenness, over (n - 1)(n - 2) where normalized."""
    n = len(net)
    scale = 1 / ((n - 1) * (n - 2)) if normalized and n > 2 else 1.0
    return array("d", [value * scale for value in memoryview(net.paths(weighted)[0])])


_LENGTHS = ("Paths are as long as their links together, a link being 1 / weight long.",
            "Each link is 1 long.")  # fmt: skip


def betweenness(flow: FlowMatrix, weighted: bool, normalized: bool, others: bool) -> Table:
    """See ``FlowMatrix.betweenness``."""
    net = network_of(flow, others)
    columns = [net.bureau_column(), _number("betweenness", between(net, weighted, normalized))]
    formula = (
        "The sum over ordered pairs of others of the share of their shortest paths that pass "
        f"here{', over (n - 1)(n - 2)' if normalized else ''}. "
        f"{_LENGTHS[not weighted]}"
    )
    source = "betweenness; Freeman, Sociometry 40 (1977)"
    unit = "share of pairs" if normalized else "pairs"
    return net.table(columns, "betweenness", formula, source, measure="betweenness", unit=unit)


def close(net: Net, weighted: bool, scaled: bool) -> list[array[float]]:
    """Closeness in and out."""
    far_out, far_in, reach_out, reach_in = (
        memoryview(part).tolist() for part in net.paths(weighted)[1:]
    )
    n = len(net)

    def near(far: float, reached: int) -> float:
        if not reached:
            return 0.0
        return reached / far * (reached / (n - 1) if scaled else 1.0)

    return [array("d", map(near, far_in, reach_in)), array("d", map(near, far_out, reach_out))]


def closeness(flow: FlowMatrix, weighted: bool, scaled: bool, others: bool) -> Table:
    """See ``FlowMatrix.closeness``."""
    net = network_of(flow, others)
    back, out = close(net, weighted, scaled)
    digits = 2 if weighted else 4
    columns = [
        net.bureau_column(),
        _number("closeness_in", back, digits),
        _number("closeness_out", out, digits),
    ]
    formula = (
        "The number of bureaus that reach this one (in), or that it reaches (out), over the "
        "sum of the lengths of the shortest paths"
        f"{', times their share of all others' if scaled else ''}. "
        f"{_LENGTHS[not weighted]}"
    )
    source = "closeness; Bavelas, J. Acoust. Soc. Am. 22 (1950)"
    if scaled:
        source += "; Wasserman and Faust, Social Network Analysis (1994)"
    unit = f"{flow.unit}, as paths are 1 / weight long" if weighted else "1 / links"
    return net.table(columns, "closeness", formula, source, measure="closeness_in", unit=unit)


def core_numbers(flow: FlowMatrix, direction: str, weighted: bool, others: bool) -> Table:
    """See ``FlowMatrix.k_core`` and ``s_core``."""
    way = choice("direction", direction, DIRECTIONS)
    net = network_of(flow, others)
    name = "s_core" if weighted else "k_core"
    unit = flow.unit if weighted else "links"
    column = Column(name, memoryview(net.core.cores(way, weighted)), "integer", unit=unit)
    which = {"all": "", "out": " sent", "in": " received"}[direction]
    source = (
        "s_core; Eidsaa and Almaas, Phys. Rev. E 88 (2013)"
        if weighted
        else "k_core; Seidman, Social Networks 5 (1983)"
    )
    formula = (
        f"The largest number for which the bureau belongs to a part of the network in which "
        f"each has at least as many {unit}{which} with the others of that part."
    )
    title = f"{'s' if weighted else 'k'}-core"
    columns = [net.bureau_column(), column]
    return net.table(columns, title, formula, source, measure=name, unit=unit)


def similarity(flow: FlowMatrix, bureau: object, profile: str, others: bool) -> Table:
    """See ``FlowMatrix.similarity``."""
    which = choice("profile", profile, PROFILES)
    net = network_of(flow, others)
    n = len(net)
    at = None
    if bureau is not None:
        code = net.axis.index(bureau)
        if code not in net.codes:
            raise QueryError(f"{bureau!r} is not among the {n:,} bureaus of this network")
        at = net.codes.index(code)
    cells = memoryview(net.core.cosine(which))
    if at is None:
        pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    else:
        pairs = [(at, b) for b in range(n) if b != at]
    values = array("d", [cells[a * n + b] for a, b in pairs])
    if at is not None:
        order = sorted(range(len(pairs)), key=lambda row: -values[row])
        pairs, values = [pairs[row] for row in order], array("d", [values[r] for r in order])
    columns = [
        net.bureau_column([a for a, _ in pairs]),
        net.bureau_column([b for _, b in pairs], "other"),
        _number("similarity", values),
    ]
    whom = {"sent": "sent to", "received": "received from", "both": "exchanged with"}[profile]
    formula = (
        f"The cosine of the angle between what two bureaus {whom} everyone: 1 for the same "
        "partners in the same proportions, 0 for none in common."
    )
    return net.table(
        columns, f"similarity of partners ({profile})", formula, "similarity",
        measure="similarity", unit="cosine",
    )  # fmt: skip


# What a series can ask, by name: per bureau, or of the whole network.

Bureaus = Callable[[Net], Sequence[Any]]


def _core_level(weighted: bool) -> Bureaus:
    return lambda net: net.core.cores(0, weighted)  # type: ignore[return-value]


PER_BUREAU: dict[str, tuple[str, Bureaus]] = {
    "degree_out": ("integer", lambda net: net.margins[0]),
    "degree_in": ("integer", lambda net: net.margins[1]),
    "sent": ("integer", lambda net: net.margins[2]),
    "received": ("integer", lambda net: net.margins[3]),
    "strength": ("integer", lambda net: list(map(int.__add__, *net.margins[2:4]))),
    "asymmetry": ("number", lambda net: asymmetries(net)[0]),
    "one_sided": ("number", lambda net: asymmetries(net)[1]),
    "clustering": ("number", lambda net: net.core.clustering(0, True)),  # type: ignore[dict-item, return-value]
    "pagerank": ("number", lambda net: ranks(net, 0.85, 1e-12, True)),
    "eigenvector": ("number", lambda net: vector(net, 1e-12, True)),
    "betweenness": ("number", lambda net: between(net, True, True)),
    "closeness_in": ("number", lambda net: close(net, True, True)[0]),
    "closeness_out": ("number", lambda net: close(net, True, True)[1]),
    "k_core": ("integer", _core_level(False)),
    "s_core": ("integer", _core_level(True)),
}


def whole_assortativity(net: Net) -> float | None:
    """The correlation of what senders sent and receivers received, over links by weight."""
    found: float = assortativities(net, "strength", True)[1]
    return None if isnan(found) else found
