"""The tables of service: by axes, curves, backlogs, pairs."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._confidence import check_level
from ._cube_words import told
from ._durations import check_unit, parse_duration
from ._matched import ANSWERED, OPEN
from .errors import QueryError, did_you_mean, suggest
from .query import check_names
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .responses import Responses

__all__ = ["asymmetry", "backlog", "by", "curve", "flow", "matching"]

_MEDIAN, _P90 = (0, 1, 2), (0, 9, 10)
_RANKS = [_MEDIAN, _P90, (0, 1, 1)]
_STATES = (ANSWERED, OPEN)  # the first two of the axis request_state
_STATISTICS = {"median": _MEDIAN, "p90": _P90}
_MOST = 2**63 - 1
_QUANTILES = "type 1 of Hyndman and Fan, 1996, The American Statistician 50"
_PRODUCT_LIMIT = "Kaplan and Meier, J. Am. Statist. Assoc. 53 (1958)"
_GREENWOOD = "interval of Greenwood (1926) on log(-log S)"


class _Times:
    """Microseconds as values of a unit, for columns."""

    def __init__(self, unit: str) -> None:
        self.short, self.length = check_unit(unit)
        self.words = f"times in {unit}s"

    def value(self, time: int | None) -> float | int | None:
        if time is None or self.length == 1:
            return time
        return time / self.length

    def column(self, name: str, times: Sequence[int | None]) -> Column:
        kind = "integer" if self.length == 1 else "number"
        return Column(name, [self.value(time) for time in times], kind, unit=self.short)


def _label_columns(axes: Sequence[Axis], cells: Sequence[int]) -> list[Column]:
    """The labels of some cells, a column for each axis."""
    columns = []
    stride = math.prod(len(axis) for axis in axes)
    for axis in axes:
        size = max(1, len(axis))
        stride //= size
        codes = array("I", [cell // stride % size for cell in cells])
        columns.append(Column(axis.name, codes, labels=axis.labels, names=axis.all_names))
    return columns


def matching(found: Responses) -> str:
    """Say which reply answers a request."""
    whose = "anyone" if found._anyone else "the asked bureau"
    return (
        f"A request is a row that asks; it is answered by the first reply to it from {whose} to "
        "the asker that was sent no earlier than it and before the end."
    )


def _title(words: str, axes: Sequence[Axis]) -> str:
    return f"{words} by {' and '.join(axis.name for axis in axes)}" if axes else words


def by(
    found: Responses, names: tuple[str, ...], where: Any, tz: Any, asof: Any, within: object,
    horizon: object, censored: bool, unit: str, zeros: bool,
) -> Table:  # fmt: skip
    """See ``Responses.by``."""
    times = _Times(unit)
    matched = found._matched
    names = check_names(names)
    limits = _limits(found, within)
    to = None if horizon is None else parse_duration(horizon, "horizon")
    # One look at the rows for both: what became of a request is the innermost axis.
    split, axes, laid = matched.question((*names, "request_state"), where, tz, asof, _STATES)
    axes, size, every = axes[:-1], len(axes[-1]), len(_RANKS)
    counts, values = matched.select(split, laid.cells, _RANKS)
    answered, still = counts[0::size], counts[1::size]
    cells = [
        cell for cell in range(len(still)) if zeros or not names or answered[cell] or still[cell]
    ]
    requests = [answered[cell] + still[cell] for cell in cells]

    def quantile(at: int) -> list[int | None]:
        return [values[every * size * cell + at] if answered[cell] else None for cell in cells]

    parts = [
        answered[cell] / total if total else None
        for cell, total in zip(cells, requests, strict=True)
    ]
    columns = [
        *_label_columns(axes, cells),
        Column("requests", requests, "integer"),
        Column("answered", [answered[cell] for cell in cells], "integer"),
        Column("open", [still[cell] for cell in cells], "integer"),
        Column("answered share", parts, "number", format="percent"),
        times.column("median", quantile(0)),
        times.column("p90", quantile(1)),
    ]
    if censored or to is not None:
        both, _, _ = matched.question(names, where, tz, asof, _STATES)
        medians, means = _survival(found, both, len(still), [0.5, 0.1], to or 0)
        if censored:
            for at, name in enumerate(("median of all", "p90 of all")):
                chosen = [medians[2 * cell + at] for cell in cells]
                columns.append(times.column(name, [one if one >= 0 else None for one in chosen]))
        if to is not None:
            mean = [
                means[cell] / times.length if total else None
                for cell, total in zip(cells, requests, strict=True)
            ]
            columns.append(Column("mean to horizon", mean, "number", unit=times.short))
    if limits:
        columns += _in_time(found, names, where, tz, asof, limits, cells)
    oldest = [values[every * (size * cell + 2) - 1] if still[cell] else None for cell in cells]
    columns.append(times.column("oldest open", oldest))
    title = _title("Requests and their answers", axes)
    note = f"{found._note(laid)}; {times.words}"
    explain = (
        f"{matching(found)} Of those answered, median and p90 are the least times within which "
        "half and nine tenths were; of all, those of the product-limit estimate, in which open "
        "requests are censored at the end. "
        + told(
            found._words(laid), f"Responses.by; {_QUANTILES}; {_PRODUCT_LIMIT}", times.words,
            f"Of the whole log: {'; '.join(repr(found).splitlines())}",
        )
    )  # fmt: skip
    return Table.from_columns(columns, title=title, note=note, explain=explain, measure="requests")


def _survival(
    found: Responses, question: Any, cells: int, levels: list[float], horizon: int
) -> tuple[list[int], list[float]]:
    matched = found._matched
    if not len(matched.log):
        return [-1] * cells * len(levels), [float(horizon)] * cells
    numbers = matched.number("response_time"), matched.number("request_state")
    quantiles, means = matched.log.run_survival(question, numbers, levels, horizon)
    areas: Any = memoryview(means).tolist()
    return memoryview(quantiles).tolist(), areas


def _limits(found: Responses, within: object) -> list[tuple[dict[str, object], int]]:
    """The limits with what they hold for: one for all, or one for each priority."""
    if within is None:
        return []
    if not isinstance(within, Mapping):
        return [({}, parse_duration(within, "within"))]
    if "priority" not in found._matched.log.columns:
        raise QueryError("within= per priority needs the priority of each message")
    return [
        ({"priority": label}, parse_duration(limit, f"within[{label!r}]"))
        for label, limit in within.items()
    ]


def _in_time(
    found: Responses, names: tuple[str, ...], where: Any, tz: Any, asof: Any,
    limits: list[tuple[dict[str, object], int]], cells: Sequence[int],
) -> list[Column]:  # fmt: skip
    """Who was answered within the limit, of those that are due."""
    where = dict(where or {})
    due, kept = [0] * len(cells), [0] * len(cells)
    for only, limit in limits:
        if "priority" in only and "priority" in where:
            raise QueryError("within= per priority and where={'priority': ...} exclude each other")
        asked = {**where, **only}
        matched = found._matched
        early = matched.counts(names, asked, tz, asof, (ANSWERED,), (0, limit + 1))
        late = matched.counts(names, asked, tz, asof, (ANSWERED, OPEN), (limit + 1, _MOST))
        for at, cell in enumerate(cells):
            kept[at] += early[cell]
            due[at] += early[cell] + late[cell]
    share = [k / d if d else None for k, d in zip(kept, due, strict=True)]
    return [
        Column("due", due, "integer"),
        Column("in time", kept, "integer"),
        Column("within", share, "number", format="percent"),
    ]


# The curve


def curve(
    found: Responses, names: tuple[str, ...], where: Any, tz: Any, asof: Any, at: Any,
    level: float, unit: str,
) -> Table:  # fmt: skip
    """See ``Responses.curve``."""
    times = _Times(unit)
    z = NormalDist().inv_cdf((1 + check_level(level)) / 2)
    names = check_names(names)
    matched = found._matched
    if isinstance(at, (str, bytes)):
        raise QueryError(f"at={at!r}: give a list of times, such as ['1h', '1d']")
    wanted = None if at is None else sorted(parse_duration(one, "at") for one in at)
    question, axes, laid = matched.question(names, where, tz, asof, _STATES)
    numbers = matched.number("response_time"), matched.number("request_state")
    steps: list[list[Any]] = [[]] * 6
    if len(matched.log):
        steps = [memoryview(one).tolist() for one in matched.log.run_survival(question, numbers)]
    groups, when, risk, ended, left, sums = steps
    rows: list[tuple[int, int, int, int, float, float]] = []
    total = 0
    for row, (group, time) in enumerate(zip(groups, when, strict=True)):
        total = ended[row] + (total if row and groups[row - 1] == group else 0)
        rows.append((group, time, risk[row], total, left[row], sums[row]))
    if wanted is not None:
        rows = _at(found, names, where, tz, asof, wanted, rows, laid.cells)
    low, high = [], []
    for *_, survival, greenwood in rows:
        ends = _interval(survival, greenwood, z)
        low.append(ends[0])
        high.append(ends[1])
    columns = [
        *_label_columns(axes, [row[0] for row in rows]),
        times.column("time", [row[1] for row in rows]),
        Column("at risk", [row[2] for row in rows], "integer"),
        Column("answered", [row[3] for row in rows], "integer"),
        Column("survival", [row[4] for row in rows], "number"),
        Column("low", low, "number"),
        Column("high", high, "number"),
    ]
    note = f"{found._note(laid)}; {times.words}; intervals of {level:.3g}"
    return Table.from_columns(
        columns, title=_title("Requests not yet answered", axes), note=note, measure="survival",
        explain=f"{matching(found)} S(t) is the product over the times up to t of (n - d) / n, "
        "with n requests at risk and d answered there; open requests are censored at the end. "
        + told(
            found._words(laid), f"Responses.curve; {_PRODUCT_LIMIT}; {_GREENWOOD}", times.words,
            f"intervals of {level:.3g}", unit="share of requests not yet answered",
        ),
    )  # fmt: skip


def _at(
    found: Responses, names: Any, where: Any, tz: Any, asof: Any, wanted: list[int],
    rows: list[tuple[int, int, int, int, float, float]], cells: int,
) -> list[tuple[int, int, int, int, float, float]]:  # fmt: skip
    """The curves at chosen times: the last step up to each."""
    risks = [
        found._matched.counts(names, where, tz, asof, (ANSWERED, OPEN), (time, _MOST))
        for time in wanted
    ]
    everyone = found._matched.counts(names, where, tz, asof, (ANSWERED, OPEN), (0, _MOST))
    made = []
    row = 0
    for cell in range(cells):
        last = (0, 1.0, 0.0)
        for place, time in enumerate(wanted):
            while row < len(rows) and rows[row][0] == cell and rows[row][1] <= time:
                last = rows[row][3:]
                row += 1
            if everyone[cell]:
                made.append((cell, time, risks[place][cell], *last))
        while row < len(rows) and rows[row][0] == cell:
            row += 1
    return made


def _interval(survival: float, greenwood: float, z: float) -> tuple[float | None, float | None]:
    """Greenwood's interval on log(-log S)."""
    if survival >= 1:
        return 1.0, 1.0
    if survival <= 0 or math.isinf(greenwood):
        return None, None
    width = z * math.sqrt(greenwood) / abs(math.log(survival))
    return survival ** math.exp(width), survival ** math.exp(-width)


