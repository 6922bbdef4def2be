"""What a cube says of its figures: in a note, in an explanation, in print."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._figures import counted, over_dates

if TYPE_CHECKING:
    from ._figures import Facts
    from .cube import Cube

__all__ = ["Words", "coverage", "explain", "note", "text", "told"]


class Words(NamedTuple):
    """What notes and explanations say of figures that are no cube."""

    measure: str
    unit: str
    period: tuple[int, int]
    tz: str
    filters: tuple[str, ...]
    facts: Facts | None


def note(cube: Cube | Words, *, facts: bool = True) -> str:
    """See ``Cube.note``; without ``facts`` of the log, period and filters alone."""
    from ._instants import format_period

    words = [format_period(*cube.period, cube.tz) if cube.period[0] < cube.period[1]
             else "no period"]  # fmt: skip
    if facts and cube.unit != cube.measure:
        words.append(cube.unit)
    words += cube.filters
    return "; ".join([*words, *coverage(cube)] if facts else words)


def coverage(cube: Cube | Words) -> list[str]:
    """Return what a note says of the log: members seen, rows refused, what is made up."""
    if cube.facts is None:
        return []
    words = []
    seen, members = cube.facts.coverage
    if members:
        words.append(f"{seen} of {members} members")
    account = cube.facts.account
    if account is not None and (account.rejected.count or account.duplicates):
        words.append(str(account))
    if cube.facts.silent and cube.measure == cube.facts.record:
        words.append(cube.facts.silence)
    if cube.facts.synthetic:
        words.append(cube.facts.synthetic)
    return words


def explain(cube: Cube) -> str:
    """See ``Cube.explain``."""
    how, whose = cube._made
    unit = cube.unit.removesuffix(f", {how}") if how else cube.unit
    if cube.facts is not None and cube.measure == cube.facts.record:
        formula = f"Each figure is the exact number of {unit} in its cell"
    else:
        formula = f"Each figure is the exact sum of {cube.measure} ({unit}) in its cell"
    if how:
        formula += f", {how}"
    cells = f"{cube.nonzero:,} of {cube.size:,} cells are not 0"
    verb = "count" if cube.facts is None or cube.measure == cube.facts.record else "sum"
    whose += f" of Log.{verb}" if whose else f"Log.{verb}"
    return f"{formula}: {cube._shape_words()}; {cells}. {told(cube, whose)}"


def told(cube: Cube | Words, definition: str, *more: str, unit: str | None = None) -> str:
    """Return what every explanation ends with: period, unit, rows, coverage, and whose formula.

    ``more`` is what else a note says; ``definition`` names the verb, or who defined it;
    ``unit`` is what the figures are in, where it is not the unit of what was counted.
    """
    facts = cube.facts
    words = [
        f"Period: {note(cube, facts=False)}",
        *filter(None, more),
        f"Unit: {unit or cube.unit}",
    ]
    if facts is None or facts.account is None:
        words.append("Rows: of several logs, each with its own account")
    else:
        none = "" if facts.account.rejected.count else ", none rejected"
        words.append(f"Rows: {facts.account}{none}")
    seen, members = facts.coverage if facts is not None else (0, 0)
    words.append(f"Coverage: {seen} of {members} members" if members else "Coverage: not known")
    if facts is not None:
        words += [one for one in (facts.silence, facts.synthetic) if one]
    return f"{'. '.join(word[0].upper() + word[1:] for word in words)}. Definition: {definition}."


def text(cube: Cube) -> str:
    """Return what a cube looks like in a terminal."""
    head = f"{cube.title()}: {cube._shape_words()}"
    if not over_dates(cube):
        head += f", total {cube.total():,}"
    if not cube.axes:
        return f"{counted(cube.total(), cube.measure)}\n{cube.note()}"
    if not cube.size:
        return f"{head}\n{cube.note()}"
    lines = cube._shown().to_text(rows=12).splitlines()
    body = [line for line in lines if line not in (cube.title(), cube.note())]
    return "\n".join([head, *body, cube.note()])
