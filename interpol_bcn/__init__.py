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

import sys
from types import ModuleType

TYPE_CHECKING = False  # what checkers take for true; the module typing is dear to import
if TYPE_CHECKING:
    from typing import Any

    from ._compare import compare
    from ._editions import editions
    from ._factsheet import factsheet
    from ._inspect import inspect
    from ._instants import last
    from ._own_zones import zones
    from ._report import report
    from ._simulate import simulate_messages
    from ._simulate_notices import simulate_notices
    from ._simulate_records import simulate_delegates, simulate_operations
    from ._simulate_searches import simulate_searches
    from ._totals import totals
    from .axes import NOT_STATED, Axis
    from .cube import Cube
    from .delegates import DelegateLog, read_delegates
    from .domain import Domain
    from .errors import BcnError, InputError, LabelError, MissingExtra, QueryError, TooLargeError
    from .flow import FlowMatrix
    from .logs import Log
    from .members import Member, Members, members
    from .messages import MessageLog, read_messages
    from .notices import NoticeLog, read_notices
    from .operations import OperationLog, read_operations
    from .published import Published, published
    from .query import Not
    from .records import RecordLog, read_access, read_records
    from .responses import Responses
    from .searches import SearchLog, read_searches
    from .sketches import DistinctSketch, QuantileSketch
    from .table import Table
    from .tally import Tally

__all__ = [
    "NOT_STATED",
    "Axis",
    "BcnError",
    "Cube",
    "DelegateLog",
    "DistinctSketch",
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
    "NoticeLog",
    "OperationLog",
    "Published",
    "QuantileSketch",
    "QueryError",
    "RecordLog",
    "Responses",
    "SearchLog",
    "Table",
    "Tally",
    "TooLargeError",
    "compare",
    "editions",
    "factsheet",
    "inspect",
    "last",
    "members",
    "published",
    "read_access",
    "read_delegates",
    "read_messages",
    "read_notices",
    "read_operations",
    "read_records",
    "read_searches",
    "report",
    "simulate_delegates",
    "simulate_messages",
    "simulate_notices",
    "simulate_operations",
    "simulate_searches",
    "totals",
    "zones",
]

# Each name is imported when it is first asked for: importing the package loads nothing else.
_LATER = {
    "NOT_STATED": "axes",
    "Axis": "axes",
    "BcnError": "errors",
    "Cube": "cube",
    "DelegateLog": "delegates",
    "DistinctSketch": "sketches",
    "Domain": "domain",
    "FlowMatrix": "flow",
    "InputError": "errors",
    "LabelError": "errors",
    "Log": "logs",
    "Member": "members",
    "Members": "members",
    "MessageLog": "messages",
    "MissingExtra": "errors",
    "Not": "query",
    "NoticeLog": "notices",
    "OperationLog": "operations",
    "Published": "published",
    "QuantileSketch": "sketches",
    "QueryError": "errors",
    "RecordLog": "records",
    "Responses": "responses",
    "SearchLog": "searches",
    "Table": "table",
    "Tally": "tally",
    "TooLargeError": "errors",
    "compare": "_compare",
    "totals": "_totals",
    "editions": "_editions",
    "factsheet": "_factsheet",
    "inspect": "_inspect",
    "last": "_instants",
    "members": "members",
    "published": "published",
    "read_access": "records",
    "read_delegates": "delegates",
    "read_messages": "messages",
    "read_notices": "notices",
    "read_operations": "operations",
    "read_records": "records",
    "read_searches": "searches",
    "report": "_report",
    "simulate_delegates": "_simulate_records",
    "simulate_messages": "_simulate",
    "simulate_notices": "_simulate_notices",
    "simulate_operations": "_simulate_records",
    "simulate_searches": "_simulate_searches",
    "zones": "_own_zones",
}
_MODULES = frozenset(module for module in _LATER.values() if not module.startswith("_"))


class _Package(ModuleType):
    """A package in which a name of ``_LATER`` hides the module of the same name.

    Whoever imports a submodule has it set as an attribute of its package, whenever that
    is; ``members`` and ``published`` stay what their modules hold.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if _LATER.get(name) == name and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _LATER or name in _MODULES:
        from importlib import import_module

        module = import_module(f".{_LATER.get(name, name)}", __name__)
        value = getattr(module, name) if name in _LATER else module
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
