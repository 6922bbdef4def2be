"""A tally as bytes and back: canonical text for what it means, and the cells of the core.

``docs/format.md`` draws the format.  Text sections are JSON in one form: what is read must be
what would be written, byte by byte, so that equal tallies are equal bytes and nothing unknown
slips through.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING, Any

from . import _core
from ._tally_ledger import Ledger, Part
from ._tally_question import Question, State, fixed_axes
from .account import REASONS, Refusal
from .errors import InputError, QueryError
from .query import Not

if TYPE_CHECKING:
    from ._zones import Zone
    from .domain import Domain

__all__ = ["decoded", "encoded", "ledger_text", "readable_where", "zone_rules"]

QUESTION, DOMAINS, LEDGER, CELLS, IDS = 1, 2, 3, 4, 5


def _text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _parsed(section: memoryview, name: str) -> Any:
    raw = bytes(section)
    try:
        value = json.loads(raw.decode("utf-8", "surrogatepass"))
        again = _text(value)
    except (ValueError, RecursionError, TypeError) as error:
        raise InputError(f"damaged {name}: {error}") from None
    if again != raw:
        raise InputError(f"damaged {name}: written in another form")
    return value


# --- filters ---


def readable_where(where: Mapping[str, object] | None) -> dict[str, object]:
    """Return filters in plain values; raise QueryError for those that a tally cannot carry."""
    if where is not None and not isinstance(where, Mapping):
        raise QueryError(f"where={where!r}: give a dict such as {{'kind': 'request'}}")
    return {str(name): _unplain(_plain(name, value)) for name, value in (where or {}).items()}


def _plain(name: str, value: object) -> Any:
    if value is None or (isinstance(value, str) and type(value) is str):
        return value
    if isinstance(value, Not):
        return {"not": _plain(name, value.value)}
    if isinstance(value, datetime.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return {"range": [_plain(name, one) for one in value]}
    if isinstance(value, list | set | frozenset):
        return [_plain(name, one) for one in value]
    if isinstance(value, str):
        return str(value)
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise QueryError(
            f"where={{{name!r}: {value!r}}}: a tally keeps labels, numbers, times and ranges of "
            "them; what depends on the data, such as last(), has no meaning part by part"
        ) from None


def _unplain(value: Any) -> object:
    if isinstance(value, list):
        return [_unplain(one) for one in value]
    if not isinstance(value, dict):
        return value
    [(kind, inner)] = value.items()
    if kind == "not":
        made = Not(0)
        made.value = _unplain(inner)
        return made
    if kind == "range":
        return tuple(_unplain(one) for one in inner)
    one: object = (
        datetime.datetime.fromisoformat(inner)
        if kind == "time"
        else datetime.date.fromisoformat(inner)
    )
    return one


# --- the question ---


@lru_cache(maxsize=64)
def zone_rules(zone: Zone) -> str:
    """Return a digest of when a zone's clocks change from 1900 to 2100; empty for UTC."""
    if zone.is_utc:
        return ""
    starts, offsets = zone.table(-2_208_988_800_000_000, 4_102_444_800_000_000)
    return _core.digest(_text([starts.tolist(), offsets.tolist()])).hex()


def _question(state: State) -> dict[str, Any]:
    question = state.question
    names = {field.name for field in _schema(question.kind).fields}
    return {
        "kind": question.kind,
        "axes": list(question.axes),
        "where": {name: _plain(name, value) for name, value in question.where.items()},
        "tz": question.zone.key,
        "rules": zone_rules(question.zone),
        "measure": question.measure,
        "measures": [name for name in question.schema.names if name not in names],
        "asof": question.asof,
        "dedupe": question.dedupe,
        "period": None if question.period is None else list(question.period),
        "labels": {name: list(labels) for name, labels in state.labels.items()},
    }


def _schema(kind: str) -> Any:
    from ._tally_kinds import kind_of

    return kind_of(kind).schema


@lru_cache(maxsize=64)
def _domain_text(domain: Domain) -> bytes:
    state = [sorted(part) if isinstance(part, frozenset) else part for part in domain._state()]
    return _text(state)


