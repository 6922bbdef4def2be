"""The sections of a report: each a function from the findings to HTML, "" where there is none."""

from __future__ import annotations

import os
from typing import Any

from .. import _charts
from .._i18n import heading, message
from ..axes import NOT_STATED
from . import markup
from .findings import Findings
from .markup import Cell, figure, safe, table

__all__ = [
    "Drawer", "about", "headline_figures", "headlines", "heads_of", "kinds", "made", "method",
    "over_time", "paragraph", "receivers", "refused", "senders", "week",
]  # fmt: skip

_DAYS_SHOWN = 366 * 2  # of a calendar with a square a day


class Drawer:
    """Turns specifications into figures, or into nothing where charts are left out."""

    def __init__(self, found: Findings, charts: bool) -> None:
        self.found = found
        self.charts = charts

    def __call__(self, spec: dict[str, Any], caption: str) -> str:
        """Return the drawn chart; its caption is also what a screen reader says."""
        if not self.charts:
            return ""
        from ..plot import Chart

        found = self.found
        words = f"{found.period_words()}; {_coverage(found)}"
        if found.log.synthetic:
            words += f"; {found.say('synthetic_short')}"
        return figure(
            Chart(spec, caption, markup.plain(words)).to_svg(titled=False), f"{caption}. {words}."
        )


