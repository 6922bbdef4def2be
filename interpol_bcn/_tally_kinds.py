"""The kinds of records that can be tallied: a schema, a class of logs, and how they are read."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import QueryError

if TYPE_CHECKING:
    from .logs import Log
    from .schema import Schema

__all__ = ["KINDS", "Kind", "kind_of", "kind_of_log"]

KINDS = {
    "messages": ("messages", "MESSAGES", "MessageLog"),
    "searches": ("searches", "SEARCHES", "SearchLog"),
    "records": ("records", "RECORDS", "RecordLog"),
    "access": ("records", "ACCESS", "RecordLog"),
    "delegates": ("delegates", "DELEGATES", "DelegateLog"),
    "operations": ("operations", "OPERATIONS", "OperationLog"),
    "notices": ("notices", "NOTICES", "NoticeLog"),
}


class Kind(NamedTuple):
    """One kind of records."""

    name: str
    schema: Schema
    log: type[Log]
    whole: Any = None  # reads a part whole, where rows must see each other


def kind_of(name: object) -> Kind:
    """Return the kind of a name; raise QueryError, naming those there are."""
    if not isinstance(name, str) or name not in KINDS:
        raise QueryError(f"no records {name!r}; there are: {', '.join(KINDS)}")
    where, schema, log = KINDS[name]
    module = import_module(f".{where}", __package__)
    whole = module.read_delegates if name == "delegates" else None
    return Kind(name, getattr(module, schema), getattr(module, log), whole)


def kind_of_log(log: Log, kind: Kind) -> None:
    """Raise QueryError unless a log holds records of this kind."""
    names = kind.schema.names
    if log.schema.names[: len(names)] != names:
        raise QueryError(f"a tally of {kind.name} takes no log of {log.schema.subject}")
