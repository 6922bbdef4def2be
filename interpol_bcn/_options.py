"""How to read: the same options for every kind of record, and whether they make sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from .schema import Schema

__all__ = ["Options"]

_TWICE = {"raise": 0, "earlier": 1, "later": 2}
_NEVER = {"raise": 0, "forward": 1, "backward": 2}


class Options(NamedTuple):
    """The options of a reading, as ``read_messages`` explains them."""

    columns: Mapping[str, str] | None = None
    only: Sequence[str] | None = None
    members: Any = None
    extra: Sequence[str] = ()
    measures: Sequence[str] = ()
    aliases: Mapping[str, str] | None = None
    domains: Mapping[str, Any] | None = None
    source_tz: Any = None
    ambiguous: str = "raise"
    nonexistent: str = "raise"
    time_format: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    errors: str = "raise"
    period: Any = None
    unit: str = "recipient"
    threads: int | None = None

    def check(self, schema: Schema) -> None:
        """Raise QueryError for a choice that there is not, or an unknown column."""
        _one_of("errors", self.errors, ("raise", "reject"))
        _one_of("unit", self.unit, ("recipient", "message"))
        _one_of("ambiguous", self.ambiguous, _TWICE)
        _one_of("nonexistent", self.nonexistent, _NEVER)
        if self.threads is not None and (not isinstance(self.threads, int) or self.threads < 1):
            raise QueryError(f"threads={self.threads!r}: a whole number from 1 on")
        for argument in ("columns", "domains"):
            for name in getattr(self, argument) or {}:
                try:
                    schema.number(name)
                except QueryError as error:
                    raise QueryError(f"{argument}: {error}") from None

    def stated_period(self) -> tuple[int, int] | None:
        """Return the period as UTC microseconds, None where none is stated."""
        if self.period is None:
            return None
        from ._instants import parse_range

        return parse_range(self.period)

    def zone(self) -> tuple[Any, Any, int, int] | None:
        """Return what the core needs to know of the zone of naive times."""
        if self.source_tz is None:
            return None
        from ._zones import zone_table

        starts, offsets = zone_table(self.source_tz)
        return starts, offsets, _TWICE[self.ambiguous], _NEVER[self.nonexistent]


def _one_of(name: str, value: object, choices: Iterable[str]) -> None:
    known = list(choices)
    if value not in known:
        near = did_you_mean(suggest(str(value), known))
        raise QueryError(f"{name}={value!r}{near} It is one of {', '.join(map(repr, known))}")
