"""Vocabularies: the shipped label sets of columns other than bureaus.

Each is a table in ``data``, replaceable as a whole: ``domains={"database": [...]}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .domain import Domain

__all__ = ["vocabulary"]

_MADE: dict[str, str] = {
    "colours": "notices:colours",
    "databases": "_databases:databases",
    "yes_no": "notices:yes_no",
}


def vocabulary(name: str) -> Domain:
    """Return the shipped domain of a name, such as ``"databases"``."""
    from importlib import import_module

    from .errors import QueryError, did_you_mean, suggest

    if name not in _MADE:
        near = did_you_mean(suggest(name, ("bureaus", *_MADE)))
        raise QueryError(f"no shipped domain {name!r}{near} Give a list of labels or a Domain")
    module, _, attribute = _MADE[name].partition(":")
    domain: Domain = getattr(import_module(f".{module}", __package__), attribute)()
    return domain
