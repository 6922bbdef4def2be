"""The sections about who writes to whom: regions, pairs, silence, the shape of the network."""

from __future__ import annotations

from .._i18n import heading
from .findings import Findings
from .markup import Cell, table
from .sections import Drawer, heads_of, paragraph

__all__ = ["network", "pairs", "regions", "silent"]

_LEAST = 0.0001  # chances below are said to be below


def regions(found: Findings, draw: Drawer) -> str:
    """Who writes to whom by region: shades, sums of rows and columns."""
    if found.regions is None:
        return ""
    names, cells = found.regions
    most = max((value for row in cells for value in row), default=0) or 1
    sums = [sum(column) for column in zip(*cells, strict=True)]
    rows = [
        [Cell(name), *(Cell(found.integer(value), number=True, shade=value / most)
                       for value in row), Cell(found.integer(sum(row)), number=True)]
        for name, row in zip(names, cells, strict=True)
    ]  # fmt: skip
    total = heading("total", found.language)
    foot = [Cell(total), *(Cell(found.integer(value), number=True) for value in sums),
            Cell(found.integer(sum(sums)), number=True)]  # fmt: skip
    sender, receiver = (heading(name, found.language) for name in ("sender", "receiver"))
    corner = f"{sender} \\ {receiver}"
    heads = [Cell(corner), *(Cell(name, number=True) for name in names), Cell(total, number=True)]
    words = found.say("regions_words", day=found.ltr(found.days[1][:10]))
    return paragraph(words) + table(
        found.say("regions"), heads, rows, total=foot, wide=True, quiet=True
    )


def pairs(found: Findings, draw: Drawer) -> str:
    """The pairs that wrote most, and a map of the largest bureaus."""
    from ..plot import plot

    top = found.flow.top(found.n)
    first, second = found.flow.axes
    measure = found.flow.measure
    names = dict(zip(first.labels, found.names(first), strict=True)) if found.listed else {}
    most = max(top[measure].tolist(), default=0) or 1
    rows = [
        [
            Cell(names.get(row["sender"], row["sender"]), code=row["sender"]),
            Cell(names.get(row["receiver"], row["receiver"]), code=row["receiver"]),
            Cell(found.integer(row[measure]), number=True, bar=row[measure] / most),
            Cell(found.percent(row["share"] or 0, 2), number=True),
        ]
        for row in top
        if row[measure]
    ]
    chart = ""
    if found.listed and draw.charts and len(second) > 2:
        spec = plot(found.flow, "heat", n=20, language=found.language).spec
        caption = f"{heading('sender', found.language)} × {heading('receiver', found.language)}"
        chart = draw(spec, caption)
    heads = heads_of(found, "sender", "receiver", "messages", "share")
    return paragraph(found.say("pairs_words")) + chart + table(
        found.say("pairs"), heads, rows, wide=True, quiet=True)  # fmt: skip


def silent(found: Findings, draw: Drawer) -> str:
    """Who never wrote to whom."""
    if not found.listed:
        members = found.integer(len(found.flow._common))
        return paragraph(found.say("too_many", members=members))
    if not found.possible:
        return ""
    if not found.silent:
        return paragraph(found.say("silent_none"))
    count, every = len(found.silent), found.possible
    made = paragraph(
        found.say(
            "silent_words",
            count=found.integer(count),
            pairs=found.integer(every),
            share=found.percent(count / every),
        )
    )
    made += _missing(found)
    if found.never:
        names = found.names(found.flow.axes[0])
        listed = ", ".join(sorted(names[at] for at in found.never))
        head = f"{found.say('never')} ({found.integer(len(found.never))})"
        made += paragraph(found.say("of", head=head, words=f"{listed}."))
    return made


def _missing(found: Findings) -> str:
    """The silent pairs of which most is expected, with the interval of the model."""
    missing = found.missing
    if missing is None or not len(missing):
        return ""
    names = found.bureau_names
    rows = [
        [
            *(Cell(names[row[side]], code=row[side]) for side in ("sender", "receiver")),
            Cell(found.number(row["expected"], 1), number=True),
            Cell(f"{found.integer(row['low'])} – {found.integer(row['high'])}", number=True),
            Cell(found.percent(row["silence"], 2) if row["silence"] >= _LEAST
                 else f"< {found.percent(_LEAST, 2)}", number=True),
        ]
        for row in missing.head(found.n)
    ]  # fmt: skip
    heads = [*heads_of(found, "sender", "receiver", "expected"),
             Cell(found.say("interval"), number=True), *heads_of(found, "silence")]  # fmt: skip
    words = found.say(
        "missing_words",
        against=found.integer(sum(low > 0 for low in missing["low"].tolist())),
        count=found.integer(len(missing)),
        expected=found.number(sum(missing["expected"].tolist()), 0),
    )
    return paragraph(words) + table(found.say("missing"), heads, rows, wide=True)


def network(found: Findings, draw: Drawer) -> str:
    """Concentration, reciprocity, density: one row a measure, with what it means."""
    flow = found.flow
    if not found.listed:
        return ""
    rows: list[tuple[str, str, str]] = []
    if found.possible:
        active = found.possible - len(found.silent)
        rows.append(("density", found.percent(active / found.possible), "density_is"))
    rows.append(("reciprocity", found.percent(flow.reciprocity()), "reciprocity_is"))
    rows.append(("links", found.percent(flow.reciprocity(weighted=False)), "links_is"))
    sent, received = (flow.concentration(by).row(0) for by in ("sender", "receiver"))
    rows += [
        ("gini_sent", found.number(sent["gini"], 3), "gini_is"),
        ("gini_received", found.number(received["gini"], 3), "gini_is"),
        ("hhi_sent", found.number(sent["hhi"], 4), "hhi_is"),
    ]
    half = found.say(
        "and", first=found.integer(sent["half"]), second=found.integer(sent["four_fifths"])
    )
    rows.append(("half_sent", half, "half_is"))
    rows.append(("self", found.integer(flow.self_messages), "self_is"))
    cells = [
        [Cell(found.say(name)), Cell(figure, number=True), Cell(found.say(meaning))]
        for name, figure, meaning in rows
    ]
    heads = [Cell(found.say("measure")), Cell(heading("value", found.language), number=True),
             Cell(found.say("meaning"))]  # fmt: skip
    return table(found.say("network"), heads, cells, wide=True, quiet=True)