# The backlog


def backlog(found: Responses, every: str, bands: Sequence[object], where: Any, tz: Any) -> Table:
    """See ``Responses.backlog``."""
    from ._moments_of import unit_ends
    from ._zones import resolve_zone

    if isinstance(bands, (str, bytes)):
        raise QueryError(f"bands={bands!r}: give a list of ages, such as ['1d', '7d']")
    ages = [parse_duration(band, "bands") for band in bands]
    matched = found._matched
    question, _, laid = matched.question((), where, tz, None, _STATES)
    zone = resolve_zone(tz)
    start, stop = matched.log.period
    labels, moments = unit_ends(every, zone, start, min(stop, max(start, found._end)))
    count = len(moments)
    numbers = tuple(map(matched.number, ("sent_at", "response_time", "request_state")))
    lines = [[0] * count for _ in range(2 + 1 + len(ages))]
    if len(matched.log) and count:
        figures = memoryview(
            matched.log.run_backlog(question, numbers, array("q", moments), array("q", [0, *ages]))  # type: ignore[arg-type]
        ).tolist()
        lines = [figures[at * count : (at + 1) * count] for at in range(len(lines))]
    columns = [
        Column(every, labels, "label"),
        Column("sent", lines[0], "integer"),
        Column("answered", lines[1], "integer"),
        Column("open", lines[2], "integer"),
    ]
    for band, line in zip(bands, lines[3:], strict=True):
        columns.append(Column(f"open {band}", line, "integer"))
    words = ["requests sent before the period are not known"]
    if zone.key != "UTC":
        words.append(f"{every}s of {zone.key}")
    return Table.from_columns(
        columns, title=f"Open requests at the end of each {every}",
        note="; ".join([found._note(laid), *words]), measure="open",
        explain=f"{matching(found)} Open is open before, plus sent, less answered, exactly; the "
        "columns of ages are the part of it open for at least so long. "
        + told(found._words(laid), "Responses.backlog", *words),
    )  # fmt: skip


