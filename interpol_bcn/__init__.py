"""Exact statistics of INTERPOL's network of National Central Bureaus, fast.

Read records, ask along axes, show what comes out:

>>> import interpol_bcn as bcn
>>> log = bcn.read_messages({
...     "sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30Z", "2023-02-01T09:15Z"],
...     "sender": ["FRA", "DEU", "FRA"],
...     "receiver": ["DEU", "FRA", "Italy"],
...     "kind": ["request", "reply", "diffusion"],
... })
>>> log
3 messages, 2023-01-05 .. 2023-02-01 UTC, 3 of 195 members
>>> log.count("month").to_dicts()
[{'month': '2023-01', 'messages': 2}, {'month': '2023-02', 'messages': 1}]
>>> flow = log.flow(where={"kind": bcn.Not("diffusion")})
>>> flow["France", "DEU"], flow.reciprocity()
(1, 1.0)
>>> bcn.members["Frnace"]
Traceback (most recent call last):
interpol_bcn.errors.LabelError: 'Frnace': unknown label; did you mean 'France'?

A figure is an exact integer, a pair that never wrote is a cell with 0, and every row of
the input is accounted for: seen = accepted + rejected + duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .axes import NOT_STATED, Axis
from .cube import Cube
from .domain import Domain
from .errors import (
    BcnError,
    InputError,
    LabelError,
    MissingExtra,
    QueryError,
    TooLargeError,
)
from .flow import FlowMatrix
from .logs import Log
from .members import Member, Members, members
from .published import Published, published
from .query import Not

if TYPE_CHECKING:
    from ._editions import editions
    from ._factsheet import factsheet
    from ._inspect import inspect
    from ._instants import last
    from ._report import report
    from ._simulate import simulate_messages
    from ._simulate_notices import simulate_notices
    from ._simulate_records import simulate_delegates, simulate_operations
    from ._simulate_searches import simulate_searches
    from .delegates import DelegateLog, read_delegates
    from .messages import MessageLog, read_messages
    from .table import Table

__all__ = [
    "NOT_STATED",
    "Axis",
    "BcnError",
    "Cube",
    "DelegateLog",
    "Domain",
    "FlowMatrix",
    "InputError",
    "LabelError",
    "Log",
    "Member",
    "Members",
    "MessageLog",
    "MissingExtra",
    "Not",
    "Published",
    "QueryError",
    "Table",
    "TooLargeError",
    "editions",
    "factsheet",
    "inspect",
    "last",
    "members",
    "published",
    "read_delegates",
    "read_messages",
    "report",
    "simulate_delegates",
    "simulate_messages",
    "simulate_notices",
    "simulate_operations",
    "simulate_searches",
]

# What is not needed to count is imported when it is first asked for.
_LATER = {
    "DelegateLog": "delegates",
    "MessageLog": "messages",
    "Table": "table",
    "editions": "_editions",
    "factsheet": "_factsheet",
    "inspect": "_inspect",
    "last": "_instants",
    "read_delegates": "delegates",
    "read_messages": "messages",
    "report": "_report",
    "simulate_delegates": "_simulate_records",
    "simulate_messages": "_simulate",
    "simulate_notices": "_simulate_notices",
    "simulate_operations": "_simulate_records",
    "simulate_searches": "_simulate_searches",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LATER:
        value = getattr(import_module(f".{_LATER[name]}", __name__), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("interpol_bcn")
        except PackageNotFoundError:  # used from its tree
            return "0+uninstalled"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
