"""The section on position: what the most telling measures of a network say of its members."""

from __future__ import annotations

from ..errors import QueryError
from .findings import Findings
from .markup import Cell, table
from .sections import Drawer, heads_of, paragraph

__all__ = ["position"]

_DENSE = 0.5  # above, the number of partners tells members hardly apart


def position(found: Findings, draw: Drawer) -> str:
    """The members that exchange most, and what they are in the network."""
    if not found.listed or not found.possible or found.flow.total() == 0:
        return ""
    flow = found.flow
    try:
        strength = flow.strength()
        measures = {name: getattr(flow, name)()[name].tolist()
                    for name in ("pagerank", "betweenness", "s_core", "asymmetry")}  # fmt: skip
        roles = flow.core_periphery()["role"].tolist()
        groups = flow.communities()
        modularity = flow.modularity(groups)
    except QueryError:  # an iteration that does not settle, a world beyond the measures
        return ""
    rank, between, core, tilt = measures.values()
    labels, amounts = strength["bureau"].tolist(), strength["strength"].tolist()
    order = sorted((at for at, amount in enumerate(amounts) if amount), key=lambda at: -amounts[at])
    if not order:
        return ""
    shown, most = order[: found.n], amounts[order[0]]
    names = found.bureau_names
    rows = [
        [
            Cell(names.get(labels[at], labels[at]), code=labels[at]),
            Cell(found.integer(amounts[at]), number=True, bar=amounts[at] / most),
            Cell("" if tilt[at] != tilt[at] else found.percent(tilt[at]), number=True),
            Cell(found.percent(rank[at], 2), number=True),
            Cell(found.percent(between[at], 2), number=True),
            Cell(found.integer(core[at]), number=True),
            Cell(found.say(f"role_{roles[at]}")),
        ]
        for at in shown
    ]
    density = 1 - len(found.silent) / found.possible
    words = found.say("position_words", count=found.integer(len(shown)),
                      all=found.integer(len(order)))  # fmt: skip
    if density > _DENSE:
        words += " " + found.say("position_dense", density=found.percent(density))
    parts = found.say(
        "position_groups",
        core=found.integer(roles.count("core")),
        groups=found.integer(max(groups["community"].tolist(), default=0)),
        modularity=found.number(modularity, 2),
    )
    heads = heads_of(found, "bureau", "strength", "asymmetry", "pagerank", "betweenness", "s_core")
    heads.append(Cell(found.say("role")))
    meaning = f"{found.say('position_meaning')} {parts}"
    made = paragraph(words) + table(found.say("position"), heads, rows, wide=True, quiet=True)
    return made + paragraph(meaning, "soft")
