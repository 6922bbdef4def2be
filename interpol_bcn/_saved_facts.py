"""What a saved log says of itself beside its rows: written as JSON, read with suspicion.

The text is bounded, carries its digest, and is taken apart value by value: what is not of the
kind and size expected is refused before a log exists.  A domain is made again from its labels
and tables as any domain is, and has to have the digest that the file states.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from .account import REASONS, Account, Refusal, Rejected
from .domain import Domain
from .errors import InputError

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["KEY", "Facts", "domain_of", "facts_of", "state_of", "written"]

KEY = b"interpol_bcn"
VERSION = 1
MOST_BYTES = 64 << 20
_LATEST = 253_402_300_800_000_000
_EARLIEST = -62_135_596_800_000_000
_NAMES = frozenset((
    "format", "version", "kind", "rows", "measures", "columns", "dates", "domains", "labels",
    "period", "period_given", "unit", "synthetic", "account", "more",
))  # fmt: skip


class Facts(NamedTuple):
    """What was read of a saved log, all of it checked."""

    kind: str
    rows: int
    measures: tuple[str, ...]
    columns: tuple[str, ...]
    domains: dict[str, Domain]  # of the columns of labels that state any
    period: tuple[int, int]
    period_given: bool
    unit: str
    synthetic: str
    account: Account
    more: Mapping[str, Any]  # of delegates: their editions, and what was found when they settled


def written(log: Log, kind: str, measures: tuple[str, ...], more: Mapping[str, Any]) -> bytes:
    """Return the bytes that say what a log is."""
    domains = {domain.digest: state_of(domain) for domain in log.domains.values()}
    account = log.account
    rejected = account.rejected
    facts = {
        "format": "interpol_bcn log",
        "version": VERSION,
        "kind": kind,
        "rows": len(log),
        "measures": list(measures),
        "columns": list(log.columns),
        "dates": [name for name in log.schema.of_kind("time") if log.has_dates(name)],
        "domains": domains,
        "labels": {name: domain.digest for name, domain in log.domains.items()},
        "period": list(log.period),
        "period_given": log.period_given,
        "unit": log.unit,
        "synthetic": log.facts.synthetic,
        "account": {
            "seen": account.seen,
            "accepted": account.accepted,
            "duplicates": account.duplicates,
            "rejected": rejected.count,
            "rows": [[*row[:4], REASONS.index(row.reason), row.value] for row in rejected._rows],
            "accounts": [[one[0], REASONS.index(one[1]), *one[2:]] for one in rejected._accounts],
            "sources": list(account.sources),
            "checked": list(account.checked),
        },
        "more": dict(more),
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    if len(text) > MOST_BYTES:
        raise InputError(f"what the log says of itself takes {len(text):,} bytes; at most "
                         f"{MOST_BYTES:,} are written")  # fmt: skip
    return sha256(text).hexdigest().encode() + b"\n" + text


def facts_of(data: bytes, source: str) -> Facts:
    """Return what a file says of itself; raise InputError for anything but what is written."""
    try:
        return _facts(data)
    except InputError as error:
        raise InputError(f"a saved log that is damaged: {error}", source=source) from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError,
            OverflowError) as error:  # fmt: skip
        words = str(error) or type(error).__name__
        raise InputError(f"a saved log that is damaged: {words}", source=source) from None


def _facts(data: bytes) -> Facts:
    _must(len(data) <= MOST_BYTES + 65, "it says too much of itself")
    digest, _, text = data.partition(b"\n")
    _must(sha256(text).hexdigest().encode() == digest, "its digest differs")
    told = json.loads(text.decode("utf-8", "surrogatepass"))
    _must(isinstance(told, dict), "it says nothing of itself")
    _must(told.get("format") == "interpol_bcn log", "no saved log")
    if told.get("version") != VERSION:
        raise InputError(f"version {told.get('version')!r} of the form; this one reads {VERSION}")
    _must(set(told) == _NAMES, "facts are missing, or too many")
    domains: dict[str, Domain] = {}
    for name, state in _dict(told["domains"]).items():
        domains[name] = domain_of(state)
        _must(domains[name].digest == name, "a domain is not what its digest says")
    columns = _texts(told["columns"])
    labels = {name: domains[_text(one)] for name, one in _dict(told["labels"]).items()}
    _must(set(labels) <= set(columns), "labels of no column")
    start, stop = (_whole(end, _EARLIEST, _LATEST) for end in told["period"])
    _must(start <= stop, "a period that ends before it begins")
    rows = _whole(told["rows"], 0)
    account = _account(_dict(told["account"]))
    _must(account.accepted == rows, "an account of other rows")
    _texts(told["dates"])
    return Facts(
        _text(told["kind"]), rows, _texts(told["measures"]), columns, labels, (start, stop),
        _flag(told["period_given"]), _text(told["unit"]), _text(told["synthetic"]), account,
        _dict(told["more"]),
    )  # fmt: skip


def _account(told: Mapping[str, Any]) -> Account:
    rows = [
        Refusal(
            _text(source), _whole(row, 0), None if line is None else _whole(line, 0),
            None if column is None else _text(column), REASONS[_whole(reason, 1)],
            None if value is None else _text(value),
        )
        for source, row, line, column, reason, value in told["rows"]
    ]  # fmt: skip
    accounts = [
        (_text(column), REASONS[_whole(reason, 1)], _text(value), _whole(count, 1))
        for column, reason, value, count in told["accounts"]
    ]
    count = _whole(told["rejected"], 0)
    _must(sum(one[3] for one in accounts) == count >= len(rows), "refused rows that do not add up")
    seen, accepted, duplicates = (_whole(told[n], 0) for n in ("seen", "accepted", "duplicates"))
    _must(seen == accepted + count + duplicates, "an account that does not close")
    return Account(
        seen, accepted, duplicates, Rejected(count, rows, accounts), _texts(told["sources"]),
        _texts(told["checked"]),
    )  # fmt: skip


def state_of(domain: Domain) -> dict[str, Any]:
    """Return all content of a domain as plain data."""
    labels, names, aliases, refused, tables, table_names, members, since, until = domain._state()
    return {
        "labels": list(labels), "names": names, "aliases": aliases, "refused": refused,
        "tables": tables, "table_names": table_names,
        "members": None if members is None else sorted(members), "since": since, "until": until,
    }  # fmt: skip


def domain_of(state: Any) -> Domain:
    """Return the domain of plain data, made as any other and so checked."""
    labels = _texts(state["labels"])
    aliases = {
        text: tuple(_texts(target)) if isinstance(target, list) else _text(target)
        for text, target in _dict(state["aliases"]).items()
    }
    names = {
        label: _dict_of_texts(name) if isinstance(name, dict) else _text(name)
        for label, name in _dict(state["names"]).items()
    }
    members = state["members"]
    domain = Domain(
        labels, names, aliases, members=None if members is None else _texts(members),
        since=_dict_of_texts(state["since"]), until=_dict_of_texts(state["until"]),
        refused=_dict_of_texts(state["refused"]),
    )  # fmt: skip
    called = _dict(state["table_names"])
    for name, (values, rows) in _dict(state["tables"]).items():
        found = _texts(values)
        dated = [
            [
                (_text(day) or None,
                 None if code == -1 else found[_whole(code, 0)])
                for day, code in spans
            ]
            for spans in rows
        ]  # fmt: skip
        given = called.get(name)
        words = None if given is None else {
            value: _dict_of_texts(one) for value, one in _dict(given).items()}  # fmt: skip
        domain = domain.with_table(_text(name), dated, order=found, names=words)
    return domain


def _must(good: bool, words: str) -> None:
    if not good:
        raise InputError(words)


def _text(value: Any) -> str:
    _must(isinstance(value, str), f"{str(value)[:40]!r} is no text")
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    _must(isinstance(value, list), "no list of texts")
    return tuple(map(_text, value))


def _flag(value: Any) -> bool:
    _must(isinstance(value, bool), "neither true nor false")
    return bool(value)


def _whole(value: Any, least: int, most: int = 2**63 - 1) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    _must(good, f"{str(value)[:40]} is no number from {least:,} on")
    return int(value)


def _dict(value: Any) -> dict[str, Any]:
    _must(isinstance(value, dict), "no names with values")
    return dict(value)


def _dict_of_texts(value: Any) -> dict[str, str]:
    return {key: _text(one) for key, one in _dict(value).items()}
