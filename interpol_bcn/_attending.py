"""The tables of delegates: what each verb says of who attended."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._cube_words import told
from ._figures import counted, figures
from .errors import QueryError, did_you_mean, suggest
from .table import Table

if TYPE_CHECKING:
    from ._attendance import Attendance

__all__ = [
    "attended", "biggest", "editions", "first_timers", "never", "participation", "retention",
    "streaks",
]  # fmt: skip

_WORDS = (
    "A bureau attended an edition with at least one delegate; members of an edition were "
    "members on one of its days. "
)


def _editions(name: str, att: Attendance, places: Iterable[int]) -> Column:
    return Column(name, array("I", places), labels=att.labels)


def _bureaus(att: Attendance, codes: Iterable[int]) -> Column:
    axis = att.bureaus
    return Column("bureau", array("I", codes), labels=axis.labels, names=axis.all_names)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(name: str, values: Sequence[float | None]) -> Column:
    return Column(name, values, "number", format="percent")


def _whole(name: str, values: Sequence[int]) -> Column:
    return Column(name, values, "integer")


def _table(
    att: Attendance, verb: str, columns: Sequence[Column], title: str, how: str,
    measure: str | None = None, more: str = "",
) -> Table:  # fmt: skip
    note = "; ".join(filter(None, (more, att.cube.note(), *att.more)))
    return Table.from_columns(
        columns,
        title=title,
        note=note,
        measure=measure,
        explain=f"{how} {_WORDS}{told(att.cube, f'DelegateLog.{verb}', more, *att.more)}",
    )


def _codes(bits: int) -> list[int]:
    """The places of the bits that are set, in order."""
    return [place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]


def editions(att: Attendance, women: Any) -> Table:
    """See ``DelegateLog.editions``."""
    n = range(len(att.held))
    delegates = [sum(row) for row in att.delegates]
    inside = [att.attending[e] & att.members[e] for e in n]
    countries = [bits.bit_count() for bits in inside]
    own = [sum(att.delegates[e][code] for code in _codes(inside[e])) for e in n]
    heads = delegates
    columns = [
        _editions("edition", att, n),
        Column("date", [att.opened(e) for e in n], "text"),
        Column("city", [one.city for one in att.editions], "text"),
        _whole("delegates", delegates),
    ]
    more = ""
    if att.has_persons:
        people = att.people()
        heads = [people[e].bit_count() + att.nameless[e] for e in n]
        columns.append(_whole("persons", heads))
        parties = att.parties("bureau")
        own = [parties.heads(att.held[e], _codes(inside[e])) for e in n]
        if any(att.nameless):
            more = f"{counted(sum(att.nameless), 'delegates')} without a person, each one more"
    members = [bits.bit_count() for bits in att.members]
    growth = [None, *(_share(b - a, a) for a, b in pairwise(heads))]
    columns += [
        _whole("countries", countries),
        _whole("others", [att.attending[e].bit_count() - countries[e] for e in n]),
        _whole("members", members),
        _percent("share", [_share(a, b) for a, b in zip(countries, members, strict=True)]),
        Column("per_country", [_share(a, b) for a, b in zip(own, countries, strict=True)],
               "number", format="digits.2"),
        Column("before", [None, *att.labels[:-1]][: len(att.labels)], "text"),
        _percent("growth", growth[: len(att.labels)]),
    ]  # fmt: skip
    if "gender" in att.log.columns:
        number, stated = _women(att, women)
        columns.append(_whole("women", number))
        columns.append(
            _percent("women_share", [_share(a, b) for a, b in zip(number, stated, strict=True)])
        )
    how = (
        "countries are the members that attended, others the bureaus that were no members; "
        "share is countries over members; growth is of persons, where they were read, else of "
        "delegates, against the edition before that has delegates here; women_share is of "
        "those whose gender is stated."
    )
    return _table(att, "editions", columns, "Editions", how, "delegates", more)


def _women(att: Attendance, women: Any) -> tuple[list[int], list[int]]:
    """By edition, the women, and all whose gender is stated."""
    labels = att.log.domains["gender"].labels if "gender" in att.log.domains else ()
    wanted = {str(one).casefold() for one in ([women] if isinstance(women, str) else women)}
    codes = {code for code, label in enumerate(labels) if label.casefold() in wanted}
    if att.has_persons:
        parties, known = att.parties("gender"), range(len(labels))
        return (
            [parties.heads(edition, codes) for edition in att.held],
            [parties.heads(edition, known) for edition in att.held],
        )
    number, stated = [], []
    cube = att.log.count("edition", "gender", where=att.where)
    cells, width = figures(cube), len(cube.axis("gender"))
    for edition in att.held:
        row = cells[edition * width : edition * width + len(labels)]
        number.append(sum(row[code] for code in codes))
        stated.append(sum(row))
    return number, stated


def participation(att: Attendance, by: str) -> Table:
    """See ``DelegateLog.participation``."""
    log = att.log
    table = str(by).removeprefix("bureau.")
    domain = log.domains["bureau"]
    rows: list[tuple[int, str | None, int, int, int]] = []
    if table in domain.tables:
        values: tuple[str, ...] = ()
        for e in range(len(att.held)):
            days = att.days[e]
            values, codes = domain.table(table, days[1] if days else None)
            groups: dict[int, list[int]] = {at: [0, 0, 0] for at in range(len(values))}
            for code, at in enumerate(codes):
                group = groups.setdefault(at, [0, 0, 0])
                member = att.members[e] >> code & 1
                group[0] += member & att.attending[e] >> code
                group[1] += member
                group[2] += att.delegates[e][code]
            rows += [
                (e, values[at] if at >= 0 else None, came, there, delegates)
                for at, (came, there, delegates) in groups.items() if there or delegates
            ]  # fmt: skip
        names = {
            language: [domain.value_name(table, value, language) for value in values]
            for language in domain.languages
        }
        name = table
    elif by != "edition" and by != "bureau" and by in log.columns and (
        log.schema.field(by).kind == "label"
    ):  # fmt: skip
        cube = log.count("edition", by, "bureau", where=att.where)
        axis, cells = cube.axis(by), figures(cube)
        stated = log.domains[by].labels if by in log.domains else ()
        for e, code in enumerate(att.held):
            for at in range(len(axis)):
                start = (code * len(axis) + at) * att.width
                row = cells[start : start + att.width]
                came = sum(1 for b, number in enumerate(row) if number and att.members[e] >> b & 1)
                if any(row):
                    label = stated[at] if at < len(stated) else None
                    rows.append((e, label, came, att.members[e].bit_count(), sum(row)))
        values, name = tuple(stated), by
        names = {one: called[: len(values)] for one, called in axis.all_names.items()}
    else:
        labels = [c for c in log.columns if log.schema.field(c).kind == "label"]
        choices = [*domain.tables, *(c for c in labels if c not in ("edition", "bureau"))]
        near = did_you_mean(suggest(str(by), choices))
        raise QueryError(f"participation by {by!r}{near} Choose from {', '.join(choices)}")
    columns = [
        _editions("edition", att, [row[0] for row in rows]),
        Column(
            name,
            [row[1] for row in rows],
            labels=values,
            names={k: v[: len(values)] for k, v in names.items()},
        ),
        _whole("attending", [row[2] for row in rows]),
        _whole("members", [row[3] for row in rows]),
        _percent("share", [_share(row[2], row[3]) for row in rows]),
        _whole("delegates", [row[4] for row in rows]),
    ]
    how = (
        f"attending are the members that attended, by {name}, members those there were, share "
        "the one over the other; delegates are those of all bureaus of the group."
    )
    return _table(att, "participation", columns, f"Participation by {name}", how, "attending")


def retention(att: Attendance, a: object, b: object) -> Table:
    """See ``DelegateLog.retention``."""
    if (a is None) != (b is None):
        raise QueryError("retention() takes two editions, or none for all pairs")
    n = len(att.held)
    if a is None:
        pairs = [(one, other) for one in range(n) for other in range(one + 1, n)]
    else:
        pairs = [(att.place(a), att.place(b))]
    inside = [here & members for here, members in zip(att.attending, att.members, strict=True)]
    columns = [
        _editions("before", att, [one for one, _ in pairs]),
        _editions("after", att, [other for _, other in pairs]),
        *_stayed(inside, pairs, ""),
    ]
    more = ""
    if att.has_persons:
        columns += _stayed(att.people(), pairs, "persons_")
        if any(att.nameless):
            more = f"{counted(sum(att.nameless), 'delegates')} without a person not followed"
    how = (
        "stayed attended both editions, left the first only, joined the second only; share is "
        "stayed over all at the first. Bureaus count at editions at which they were members."
    )
    return _table(att, "retention", columns, "Retention between editions", how, "stayed", more)


def _stayed(sets: Sequence[int], pairs: Sequence[tuple[int, int]], prefix: str) -> list[Column]:
    sizes = [one.bit_count() for one in sets]
    both = [(sets[one] & sets[other]).bit_count() for one, other in pairs]
    left = [sizes[one] - stay for (one, _), stay in zip(pairs, both, strict=True)]
    joined = [sizes[other] - stay for (_, other), stay in zip(pairs, both, strict=True)]
    share = [_share(stay, sizes[one]) for (one, _), stay in zip(pairs, both, strict=True)]
    return [
        _whole(f"{prefix}stayed", both),
        _whole(f"{prefix}left", left),
        _whole(f"{prefix}joined", joined),
        _percent(f"{prefix}share", share),
    ]


def _runs(att: Attendance, first: int = 0) -> list[tuple[int, list[bool], list[bool]]]:
    """Of each bureau that was a member or attended: at which editions it did each."""
    n = range(first, len(att.held))
    everyone = 0
    for e in n:
        everyone |= att.attending[e] | att.members[e]
    return [
        (code, [bool(att.attending[e] >> code & 1) for e in n],
         [bool(att.members[e] >> code & 1) for e in n])
        for code in _codes(everyone)
    ]  # fmt: skip


def attended(att: Attendance, k: int, of: int | None) -> Table:
    """See ``DelegateLog.attended``."""
    total = len(att.held)
    of = total if of is None else of
    if not isinstance(of, int) or not 0 <= of <= total:
        raise QueryError(f"of={of!r}: there are {total} editions with delegates here")
    if not isinstance(k, int) or not 0 <= k <= of:
        raise QueryError(f"attended({k!r}, of={of}): give a whole number from 0 to {of}")
    rows = []
    for code, came, member in _runs(att, total - of):
        times = sum(came)
        if times >= k:
            chances = sum(map(bool.__or__, came, member))
            rows.append((code, times, chances))
    rows.sort(key=lambda row: (-row[1], row[0]))
    columns = [
        _bureaus(att, [row[0] for row in rows]),
        _whole("attended", [row[1] for row in rows]),
        _whole("editions", [row[2] for row in rows]),
        _percent("share", [_share(row[1], row[2]) for row in rows]),
    ]
    span = f"editions {', '.join(att.labels[total - of :])}" if of else "no editions"
    how = (
        f"Bureaus that attended at least {k} of {of} editions; editions are those at which "
        "one was a member, or attended without being one."
    )
    return _table(att, "attended", columns, f"Attended at least {k} of {of}", how, "attended", span)


def never(att: Attendance, since: Any) -> Table:
    """See ``DelegateLog.never``."""
    first = _since(att, since)
    domain = att.log.domains["bureau"]
    rows = [
        (code, sum(member))
        for code, came, member in _runs(att, first)
        if not any(came) and any(member)
    ]
    columns = [
        _bureaus(att, [code for code, _ in rows]),
        Column("member_since", [domain.since[code] for code, _ in rows], "text"),
        _whole("missed", [number for _, number in rows]),
    ]
    everyone = 0
    for bits in att.members[first:]:
        everyone |= bits
    span = ", ".join(att.labels[first:]) or "none"
    more = f"{len(rows)} of {everyone.bit_count()} members; editions {span}"
    how = "Members that attended none of these editions; missed counts those at which they were."
    return _table(att, "never", columns, "Never attended", how, "missed", more)


def _since(att: Attendance, since: Any) -> int:
    """The place of the first edition from an edition or a day on."""
    if since is None:
        return 0
    from ._days import first_day

    series = att.log.series
    code = series.domain.lookup(str(since)) if isinstance(since, str | int) else -1
    if code >= 0:
        return sum(1 for held in att.held if held < code)
    try:
        day = first_day(str(since) if isinstance(since, int) else since)
    except QueryError:
        series.code(since)  # raises, with the nearest editions
        raise
    undated = [label for label, days in zip(att.labels, att.days, strict=True) if days is None]
    if undated:
        raise QueryError(
            f"never(since={since!r}): no dates are known of {', '.join(undated[:5])}; "
            "name an edition instead"
        )
    return sum(1 for days in att.days if days is not None and days[1] < day)


def streaks(att: Attendance) -> Table:
    """See ``DelegateLog.streaks``."""
    rows = []
    for code, came, _ in _runs(att):
        longest = run = last = 0
        for e, here in enumerate(came):
            run = run + 1 if here else 0
            if run and run >= longest:
                longest, last = run, e
        if longest:
            rows.append((code, longest, last - longest + 1, last, run))
    rows.sort(key=lambda row: (-row[1], -row[4], row[0]))
    columns = [
        _bureaus(att, [row[0] for row in rows]),
        _whole("longest", [row[1] for row in rows]),
        _editions("first", att, [row[2] for row in rows]),
        _editions("last", att, [row[3] for row in rows]),
        _whole("current", [row[4] for row in rows]),
    ]
    how = (
        "longest is the longest run of editions attended one after the other, among those "
        "that have delegates here, from first to last; current the run up to the latest."
    )
    return _table(att, "streaks", columns, "Runs of editions attended", how, "longest")


def first_timers(att: Attendance) -> Table:
    """See ``DelegateLog.first_timers``."""
    met, rows = 0, []
    for e, here in enumerate(att.attending):
        if e:
            rows += [(e, code) for code in _codes(here & ~met)]
        met |= here
    columns = [
        _editions("edition", att, [e for e, _ in rows]),
        _bureaus(att, [code for _, code in rows]),
        _whole("delegates", [att.delegates[e][code] for e, code in rows]),
    ]
    how = "Bureaus that attended none of the earlier editions here; the first edition has none."
    more = f"after edition {att.labels[0]}" if att.labels else ""
    return _table(att, "first_timers", columns, "First-timers", how, "delegates", more)


def biggest(att: Attendance, n: int) -> Table:
    """See ``DelegateLog.biggest``."""
    if not isinstance(n, int) or n < 0:
        raise QueryError(f"a number of delegations is an integer, 0 or more, not {n!r}")
    parties = att.parties("bureau") if att.has_persons else None
    rows = [
        (parties.heads(att.held[e], [code]) if parties else number, number, e, code)
        for e, row in enumerate(att.delegates)
        for code, number in enumerate(row)
        if number
    ]
    rows.sort(key=lambda row: (-row[0], -row[1], row[2], row[3]))
    more = ""
    if 0 < n < len(rows):
        tied = sum(1 for row in rows[n:] if row[:2] == rows[n - 1][:2])
        if tied:
            more = f"{tied} more as large as the last"
    rows = rows[:n]
    columns = [
        _editions("edition", att, [row[2] for row in rows]),
        _bureaus(att, [row[3] for row in rows]),
        _whole("delegates", [row[1] for row in rows]),
    ]
    if att.has_persons:
        columns.append(_whole("persons", [row[0] for row in rows]))
    how = "Delegations by their persons, where these were read, else by their delegates."
    measure = "persons" if att.has_persons else "delegates"
    return _table(att, "biggest", columns, "Biggest delegations", how, measure, more)
