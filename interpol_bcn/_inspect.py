"""A first look at a source: what its columns hold, and the call that reads it.

Nothing is decided by looks alone: the call that is offered was tried on the first rows, and
what it refused is said, with the nearest choices.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._heads import Sample, first_rows, holds
from ._kinds_met import lacking, met
from .errors import BcnError, LabelError, did_you_mean
from .vocabularies import vocabulary

if TYPE_CHECKING:
    from .account import Rejected
    from .domain import Domain
    from .table import Table

__all__ = ["Inspection", "inspect"]

_ZONELESS = "time without a zone"
_FORMATS = (
    "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d",
    "%Y%m%d %H%M%S", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip


class Inspection:
    """What was seen of a source.

    ``kind`` is the kind of records it is taken for ("messages", "searches", ...), ``why`` says
    what tells it; ``columns`` is a Table (column, as, holds, distinct, missing, examples),
    ``mapping`` our columns to the source's, ``unknown`` the labels that were not understood
    with the nearest choices, ``notes`` what to know, ``call`` the code that reads the source.
    """

    __slots__ = (
        "call", "columns", "form", "kind", "mapping", "name", "notes", "unknown", "why",
    )  # fmt: skip

    def __init__(
        self, name: str, form: str, columns: Table, mapping: dict[str, str],
        unknown: dict[str, tuple[str, ...]], notes: Sequence[str], call: str, kind: str,
        why: str,
    ) -> None:  # fmt: skip
        self.name = name
        self.form = form
        self.columns = columns
        self.mapping = mapping
        self.unknown = unknown
        self.notes = tuple(notes)
        self.call = call
        self.kind = kind
        self.why = why

    def _lines(self) -> list[str]:
        lines = [self.why, *self.notes]
        for label, choices in list(self.unknown.items())[:10]:
            lines.append(f"unknown label {label!r}{did_you_mean(choices)}")
        if len(self.unknown) > 10:
            lines.append(f"... {len(self.unknown) - 10:,} more unknown labels")
        return lines

    def __repr__(self) -> str:
        head = f"{self.name}: {self.form}"
        parts = [head, self.columns.to_text(rows=40), *self._lines(), "", self.call]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        return (
            f"<p><strong>{escape(self.name)}</strong>: {escape(self.form)}</p>"
            f"{self.columns.to_html(rows=40)}<ul>{notes}</ul><pre>{escape(self.call)}</pre>"
        )


def inspect(
    source: Any,
    *,
    kind: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    rows: int = 2000,
) -> Inspection:
    """Look at the first rows of a source and say how to read it.

    Of each column: what it holds, by its values; which of our columns it seems to be, by
    its name in four languages and by its values; and how much is missing.  The kind of the
    records (messages, searches, records, access, delegates, operations, notices) is the one
    with the most of its required columns among the names, of equals messages first; ``kind``
    says it instead.  The offered call has been tried on the first ``rows`` rows.  Raise what
    opening the source raises, QueryError for a kind that there is none of.

    >>> import interpol_bcn as bcn
    >>> seen = bcn.inspect({"Fecha": ["05/01/2023 10:00"], "Remitente": ["Francia"],
    ...                     "Destino": ["DEU"]})
    >>> seen.mapping
    {'sent_at': 'Fecha', 'sender': 'Remitente', 'receiver': 'Destino'}
    >>> bcn.inspect({"Date": ["2023-12-31"], "Pays": ["France"], "Base": ["SLTD"],
    ...              "Stock": [5]}).kind
    'records'
    """
    from .sources import open_sources

    sources = open_sources(source)
    first = sources[0]
    form, sample, options = first_rows(first, encoding, delimiter, rows)
    if len(sources) > 1:
        form += f"; the first of {len(sources):,} sources"
    return _Look(source, first.name, form, sample, options, kind).result()


# What it holds


class _Look:
    """One sample of rows, looked at."""

    def __init__(
        self, source: Any, name: str, form: str, sample: Sample, options: dict[str, Any],
        kind: str | None,
    ) -> None:  # fmt: skip
        from .members import members

        self.source = source
        self.name = name
        self.form = form
        self.sample = sample
        self.options = options
        self.domain: Domain = members.domain()
        self.notes: list[str] = []
        self.bureaus = {title: self._share(values) for title, values in sample.items()}
        self.holds = {title: holds(values) for title, values in sample.items()}
        self.met = met(tuple(sample), self.holds, kind)
        self.schema = self.met.schema

    def _share(self, values: Sequence[Any]) -> float:
        """The share of different texts that are bureaus, in four languages."""
        texts = {value for value in values if isinstance(value, str)}
        return sum(self.domain.lookup(text) >= 0 for text in texts) / len(texts) if texts else 0.0

    def result(self) -> Inspection:
        mapping = self.mapping = self._mapping()
        missing = lacking(self.schema, mapping)
        options = self._options(mapping)
        unknown: dict[str, tuple[str, ...]] = {}
        if missing:
            self.notes.append(f"no column seems to be {' or '.join(missing)}: see columns=")
        elif any(self.sample.values()):
            unknown = self._try(mapping, options)
        for name in missing:
            mapping_hint = options.setdefault("columns", {})
            mapping_hint[name] = "..."
        return Inspection(
            self.name, self.form, self._table(mapping), mapping, unknown, self.notes,
            self._call(options), self.met.kind, self.met.why,
        )  # fmt: skip

    def _mapping(self) -> dict[str, str]:
        """Our columns to theirs: by name, then by what is in them."""
        found, schema = dict(self.met.mapping), self.schema
        taken = set(found.values())
        time = schema.time or ""
        if time in lacking(schema, found):
            times = [t for t in self.sample if t not in taken and self.holds[t].startswith("time")]
            if times:
                found[time] = times[0]
                taken.add(times[0])
                if len(times) > 1:
                    self.notes.append(f"several columns of times: {', '.join(map(repr, times))}")
        self._sides(found)
        self._labels(found)
        weight = schema.weight
        if weight is not None and found.get(weight, weight) != weight:
            self.notes.append(
                f"a row is taken to stand for as many {weight} as {found[weight]!r} says"
            )
        return {name: found[name] for name in schema.names if name in found}

    def _labels(self, found: dict[str, str]) -> None:
        """Labels of a shipped domain other than the bureaus, by what is in the columns."""
        for field in self.schema.fields:
            if not field.required or not field.domain or field.bureau or field.name in found:
                continue
            domain = vocabulary(field.domain)
            for title, values in self.sample.items():
                texts = {value for value in values if isinstance(value, str)}
                known = sum(domain.lookup(text) >= 0 for text in texts)
                if title not in found.values() and texts and known >= 0.6 * len(texts):
                    found[field.name] = title
                    self.notes.append(f"{field.name} is taken to be {title!r} by its values")
                    break

    def _sides(self, found: dict[str, str]) -> None:
        """Sender and receiver, or the bureau, by what is in the columns, where no name told them.

        A country's name and its code beside it are one side: the better known is taken.
        """
        sides: list[list[str]] = []
        for title in self.sample:
            if self.bureaus[title] < 0.6 or title in found.values():
                continue
            for side in sides:
                if self._same(side[0], title):
                    side.append(title)
                    break
            else:
                sides.append([title])
        ours = [field.name for field in self.schema.fields if field.bureau]
        known = [found[name] for name in ours if name in found]
        sides = [side for side in sides if not any(self._same(side[0], one) for one in known)]
        for name in ours:
            if name not in found and sides:
                found[name] = max(sides.pop(0), key=self.bureaus.__getitem__)
                self.notes.append(f"{name} is taken to be {found[name]!r} by its values and place")

    def _same(self, one: str, other: str) -> bool:
        """Whether two columns name the same bureau in nearly every row."""
        pairs = [
            (self.domain.lookup(a), self.domain.lookup(b))
            for a, b in zip(self.sample[one][:200], self.sample[other][:200], strict=True)
            if isinstance(a, str) and isinstance(b, str)
        ]
        both = [(a, b) for a, b in pairs if a >= 0 and b >= 0]
        return len(both) > 1 and sum(a == b for a, b in both) > 0.9 * len(both)

    def _options(self, mapping: Mapping[str, str]) -> dict[str, Any]:
        options = dict(self.options)
        renamed = {ours: title for ours, title in mapping.items() if ours != title}
        if renamed:
            options["columns"] = renamed
        ours = [f.name for f in self.schema.fields if f.bureau]
        sides = [mapping[name] for name in ours if name in mapping]
        if sides and all(self.sample[t] and self.bureaus[t] < 0.3 for t in sides):
            options["members"] = "infer"
            self.notes.append(
                f"{' and '.join(ours)} {'is' if len(ours) == 1 else 'are'} no bureaus: every "
                "label is taken as it is; "
                "members=bcn.Domain([...]) closes the set"
            )
        return options

    def _try(
        self, mapping: Mapping[str, str], options: dict[str, Any]
    ) -> dict[str, tuple[str, ...]]:
        """Read the sample; add the options that it turns out to need; return unknown labels."""
        columns = {title: self.sample[title] for title in dict.fromkeys(mapping.values())}
        log = self._read(columns, options)
        if log is None:
            return {}
        whole = len(log.rejected)
        if _reasons(log.rejected).get("not a time", 0) * 2 > log.seen:
            tried = [
                (-1 if other is None else len(other.rejected), form)
                for form in _FORMATS
                for other in [self._read(columns, {**options, "source_tz": "UTC",
                                                   "time_format": form})]
            ]  # fmt: skip
            best = min((count, at) for at, (count, _) in enumerate(tried) if count >= 0)
            if best[0] < whole:
                options["time_format"] = tried[best[1]][1]
                twins = [form for count, form in tried if count == best[0]]
                if options["time_format"].startswith("%d/%m") and any(
                    form.startswith("%m/%d") for form in twins
                ):
                    self.notes.append("these dates read as day/month and as month/day: check")
            log = self._read(columns, options)
            assert log is not None
        if _reasons(log.rejected).get(_ZONELESS):
            options["source_tz"] = "UTC"
            self.notes.append("the times state no zone: say in source_tz where the clock stood")
            log = self._read(columns, options)
            assert log is not None
        if log.dates_only and len(log) and self.schema.time in ("sent_at", "searched_at"):
            self.notes.append("dates without hours: nothing can be asked of hours")
        if log.rejected.count:
            options["errors"] = "reject"
            reasons = ", ".join(
                f"{count:,} {reason}" for reason, count in _reasons(log.rejected).items()
            )
            self.notes.append(f"tried: {len(log):,} of {log.seen:,} rows accepted; {reasons}")
        else:
            twice = f", {log.duplicates:,} duplicates" if log.duplicates else ""
            self.notes.append(f"tried: all of {log.seen:,} rows read{twice}")
        return self._unknown(log.rejected)

    def _read(self, columns: Sample, options: Mapping[str, Any]) -> Any:
        import interpol_bcn as bcn

        mine = {k: v for k, v in options.items() if k not in ("encoding", "delimiter")}
        mine.setdefault("members", self.domain)  # made once, not for every trial
        try:
            reader = getattr(bcn, f"read_{self.met.kind}")
            return reader(columns, **{**mine, "errors": "reject", "threads": 1})
        except BcnError as error:
            self.notes.append(str(error))
            return None

    def _unknown(self, rejected: Rejected) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in rejected.by("reason", "column", "value"):
            if row["reason"] not in ("unknown label", "ambiguous label", "not a member"):
                continue
            domain = self._domain(row["column"])
            if domain is None:
                continue
            try:
                domain.resolve(row["value"])
            except LabelError as error:
                found[row["value"]] = error.choices
        return found

    def _domain(self, column: str) -> Domain | None:
        """The domain of a column, by our name or the source's."""
        ours = {title: name for name, title in self.mapping.items()}
        name = ours.get(column, column)
        field = self.schema.field(name) if name in self.schema.names else None
        if field is None or not field.domain:
            return None
        return self.domain if field.bureau else vocabulary(field.domain)

    def _table(self, mapping: Mapping[str, str]) -> Table:
        from .table import Table

        ours = {title: name for name, title in mapping.items()}
        rows: dict[str, list[Any]] = {
            "column": [], "as": [], "holds": [], "distinct": [], "missing": [], "examples": [],
        }  # fmt: skip
        for title, values in self.sample.items():
            met = list(dict.fromkeys(str(value) for value in values if value is not None))
            kind = self.holds[title]
            if kind in ("text", "labels") and self.bureaus[title] >= 0.6:
                kind = "bureaus"
            rows["column"].append(title)
            rows["as"].append(ours.get(title, ""))
            rows["holds"].append(kind)
            rows["distinct"].append(len(met))
            rows["missing"].append(sum(value is None for value in values))
            shown = ", ".join(met[:3])
            rows["examples"].append(shown if len(shown) <= 60 else shown[:59] + "…")
        return Table(rows)

    def _call(self, options: Mapping[str, Any]) -> str:
        named = self.source if isinstance(self.source, str) else None
        if isinstance(self.source, os.PathLike):
            named = os.fspath(self.source)
        lines = [repr(named) if named is not None else "data"]
        lines += [f"{name}={value!r}" for name, value in options.items()]
        if len(lines) == 1:
            return f"bcn.read_{self.met.kind}({lines[0]})"
        body = "".join(f"    {line},\n" for line in lines)
        return f"bcn.read_{self.met.kind}(\n{body})"


def _reasons(rejected: Rejected) -> dict[str, int]:
    return {row["reason"]: row["rows"] for row in rejected.by("reason")}