# Pairs


def _pairs(
    found: Responses, rank: tuple[int, int, int], where: Any, tz: Any
) -> tuple[list[tuple[int, int, int, int | None]], list[Axis], Any]:
    """(cell, requests, answered, time) of each ordered pair with requests, and the axes."""
    matched = found._matched
    pair = matched.log.schema.flow
    question, axes, laid = matched.question(pair, where, tz, None, (ANSWERED,))
    answered, values = matched.select(question, laid.cells, [rank])
    asked, _, _ = matched.question(pair, where, tz, None, (OPEN,))
    still, _ = matched.select(asked, laid.cells, [])
    rows = [
        (cell, answered[cell] + still[cell], answered[cell],
         values[cell] if answered[cell] else None)
        for cell in range(laid.cells)
        if answered[cell] or still[cell]
    ]  # fmt: skip
    return rows, axes, laid


def flow(found: Responses, statistic: str, where: Any, tz: Any, unit: str) -> Table:
    """See ``Responses.flow``."""
    if statistic not in _STATISTICS:
        near = did_you_mean(suggest(str(statistic), _STATISTICS))
        raise QueryError(f"statistic={statistic!r}{near or ':'} {' or '.join(_STATISTICS)}")
    times = _Times(unit)
    rows, axes, laid = _pairs(found, _STATISTICS[statistic], where, tz)
    columns = [
        *_label_columns(axes, [row[0] for row in rows]),
        Column("requests", [row[1] for row in rows], "integer"),
        Column("answered", [row[2] for row in rows], "integer"),
        times.column(statistic, [row[3] for row in rows]),
    ]
    note = f"{found._note(laid)}; {times.words}"
    title = _title(f"Response time ({statistic})", axes)
    share = "half" if statistic == "median" else "nine tenths"
    return Table.from_columns(
        columns, title=title, note=note, measure="requests",
        explain=f"{matching(found)} The {statistic} is the least time within which {share} of "
        "the answered requests of the pair were. "
        + told(found._words(laid), f"Responses.flow; {_QUANTILES}", times.words),
    )  # fmt: skip


