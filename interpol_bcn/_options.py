"""How to read: the same options for every kind of record, and whether they make sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from .schema import Schema

__all__ = ["Options", "ReadingOptions", "with_options"]

Reader = TypeVar("Reader", bound=Callable[..., Any])

_TWICE = {"raise": 0, "earlier": 1, "later": 2}
_NEVER = {"raise": 0, "forward": 1, "backward": 2}


class ReadingOptions(TypedDict, total=False):
    """The options that every ``read_`` function takes by name; ``Options`` has their defaults."""

    columns: Mapping[str, str] | None
    only: Sequence[str] | None
    members: Any
    extra: Sequence[str]
    measures: Sequence[str]
    aliases: Mapping[str, str] | None
    domains: Mapping[str, Any] | None
    missing: Mapping[str, Any] | None
    source_tz: Any
    ambiguous: str
    nonexistent: str
    time_format: str | None
    encoding: str
    delimiter: str | None
    errors: str
    period: Any
    unit: str | None
    threads: int | None
    rollup: bool


class Options(NamedTuple):
    """The options of a reading, as ``read_messages`` explains them."""

    columns: Mapping[str, str] | None = None
    only: Sequence[str] | None = None
    members: Any = None
    extra: Sequence[str] = ()
    measures: Sequence[str] = ()
    aliases: Mapping[str, str] | None = None
    domains: Mapping[str, Any] | None = None
    missing: Mapping[str, Any] | None = None
    source_tz: Any = None
    ambiguous: str = "raise"
    nonexistent: str = "raise"
    time_format: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    errors: str = "raise"
    period: Any = None
    unit: str | None = None
    threads: int | None = None
    rollup: bool = True

    def check(self, schema: Schema) -> None:
        """Raise QueryError for a choice that there is not, or an unknown column."""
        _one_of("errors", self.errors, ("raise", "reject"))
        if self.unit is not None:
            schema.counted_per(self.unit)
        _one_of("ambiguous", self.ambiguous, _TWICE)
        _one_of("nonexistent", self.nonexistent, _NEVER)
        if self.threads is not None and (not isinstance(self.threads, int) or self.threads < 1):
            raise QueryError(f"threads={self.threads!r}: a whole number from 1 on")
        for argument in ("columns", "domains", "missing"):
            for name in getattr(self, argument) or {}:
                try:
                    schema.number(name)
                except QueryError as error:
                    raise QueryError(f"{argument}: {error}") from None

    def unstated(self, column: str) -> tuple[str, ...]:
        """Return the texts which in a column mean that nothing is stated."""
        texts = (self.missing or {}).get(column, ())
        texts = (texts,) if isinstance(texts, str) else tuple(texts)
        if not all(isinstance(text, str) for text in texts):
            raise QueryError(f"missing={{{column!r}: ...}}: give a text or a list of texts")
        return texts

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


def with_options(read: Reader) -> Reader:
    """Let help and completion show each option of a ``read_`` function by its name."""
    from inspect import Parameter, signature

    own = signature(read)
    named = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    named += [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind.__forward_arg__)
        for (name, kind), default in zip(
            ReadingOptions.__annotations__.items(), Options(), strict=True
        )
    ]
    read.__signature__ = own.replace(parameters=named)  # type: ignore[attr-defined]
    return read