def _domains(question: Question) -> bytes:
    """Each declared domain once, and which column has which."""
    texts: list[bytes] = []
    columns: dict[str, int | None] = {}
    for name, domain in question.domains.items():
        if domain is None:
            columns[name] = None
            continue
        text = _domain_text(domain)
        if text not in texts:
            texts.append(text)
        columns[name] = texts.index(text)
    return b'{"columns":' + _text(columns) + b',"domains":[' + b",".join(texts) + b"]}"


@lru_cache(maxsize=64)
def _read_domains(raw: bytes) -> tuple[tuple[str, Domain | None], ...]:
    from .domain import Domain

    value = _parsed(memoryview(raw), "domains")
    made = []
    for labels, names, aliases, refused, tables, called, members, since, until in value["domains"]:
        domain = Domain(labels, names, members=members, since=since, until=until, refused=refused)
        domain._aliases = {
            text: tuple(one) if isinstance(one, list) else one for text, one in aliases.items()
        }
        domain._tables = {
            name: (
                tuple(values),
                tuple(tuple((str(day), index(code)) for day, code in spans) for spans in rows),
            )
            for name, (values, rows) in tables.items()
        }
        for values, rows in domain._tables.values():
            codes = [code for spans in rows for _, code in spans]
            if len(rows) != len(domain) or not all(-1 <= code < len(values) for code in codes):
                raise InputError("damaged domains: a table does not fit its labels")
        domain._table_names = called
        made.append(domain)
    columns = value["columns"]
    return tuple((name, None if at is None else made[index(at)]) for name, at in columns.items())


def _read_question(value: dict[str, Any], raw_domains: bytes) -> tuple[Question, dict[str, Any]]:
    from ._tally_kinds import kind_of
    from ._zones import resolve_zone

    schema = kind_of(value["kind"]).schema.with_measures(value["measures"])
    zone = resolve_zone(value["tz"])
    if zone_rules(zone) != value["rules"]:
        raise InputError(
            f"the clocks of {value['tz']} went otherwise where this was written: the rules of "
            "time zones here are of another version"
        )
    domains = dict(_read_domains(raw_domains))
    if set(domains) != {field.name for field in schema.fields if field.kind == "label"}:
        raise InputError("damaged domains: not the columns of these records")
    period = value["period"]
    question = Question(
        value["kind"], schema, tuple(value["axes"]),
        {name: _unplain(one) for name, one in value["where"].items()}, zone, value["measure"],
        value["asof"], value["dedupe"],
        None if period is None else (index(period[0]), index(period[1])),
        {name: domains[name] for name in (f.name for f in schema.fields) if name in domains},
    )  # fmt: skip
    labels = {name: tuple(met) for name, met in value["labels"].items()}
    if tuple(sorted(labels)) != tuple(sorted(question.open_columns)) or any(
        list(met) != sorted(set(met)) for met in labels.values()
    ):
        raise InputError("damaged question: labels that are not those of its axes, in order")
    return question, {name: labels[name] for name in question.open_columns}


# --- the ledger ---


def _ledger(ledger: Ledger) -> dict[str, Any]:
    return {
        "parts": {name: list(part) for name, part in ledger.parts.items()},
        "loose": list(ledger.loose),
        "refused": [
            [column, REASONS.index(reason), count,
             dict(ledger.values.get((column, reason), {}))]
            for (column, reason), count in sorted(ledger.causes.items())
        ],
        "rows": [
            [row.source, row.row, row.line, row.column, REASONS.index(row.reason), row.value]
            for row in ledger.rows
        ],
        "spans": {name: list(span) for name, span in ledger.spans.items()},
        "met": {name: sorted(labels) for name, labels in ledger.met.items()},
        "columns": sorted(ledger.columns),
        "synthetic": sorted(ledger.synthetic),
        "alone": list(ledger.alone),
        "held": list(ledger.held),
    }  # fmt: skip


def ledger_text(ledger: Ledger) -> bytes:
    """Return a ledger as the bytes of its section."""
    return _text(_ledger(ledger))


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 64:
        raise ValueError(f"{value!r} is no number of rows")
    return value


