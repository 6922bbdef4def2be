"""What a log can answer of the published figures, whatever kind of record it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._printed import Interval, shown
from ._published_answers import Unanswered, answer_of
from ._published_figure import Figure
from ._verdict import Judged, Verdict, Verdicts, counts, judge
from .errors import BcnError, QueryError

if TYPE_CHECKING:
    from .published import Published

__all__ = ["all_agree", "check_log"]


def all_agree(judged: Sequence[Judged]) -> bool:
    """Say whether every figure that decides agrees; of those in conflict one is enough."""
    heard = [one for one in judged if counts(one.figure)] or list(judged)
    sides = [one.agrees for one in heard if one.figure.flag == "conflict"]
    firm = [one.agrees for one in heard if one.figure.flag != "conflict"]
    return all(firm) and (not sides or any(sides))


def check_log(figures: Published, log: Any) -> Verdicts:
    """Compare every figure that a log can answer; see ``Published.check``."""
    from .logs import Log

    if not isinstance(log, Log):
        raise QueryError(f"check a measure by name, or a log, not {type(log).__name__}")
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for figure in figures:
        if figure.span is not None and answer_of(figure, log) is not None:
            mean = figure.per if figure.per == "year" else ""
            key = (figure.measure, figure.unit, figure.scope, figure.from_, figure.until, mean)
            groups.setdefault(key, []).append(figure)
    verdicts, skipped = [], []
    if groups and not _of_the_network(log):
        return Verdicts((), _title(log), ["the log's bureaus are not those of the network"])
    for group in groups.values():
        first = group[0]
        answer = answer_of(first, log)
        assert answer is not None
        try:
            value, note = answer(first, log)
        except (Unanswered, BcnError) as why:
            if str(why):
                of = f" of {first.of}" if first.scope else ""
                skipped.append(f"{first.measure}{of}, {first.period}: {str(why).splitlines()[0]}")
            continue
        given = Interval(value, value)
        per = "year" if first.per == "year" else ""
        judged = [one for figure in group if (one := judge(figure, given, per)) is not None]
        if judged:
            told = "; ".join(filter(None, (note[:1].upper() + note[1:], _note(log))))
            verdicts.append(
                Verdict(
                    "log", first.measure, first.of, first.period, shown(value), judged,
                    all_agree(judged), told,
                )
            )  # fmt: skip
    return Verdicts(verdicts, _title(log), skipped)


def _title(log: Any) -> str:
    return f"{log.schema.record.capitalize()} against published figures"


def _note(log: Any) -> str:
    seen, members = log.coverage
    words = [f"{seen} of {members} members"] if members else []
    if log.schema.keys and log.schema.identity:
        words.append(f"counted once per {log.unit}; the sources do not say how they count")
    if log.facts.synthetic:
        words.append(log.facts.synthetic)
    return "; ".join(words)


def _of_the_network(log: Any) -> bool:
    from .members import members

    known = members.domain()
    for field in log.schema.fields:
        if field.bureau and field.name in log.domains:
            domain = log.domains[field.name]
            labels = [domain.labels[code] for code, held in enumerate(domain.member_mask) if held]
            return all(label in known.labels for label in labels)
    return True
