"""A log as a file: Parquet that any library reads, and that gives the same log here.

The rows stand in the encodings that read back fastest: labels as dictionaries, times in order
by their differences, groups of rows for a thread each, lightly compressed.  What rows cannot
say (domains, period, account, unit) stands in the file's metadata (``_saved_facts``).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._options import Options
from ._saved_facts import KEY, Facts, facts_of, written
from .errors import InputError, MissingExtra, QueryError

if TYPE_CHECKING:
    from .logs import Log
    from .reading import Reading
    from .schema import Schema

__all__ = ["read_saved", "save", "saved_facts"]

_GROUP = 1 << 20  # rows
_KINDS = {
    "messages": "messages:MESSAGES", "searches": "searches:SEARCHES", "records": "records:RECORDS",
    "access": "records:ACCESS", "delegates": "delegates:DELEGATES",
    "operations": "operations:OPERATIONS", "notices": "notices:NOTICES",
}  # fmt: skip
#: Options that do not say what rows mean, and so go with a saved log.
_HARMLESS = frozenset(("only", "errors", "threads", "rollup", "encoding", "delimiter"))


def _schema(kind: str) -> Schema:
    module, _, name = _KINDS[kind].partition(":")
    schema: Schema = getattr(import_module(f".{module}", __package__), name)
    return schema


def _kind(schema: Schema) -> tuple[str, tuple[str, ...]]:
    """Return the kind of a log's records, and the measures that were added to its columns."""
    for kind in _KINDS:
        base = _schema(kind)
        if schema == base._replace(fields=schema.fields) and (
            schema.fields[: len(base.fields)] == base.fields
        ):
            return kind, schema.names[len(base.fields) :]
    raise QueryError(f"logs of {schema.record} with columns of their own are not saved")


def save(log: Log, path: str | os.PathLike[str]) -> None:
    """See ``Log.save``."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("parquet", "pyarrow", "to save a log") from None
    from ._atomic import replacing
    from ._rows import arrow_rows

    kind, measures = _kind(log.schema)
    more = log._more_facts()
    table = pyarrow.table(arrow_rows(log))
    for name, column in log._other_rows().items():
        table = table.set_column(table.column_names.index(name), name, pyarrow.array(column))
    for name in log.schema.of_kind("time"):
        if name in table.column_names and log.has_dates(name):
            days = table[name].cast(pyarrow.date32())
            table = table.set_column(table.column_names.index(name), name, days)
    table = table.replace_schema_metadata({KEY: written(log, kind, measures, more)})
    labels = [name for name in table.column_names if log.schema.field(name).kind == "label"]
    plain = {
        name: "DELTA_BINARY_PACKED" if log._infos.get(name, {}).get("sorted")
        and log.schema.field(name).kind == "time" else "PLAIN"
        for name in table.column_names if name not in labels
    }  # fmt: skip
    with replacing(path) as file:
        parquet.write_table(
            table, file, row_group_size=_GROUP, compression="lz4",
            use_dictionary=labels or False, column_encoding=plain or None,
        )  # fmt: skip


def saved_facts(sources: Sequence[Any]) -> Facts | None:
    """Return what one of the sources says of itself if it is a saved log.

    Raise QueryError for a saved log among other sources: what it says is of its rows alone.
    """
    for source in sources:
        said = getattr(source, "metadata", None)
        data = None if said is None else said().get(KEY)
        if data is None:
            continue
        if len(sources) > 1:
            raise QueryError(
                f"{source.name} is a saved log, which is read by itself; read each, and add up "
                "their cubes"
            )
        return facts_of(data, source.name)
    return None


def read_saved(facts: Facts, asked: Reading, sources: Sequence[Any], made: type[Any]) -> Any:
    """Read a saved log: the same rows, domains, period and account."""
    from .reading import Reading

    name, base = sources[0].name, asked.base
    kind = next((kind for kind in _KINDS if _schema(kind) == base), None)
    if kind != facts.kind:
        way = f"read it with read_{facts.kind}" if facts.kind in _KINDS else "it is of no kind here"
        raise InputError(f"a saved log of {facts.kind}, not of {kind or base.record}: {way}",
                         source=name)  # fmt: skip
    _check(asked.options, name)
    if not set(facts.measures).isdisjoint(base.names):
        raise InputError("a saved log that is damaged: a column twice", source=name)
    schema = base.with_measures(facts.measures)
    strange = [one for one in (*facts.columns, *facts.domains) if one not in schema.names]
    if strange or any(schema.field(one).kind != "label" for one in facts.domains):
        raise InputError("a saved log that is damaged: columns of another kind", source=name)
    only = asked.options.only
    options = asked.options._replace(
        domains=facts.domains, measures=facts.measures, errors="raise",
        only=facts.columns if only is None else only, period=_period(facts),
        unit=facts.unit or None, source_tz="UTC",
    )  # fmt: skip
    log = Reading(base, options).run_opened(sources, made, facts.synthetic)
    if len(log) != facts.rows or log.duplicates:
        raise InputError(
            f"a saved log that is damaged: {len(log):,} rows, of {facts.rows:,}", source=name
        )
    checked = facts.account.checked
    if only is not None:
        checked = tuple(one for one in checked if one in log.account.checked)
    log.account = facts.account._replace(checked=checked).check()
    log.facts = log.facts._replace(account=log.account)
    if log.period != facts.period and (schema.time in log.columns or facts.period_given):
        log._widened(facts.period)
    return log


def _check(options: Options, name: str) -> None:
    """Refuse options that would say anew what the file says."""
    for option, value, usual in zip(options._fields, options, Options(), strict=True):
        if option == "domains" and value is not None:
            value = {one: domain for one, domain in value.items() if one != "edition"} or None
        if option not in _HARMLESS and value != usual:
            raise QueryError(
                f"{option}=: {name} is a saved log, which says itself what its columns and labels "
                f"are; leave {option} out"
            )


def _period(facts: Facts) -> tuple[str | None, str | None] | None:
    from ._instants import format_instant
    from ._zones import EARLIEST, LATEST

    if not facts.period_given:
        return None
    start, stop = facts.period
    return (
        None if start <= EARLIEST else format_instant(start),
        None if stop >= LATEST else format_instant(stop),
    )