def _read_ledger(value: dict[str, Any]) -> Ledger:
    parts = {
        name: Part(bytes.fromhex(digest).hex(), *map(_count, rows))
        for name, (digest, *rows) in value["parts"].items()
    }
    causes, values = {}, {}
    for column, reason, count, kept in value["refused"]:
        cause = column, REASONS[_count(reason)]
        causes[cause] = _count(count)
        if kept:
            values[cause] = {text: _count(rows) for text, rows in kept.items()}
    rows = tuple(
        Refusal(source, row, line, column, REASONS[_count(reason)], text)
        for source, row, line, column, reason, text in value["rows"]
    )
    loose = tuple(map(_count, value["loose"]))
    ledger = Ledger(
        parts, loose, causes, values, rows,  # type: ignore[arg-type]
        {name: (index(start), index(stop)) for name, (start, stop) in value["spans"].items()},
        {name: frozenset(labels) for name, labels in value["met"].items()},
        frozenset(value["columns"]), frozenset(value["synthetic"]),
        tuple(map(_count, value["alone"])), tuple(map(_count, value["held"])),  # type: ignore[arg-type]
    )  # fmt: skip
    for seen, accepted, rejected, duplicates in (ledger.loose, *(p[1:] for p in parts.values())):
        if seen != accepted + rejected + duplicates:
            raise ValueError("the account does not close")
    known = sum(causes.values())
    _, accepted, rejected, duplicates = ledger.totals()
    closed = rejected >= known if any(ledger.alone) else rejected == known
    if (
        not closed
        or accepted < 0
        or duplicates < 0
        or any(sum(kept.values()) > causes[cause] for cause, kept in values.items())
    ):
        raise ValueError("refused rows and their reasons do not add up")
    return ledger


# --- all of it ---


def encoded(cells: _core.Cells) -> bytes:
    """Return a tally as bytes; equal tallies give equal bytes."""
    state = cells.note
    sections: list[tuple[int, Any]] = [
        (QUESTION, _text(_question(state))),
        (DOMAINS, _domains(state.question)),
        (LEDGER, ledger_text(state.ledger)),
        (CELLS, cells.write()),
    ]
    if state.ids is not None:
        sections.append((IDS, state.ids.write()))
    return _core.wire_pack(sections)


def decoded(data: Any) -> _core.Cells:
    """Return the tally of some bytes; raise InputError, a ValueError, for any others."""
    view = memoryview(data).cast("B") if not isinstance(data, memoryview) else data
    try:
        sections = {name: view[start:stop] for name, start, stop in _core.wire_unpack(view)}
        if sorted(sections)[:4] != [QUESTION, DOMAINS, LEDGER, CELLS] or max(sections) > IDS:
            raise InputError("damaged: not the sections of a tally")
        raw = bytes(sections[DOMAINS])
        question, labels = _read_question(_parsed(sections[QUESTION], "question"), raw)
        ledger = _read_ledger(_parsed(sections[LEDGER], "ledger"))
        state = State(question, labels, ledger)
        size = 1
        for axis in fixed_axes(state):
            size *= len(axis)
        if IDS in sections:
            ids = _core.Ids.read(sections[IDS], size)
            state = state._replace(ids=ids)
            if not len(ids) or question.dedupe != "all" or ledger.held != (len(ids), ids.same):
                raise InputError("damaged: ids that are not those of its ledger")
        elif any(ledger.held):
            raise InputError("damaged: the ids are missing")
        cells = _core.Cells.read(sections[CELLS], state)
        if cells.shape != (len(question.split[0]), size):
            raise InputError("damaged: the cells are not those of its axes")
        if _text(_question(state)) != bytes(sections[QUESTION]) or (
            _domains(question) != raw or ledger_text(ledger) != bytes(sections[LEDGER])
        ):
            raise InputError("damaged: written in another form")
    except (InputError, MemoryError):
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
            RecursionError, QueryError) as error:  # fmt: skip
        raise InputError(f"cannot be read as a tally: {error}") from None
    return cells