def _coverage(found: Findings) -> str:
    seen, members = found.log.coverage
    return found.say("coverage", seen=found.integer(seen), members=found.integer(members))


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph."""
    name = f' class="{kind}"' if kind else ""
    return f"<p{name}>{markup.words(text)}</p>\n"


def heads_of(found: Findings, *names: str) -> list[Cell]:
    """Return column heads: the first ones texts, figures from the measure on."""
    texts = ("sender", "receiver", "bureau", "reason", "value", "region", "month", "day", "year")
    return [Cell(heading(name, found.language), number=name not in texts) for name in names]


def about(found: Findings) -> str:
    """The banner, and the facts that hold for every figure."""
    log, account = found.log, found.log.account
    banner = ""
    if log.synthetic:
        banner = f'<p class="banner" role="note">{safe(found.say("synthetic"))}</p>\n'
    rows = found.say(
        "rows",
        seen=found.integer(account.seen),
        accepted=found.integer(account.accepted),
        rejected=found.integer(account.rejected.count),
        duplicates=found.integer(account.duplicates),
    )
    given = found.say("period_given" if log.period_given else "period_seen")
    facts = [
        ("period_label", f"{found.period_words()} (UTC), {given}"),
        ("unit_label", found.say(f"unit_{log.unit}")),
        ("coverage_label", _coverage(found)),
        ("rows_label", rows),
        ("zone_label", found.zone),
    ]
    # Files by their name alone: where they lie is nobody's business.
    sources = [os.path.basename(name) for name in account.sources if "." in name]
    if sources and not log.synthetic:
        shown = ", ".join(sources[:5]) + (f" … ({len(sources):,})" if len(sources) > 5 else "")
        facts.append(("sources_label", shown))
    lines = "".join(
        f"<dt>{safe(found.say(key))}</dt><dd><bdi>{markup.words(words)}</bdi></dd>\n"
        for key, words in facts
    )
    return f'{banner}<dl class="about">{lines}</dl>\n'


def headline_figures(found: Findings) -> list[tuple[str, str]]:
    """The figures that people quote, each with what it is."""
    total, seconds = found.total, found.seconds
    cards = [
        (found.integer(total), found.say("total")),
        (found.number(total / seconds * 86_400), found.say("per_day")),
        (found.number(total / seconds), found.say("per_second")),
    ]
    seen, members = found.log.coverage
    if members:
        cards.append((f"{found.integer(seen)} / {found.integer(members)}",
                      found.say("members_seen")))  # fmt: skip
    if found.listed and found.possible:
        active = found.possible - len(found.silent)
        words = found.say("active_pairs", pairs=found.integer(found.possible))
        cards.append((found.integer(active), words))
    for axis in ("month", "day", "hour"):
        peak = found.busiest(axis)
        if peak is not None:
            label = found.month(peak[0]) if axis == "month" else peak[0]
            if axis == "hour":
                label = label.replace("T", " ") + ":00"
            if axis != "month":
                label = found.ltr(label)
            words = found.say("of_messages", count=found.integer(peak[1]))
            cards.append((label, found.say("of", head=found.say(f"busiest_{axis}"), words=words)))
    _, sent, order = found.largest("sender")
    ten = sum(value for _, value in order[:10])
    if len(order) > 10:
        cards.append((found.percent(ten / sum(sent)), found.say("top_share", count=10)))
    return cards


def headlines(found: Findings, _: Drawer) -> str:
    """The figures that people quote, as cards."""
    items = "".join(
        f"<li><strong>{markup.words(figure)}</strong><span>{safe(words)}</span></li>\n"
        for figure, words in headline_figures(found)
    )
    return f'<ul class="cards">{items}</ul>\n'


def over_time(found: Findings, draw: Drawer) -> str:
    """How many by month (by day or year for short and long periods)."""
    from .._drawing import months

    labels, values = found.over_time
    measure = heading("messages", found.language)
    title = found.say(f"{found.scale}s")
    if found.scale == "month":
        spec = months(labels, values, measure, found.language)
        names = [found.month(label) for label in labels]
    else:
        names = labels
        spec = _charts.columns(names, values, x="", y=measure, language=found.language)
    most, total = max(values, default=0) or 1, sum(values) or 1
    rows = [
        [Cell(name), Cell(found.integer(value), number=True, bar=value / most),
         Cell(found.percent(value / total), number=True)]
        for name, value in zip(names, values, strict=True)
    ]  # fmt: skip
    foot = [Cell(heading("total", found.language)), Cell(found.integer(sum(values)), number=True),
            Cell(found.percent(1), number=True)]  # fmt: skip
    heads = heads_of(found, found.scale, "messages", "share")
    chart = draw(spec, title)
    if chart and len(rows) > 16:
        return chart + _folded(found, table(title, heads, rows, total=foot))
    whole = table(title, heads, rows, total=foot, quiet=True)
    whole = f'<div class="side">{chart}{whole}</div>\n' if chart else whole
    return whole + _calendar(found, draw)


def _calendar(found: Findings, draw: Drawer) -> str:
    """A square a day, where the months before do not show days."""
    if not draw.charts or found.scale != "month" or found.seconds > _DAYS_SHOWN * 86_400:
        return ""
    from ..plot import plot

    spec = plot(found.count("day"), "calendar", language=found.language).spec
    return draw(spec, found.say("calendar"))


def _folded(found: Findings, inner: str) -> str:
    """A table that a chart stands for, to be opened."""
    return f"<details><summary>{safe(found.say('table_of'))}</summary>{inner}</details>\n"


def week(found: Findings, draw: Drawer) -> str:
    """The heat map of the hours of the week, with its table folded away."""
    from .._drawing import week as heat

    values = found.week
    if values is None:
        return paragraph(found.say("dates_only"))
    measure = heading("messages", found.language)
    chart = draw(heat(values, measure, found.language), found.say("week"))
    most = max(values) or 1
    # A row an hour: seven columns fit any page.
    rows = [
        [Cell(f"{hour:02}")]
        + [
            Cell(found.integer(value), number=True, shade=value / most)
            for value in values[hour::24]
        ]
        for hour in range(24)
    ]
    heads = [Cell(heading("hour_of_day", found.language))]
    heads += [Cell(message(f"day.{day}", found.language), number=True) for day in range(1, 8)]
    whole = table(found.say("week"), heads, rows, quiet=not chart)
    if chart:
        whole = _folded(found, whole)
    return paragraph(found.say("week_words", zone=found.zone)) + chart + whole


def senders(found: Findings, draw: Drawer) -> str:
    """The largest senders, and all members on a map of squares."""
    return _map(found, draw) + _largest(found, "sender", found.say("senders"))


def _map(found: Findings, draw: Drawer) -> str:
    from .._drawing import tile_places
    from ..errors import QueryError
    from ..plot import plot

    if not draw.charts:
        return ""
    try:
        spec = plot(found.count("sender"), "map", language=found.language).spec
    except QueryError:  # another world: none of its labels has a place
        return ""
    axis, _, order = found.largest("sender")
    names = found.names(axis)
    aside = ", ".join(names[at] for at, _ in order if axis.labels[at] not in tile_places())
    words = found.say("map_words")
    if aside:
        words += " " + found.say("map_aside", names=aside)
    return draw(spec, found.say("map")) + paragraph(words, "soft")


def receivers(found: Findings, draw: Drawer) -> str:
    """The largest receivers."""
    return _largest(found, "receiver", found.say("receivers"))


def _largest(found: Findings, axis: str, title: str) -> str:
    over, values, order = found.largest(axis)
    # Counted once each, a message to several is still one of each of its receivers.
    names, total = found.names(over), sum(values) or 1
    most = order[0][1] if order else 1
    rows, running = [], 0
    for rank, (at, value) in enumerate(order[: found.n], 1):
        running += value
        label = over.labels[at]
        rows.append(
            [
                Cell(names[at], code=label),
                Cell(found.integer(rank), number=True),
                Cell(found.integer(value), number=True, bar=value / most),
                Cell(found.percent(value / total), number=True),
                Cell(found.percent(running / total), number=True),
            ]
        )
    rest = len(order) - len(rows)
    total_row = None
    if rest > 0:
        left = total - running
        total_row = [
            Cell(message("others", found.language, count=found.integer(rest))),
            Cell(""),
            Cell(found.integer(left), number=True),
            Cell(found.percent(left / total), number=True),
            Cell(found.percent(1), number=True),
        ]
    heads = heads_of(found, axis, "rank", "messages", "share", "cumulative")
    words = found.say(
        "largest_words", count=found.integer(len(rows)), all=found.integer(len(order))
    )
    return paragraph(words) + table(title, heads, rows, total=total_row, wide=True, quiet=True)


def kinds(found: Findings, draw: Drawer) -> str:
    """Kinds, priorities and the like, where the log has them."""
    made = []
    for name in found.attributes:
        axis, values, order = found.largest(name)
        if not order or (len(order) == 1 and axis.labels[order[0][0]] == NOT_STATED):
            continue
        names, total, most = found.names(axis), sum(values), order[0][1]
        rows = [
            [Cell(names[at]), Cell(found.integer(value), number=True, bar=value / most),
             Cell(found.percent(value / total), number=True)]
            for at, value in order[: found.n]
        ]  # fmt: skip
        left = total - sum(value for _, value in order[: found.n])
        foot = None
        if left:
            words = message("others", found.language, count=found.integer(len(order) - found.n))
            foot = [Cell(words), Cell(found.integer(left), number=True),
                    Cell(found.percent(left / total), number=True)]  # fmt: skip
        heads = [Cell(heading(name, found.language)), *heads_of(found, "messages", "share")]
        made.append(table(heading(name, found.language).capitalize(), heads, rows, total=foot))
    if not made:
        return ""
    return f'<div class="pair">{"".join(f"<div>{one}</div>" for one in made)}</div>\n'


def refused(found: Findings, draw: Drawer) -> str:
    """What was not counted, by reason, column and value."""
    account = found.log.account
    if not account.rejected.count and not account.duplicates:
        return ""
    words = found.say(
        "refused_words",
        rejected=found.integer(account.rejected.count),
        duplicates=found.integer(account.duplicates),
    )
    if not account.rejected.count:
        return paragraph(words)
    top = account.rejected.by("reason", "column", "value").head(found.n)
    rows = [
        [
            Cell(message(f"reason.{row['reason']}", found.language)),
            Cell(row["column"]),
            Cell(row["value"][:80]),
            Cell(found.integer(row["rows"]), number=True),
        ]
        for row in top
    ]
    heads = [*heads_of(found, "reason"), Cell(heading("column", found.language)),
             *heads_of(found, "value", "rows")]  # fmt: skip
    return paragraph(words) + table(found.say("refused"), heads, rows, wide=True, quiet=True)


def method(found: Findings, draw: Drawer) -> str:
    """How the figures came about, and what to know before quoting them."""
    bureaus = found.log.domains["sender"]
    ours = "IPSG" in bureaus and "FRA" in bureaus
    notes = [
        found.say(
            "method_counts",
            days=found.number(found.seconds / 86_400),
            seconds=found.integer(found.seconds),
        ),
        found.say("method_rows"),
        found.say("method_members", senders=found.say("method_senders") if ours else "").strip(),
        found.say("method_reciprocity"),
    ]
    if ours:
        from ..members import members

        status = members.status.values()
        unverified = sum(counts["unverified"] for counts in status)
        total = sum(sum(counts.values()) for counts in status)
        notes.append(
            found.say(
                "method_reference",
                unverified=found.integer(unverified),
                total=found.integer(total),
            )
        )
    if found.log.synthetic:
        notes.insert(0, found.say("synthetic"))
    if not draw.charts:
        notes.append(found.say("method_charts"))
    return f'<ul class="plain">{"".join(f"<li>{safe(note)}</li>" for note in notes)}</ul>\n'


def made(found: Findings) -> str:
    """Who made this, and when."""
    from datetime import UTC, datetime

    from .. import __version__

    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    synthetic = f" {found.say('synthetic')}" if found.log.synthetic else ""
    return paragraph(found.say("made", version=__version__, time=found.ltr(now)) + synthetic)
