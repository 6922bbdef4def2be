"""Which kind of records a source holds, by what its columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ._heads import column_names, plain
from ._tally_kinds import KINDS, kind_of

if TYPE_CHECKING:
    from .schema import Field, Schema

__all__ = ["Met", "fits", "met"]

_COMMON = ("date", "bureau")  # of many kinds of records: these alone tell nothing


class Met(NamedTuple):
    """What a kind of records finds in a source: our columns to the source's, by name."""

    kind: str
    schema: Schema
    mapping: dict[str, str]
    why: str


def met(titles: Sequence[str], holds: Mapping[str, str], kind: str | None) -> Met:
    """Return the kind with the most of its required columns, then of its others.

    Of equals, the first: messages are asked first.  ``kind`` says which instead.
    """
    if kind is not None:
        one = _named(kind, titles, holds)
        return one._replace(why=f"taken for {kind}, as asked for")
    found = [_named(name, titles, holds) for name in KINDS]
    best = max(found, key=_score)  # of equals, the first
    known = [name for name in required(best.schema) if name in best.mapping]
    why = f"taken for {best.kind}"
    if known:
        words = ", ".join(f"{best.mapping[name]!r} is {name}" for name in known)
        why += f" by the names of columns: {words}"
    else:
        why += ": no name of a column tells"
    also = [one.kind for one in found if one is not best and _score(one)[0] == len(known) > 0]
    if also:
        why += f"; it could be {' or '.join(also)} too (kind=)"
    return best._replace(why=why)


def required(schema: Schema) -> tuple[str, ...]:
    """The columns that a source must have, and of two of which one is needed, both."""
    either = {name for rule in schema.rules if rule.kind == "either" for name in rule[1:3]}
    return tuple(f.name for f in schema.fields if f.required or f.name in either)


def lacking(schema: Schema, mapping: Mapping[str, str]) -> list[str]:
    """What a reader would miss."""
    missing = [f.name for f in schema.fields if f.required and f.name not in mapping]
    for rule in schema.rules:
        if rule.kind == "either" and not {rule.first, rule.second} & set(mapping):
            missing.append(rule.second)
    return missing


def _score(one: Met) -> tuple[int, int]:
    if one.kind != "messages" and not any(name not in _COMMON for name in one.mapping):
        return 0, 0
    matched = sum(name in one.mapping for name in required(one.schema))
    return matched, len(one.mapping)


def _named(kind: str, titles: Sequence[str], holds: Mapping[str, str]) -> Met:
    schema = kind_of(kind).schema
    known = column_names(schema.names)
    mapping: dict[str, str] = {}
    own = [title for title in titles if title in schema.names]  # our own names go first
    for title in (*own, *titles):
        ours = title if title in own else known.get(plain(title))
        if ours is None or ours in mapping or title in mapping.values():
            continue
        if fits(schema.field(ours), holds[title]):
            mapping[ours] = title
    return Met(kind, schema, mapping, "")


def fits(field: Field, held: str) -> bool:
    """Say whether a column may hold what a title promises."""
    if field.kind == "time":
        return held.startswith(("time", "date", "text", "label", "nothing", "whole"))
    if field.kind == "integer":
        return held.startswith(("whole", "nothing"))
    return True