def asymmetry(found: Responses, least: int, where: Any, tz: Any, unit: str) -> Table:
    """See ``Responses.asymmetry``."""
    if not isinstance(least, int) or isinstance(least, bool) or least < 1:
        raise QueryError(f"least={least!r}: a whole number of answers from 1 on")
    times = _Times(unit)
    rows, axes, laid = _pairs(found, _MEDIAN, where, tz)
    size = len(axes[1])
    known = {divmod(row[0], size): row[3] for row in rows if row[2] >= least}
    both: list[tuple[int, int, int, int, int]] = []
    for (asker, asked), time in known.items():
        other = known.get((asked, asker))
        if asker < asked and time is not None and other is not None:
            slow, quick = max(time, other), min(time, other)
            slower, quicker = (asked, asker) if time >= other else (asker, asked)
            both.append((quick - slow, slower, quicker, slow, quick))
    both.sort()
    labels, names = axes[0].labels, axes[0].all_names
    columns = [
        Column("slower", array("I", [one[1] for one in both]), labels=labels, names=names),
        Column("quicker", array("I", [one[2] for one in both]), labels=labels, names=names),
        times.column("slow", [one[3] for one in both]),
        times.column("quick", [one[4] for one in both]),
        times.column("difference", [-one[0] for one in both]),
        Column("ratio", [one[3] / one[4] if one[4] else None for one in both], "number"),
    ]
    words = f"at least {least} answers both ways", times.words
    return Table.from_columns(
        columns, title="Pairs that answer each other unequally",
        note="; ".join([found._note(laid), *words]), measure="difference",
        explain=f"{matching(found)} Slow and quick are the median response times of the two ways; "
        "difference is slow less quick, ratio slow over quick. "
        + told(found._words(laid), f"Responses.asymmetry; {_QUANTILES}", *words, unit=unit + "s"),
    )  # fmt: skip
