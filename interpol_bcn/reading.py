"""Reading: from a source to a log, through the one builder.

Every source is delimited text, which the core reads itself, or Arrow batches.  What differs
between kinds of records is their schema; what differs between sources ends here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar, cast

from . import _core
from ._options import Options
from .account import REASONS, Account, Refusal, Rejected
from .domain import Domain
from .errors import InputError, QueryError, did_you_mean, suggest
from .logs import Log
from .schema import Field, Schema
from .vocabularies import vocabulary

if TYPE_CHECKING:
    from collections.abc import Generator

    from ._saved_facts import Facts
    from .sources import ArrowSource, CsvSource, Source

__all__ = ["MadeUp", "Reading"]

Made = TypeVar("Made", bound=Log)
#: a column made here: name, kind, data, labels, which rows state nothing
MadeUp = tuple[str, str, object, object, object]

_KEEP = 10_000
_SMALL = 1 << 20  # bytes of text below which one thread reads
_BLOCK = 0  # bytes of text taken at a time; 0 leaves it to the core
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
#: what Domain.lookup answers for a text it refuses -> the core's reason
_REASON_OF = {-1: -5, -2: -6, -3: -7}


class Reading:
    """One reading of one kind of record: a builder, and what to tell it."""

    def __init__(self, schema: Schema, options: Options) -> None:
        self.options = options
        self.base = schema
        self.schema = schema.with_measures(options.measures)
        options.check(self.schema)
        self.wanted = self._wanted()
        self.period = options.stated_period()
        self.domains = self._domains()
        self.zone = options.zone()
        self.threads = options.threads or processors()
        self.names: list[str] = []  # of the sources, for messages
        self.titles: dict[str, str] = {}  # our columns -> the present source's
        self.saved: Facts | None = None  # what a saved log said of itself
        self.builder = self._builder()
        self.file: int | None = None  # open, of plain text

    # Options

    def _wanted(self) -> tuple[str, ...]:
        only = self.options.only
        if only is None:
            return self.schema.names
        if isinstance(only, str) or not only:
            raise QueryError(f"only={only!r}: give a list of columns")
        return tuple(self.schema.fields[self.schema.number(name)].name for name in only)

    def _domains(self) -> dict[str, Domain | None]:
        """The closed domain of every label column; None where it is what is met."""
        given = dict(self.options.domains or {})
        bureaus = self._bureaus() if "bureaus" not in given else None
        domains: dict[str, Domain | None] = {}
        for field in self.schema.fields:
            if field.kind != "label":
                if field.name in given:
                    raise QueryError(f"domains: {field.name!r} is no column of labels")
                continue
            value = given.get(field.name, field.domain or None)
            if value == "bureaus":
                domains[field.name] = bureaus
            elif isinstance(value, str):
                domains[field.name] = vocabulary(value)
            elif value is None or isinstance(value, Domain):
                domains[field.name] = value
            else:
                domains[field.name] = Domain(value)
        return domains

    def _bureaus(self) -> Domain | None:
        from .members import Members, members

        options = self.options
        source = members if options.members is None else options.members
        if isinstance(source, Members):
            return source.domain(options.extra, aliases=options.aliases)
        if isinstance(source, Domain):
            domain = source.extended(options.extra) if options.extra else source
            return domain.with_aliases(options.aliases) if options.aliases else domain
        if source == "infer":
            if options.extra or options.aliases:
                raise QueryError('members="infer" takes every label as it is: no extra, no aliases')
            return None
        if isinstance(source, Iterable) and not isinstance(source, str):
            domain = Domain([*source, *options.extra])
            return domain.with_aliases(options.aliases) if options.aliases else domain
        raise QueryError(f'members={source!r}: give bcn.members, a Domain, labels or "infer"')

    # The builder

    def _builder(self) -> _core.Builder:
        first: dict[bool, int] = {}
        fields = []
        for number, field in enumerate(self.schema.fields):
            required = field.required and field.name in self.wanted
            size, shares, least, most = 0, -1, field.least, field.most
            if field.kind == "label":
                domain = self.domains[field.name]
                size = len(domain) if domain is not None else 0
                if domain is None and field.bureau:
                    owner = first.setdefault(True, number)
                    shares = owner if owner != number else -1
            elif field.kind == "time":
                least, most = _FIRST, _LAST
                if self.period is not None and field.name == self.schema.time:
                    least, most = self.period[0], self.period[1] - 1
            fields.append((field.kind, required, size, shares, least, most))
        rules = [
            (rule.kind, self.schema.number(rule.first), self.schema.number(rule.second),
             rule.otherwise)
            for rule in self.schema.rules
        ]  # fmt: skip
        schema = self.schema
        identity = -1 if schema.identity is None else schema.number(schema.identity)
        keys = [schema.number(name) for name in schema.keys] if identity >= 0 else []
        stop = self.options.errors == "raise"
        builder = _core.Builder(
            fields, self._resolve, identity, keys, stop, _KEEP, self.threads, rules
        )
        for number, field in enumerate(self.schema.fields):
            known = self.domains.get(field.name)
            if known is not None:
                builder.preload(number, dict(known.exact_labels()))
            builder.unstated(number, self.options.unstated(field.name))
        return builder

    def _resolve(self, column: int, text: str) -> int:
        domain = self.domains[self.schema.fields[column].name]
        assert domain is not None
        code = domain.lookup(text)
        return code if code >= 0 else _REASON_OF[code]

    # Reading

    def run(self, source: Any, made: type[Made]) -> Made:
        """Read every source in order and return the log."""
        from .sources import open_sources

        opened = open_sources(source)
        facts = None
        if any(one.kind == "arrow" for one in opened):
            from ._saving import read_saved, saved_facts

            facts = saved_facts(opened)
        if facts is not None:
            self.saved = facts
            return read_saved(facts, self, opened, made)  # type: ignore[no-any-return]
        return self.run_opened(opened, made)

    def run_opened(self, opened: Sequence[Any], made: type[Made], synthetic: str = "") -> Made:
        """Read sources that are open, as what they hold says."""
        text = True
        for one in opened:
            self.feed(one)
            text = text and one.kind == "csv"
        if text and self.builder.seen == 0:
            raise InputError("a header and no rows", source=self.names[0], line=1)
        core, met = self.finish()
        return self._log(core, met, made, synthetic)  # type: ignore[no-any-return]

    def feed(self, one: Source) -> None:
        """Read the next source into the builder."""
        self.names.append(one.name)
        self.builder.begin(len(self.names) - 1)
        try:
            if one.kind == "csv":
                self._read_csv(one)  # type: ignore[arg-type]
            else:
                self._read_arrow(one)  # type: ignore[arg-type]
        except (InputError, QueryError):
            raise
        except ValueError as error:
            raise self._explained(error, one.name) from None
        except OSError as error:
            if error.filename is None and error.errno is not None:
                error.filename = one.name
            raise

    @property
    def position(self) -> int:
        """How many bytes of plain text are taken from the file in hand."""
        return 0 if self.file is None else os.lseek(self.file, 0, os.SEEK_CUR)

    def finish(self) -> tuple[_core.Log, list[Any]]:
        """Find duplicates among the rows in the builder, and return what it holds."""
        try:
            return self.builder.finish()
        except ValueError as error:
            raise self._explained(error, self.names[0]) from None

    def block(self, core: _core.Log, met: Sequence[Any], made: type[Made],
              accounts: Sequence[Any], refusals: Sequence[Any],
              duplicates: int = 0) -> Made:  # fmt: skip
        """Return the log of a block of rows, with the account of that block alone."""
        refused = sum(line[3] for line in accounts)
        counts = len(core) + refused + duplicates, len(core), duplicates, refused
        return self._log(core, met, made, "", (counts, accounts, refusals))  # type: ignore[no-any-return]

    def run_made(self, columns: Sequence[MadeUp], made: type[Made], seed: int) -> Made:
        """Read columns that were made up here from a seed, as the core exports them."""
        synthetic = f"synthetic data, seed {seed}"
        here = {column[0] for column in columns}
        self.names.append(synthetic)
        self.builder.begin(0)
        self.builder.read_arrow(
            _core.arrow_export(columns, True),
            [name if name in here else None for name in self.schema.names],
            None,
            None,
        )
        core, met = self.builder.finish()
        return self._log(core, met, made, synthetic)  # type: ignore[no-any-return]

    def _log(self, core: _core.Log, met: Sequence[Any], made: type[Log],
             synthetic: str = "", told: Any = None) -> Any:  # fmt: skip
        domains: dict[str, Domain] = {}
        for number, field in enumerate(self.schema.fields):
            if field.kind != "label":
                continue
            closed = self.domains[field.name]
            labels = met[number]
            if isinstance(labels, int):
                labels = met[labels]
            if closed is not None:
                domains[field.name] = closed
            elif labels:
                domains[field.name] = Domain(labels)
        return made._made(
            core, self.schema, domains, self._account(told), period=self.period,
            unit=self.schema.counted_per(self.options.unit), synthetic=synthetic,
            read=tuple(self.titles), rollup=self.options.rollup, bare=told is not None,
        )  # fmt: skip

    def _account(self, told: Any = None) -> Account:
        builder = self.builder
        if told is None:
            counts = builder.seen, builder.accepted, builder.duplicates, builder.refused
            told = counts, builder.accounts(), builder.refusals()
        (seen, accepted, duplicates, refused), lines, refusals = told
        names = self.schema.names
        rows = [
            Refusal(
                self.names[source],
                row,
                line or None,
                None if column is None else names[column],
                REASONS[reason],
                value,
            )
            for source, row, line, column, reason, value in refusals
        ]
        accounts = [
            ("" if column is None else names[column], REASONS[reason], value or "", count)
            for column, reason, value, count in lines
        ]
        return Account(
            seen, accepted, duplicates, Rejected(refused, rows, accounts), tuple(self.names),
            self.wanted,
        ).check()  # fmt: skip

    def _explained(self, error: ValueError, source: str) -> InputError:
        """The error of the core, with the words of the domain around it."""
        if not self.builder.stopped:
            return InputError(str(error), source=source)
        at, row, line, column, number, value = self.builder.refusals()[0]
        field = None if column is None else self.schema.fields[column]
        reason = REASONS[number]
        choices, hint = self._advice(field, number, value)
        return InputError(
            reason,
            source=self.names[at],
            line=line or None,
            row=row,
            column=None if field is None else self.titles.get(field.name, field.name),
            value=value,
            choices=choices,
            hint=hint,
        )

    def _advice(
        self, field: Field | None, reason: int, value: str | None
    ) -> tuple[Sequence[str], str]:
        domain = self.domains.get(field.name) if field is not None else None
        if domain is not None and value is not None and reason in (5, 6, 7):
            from .errors import LabelError

            try:
                domain.resolve(value)
            except LabelError as error:
                hint = error.hint
                if reason == 5:
                    hint = "Name it with aliases={...}, or set such rows aside with errors='reject'"
                return error.choices, hint
        hints = {
            8: "Say how times are written with time_format='%d/%m/%Y %H:%M'",
            9: "Say where the clock was with source_tz='Europe/Paris'",
            10: "Choose one with ambiguous='earlier' or 'later'",
            11: "Choose a time with nonexistent='forward' or 'backward'",
            3: "Name the encoding, as in encoding='latin-1'",
        }
        return (), hints.get(reason, "Set such rows aside with errors='reject'")

    def _match(self, titles: Sequence[str], source: str, line: int | None) -> dict[str, str]:
        """Which column of the source feeds which of ours; raise where one is missing."""
        mapping = dict(self.options.columns or {})
        blind: dict[str, str] = {}
        for title in titles:
            blind.setdefault(title.strip().casefold(), title)
        found: dict[str, str] = {}
        for field in self.schema.fields:
            if field.name not in self.wanted:
                continue
            title = mapping.get(field.name, field.name)
            actual = title if title in titles else blind.get(title.strip().casefold())
            if actual is not None:
                found[field.name] = actual
                continue
            asked = field.name in mapping or self.options.only is not None
            if field.required or asked or field.name in self.options.measures:
                known = ", ".join(map(repr, titles[:20])) + (", ..." if len(titles) > 20 else "")
                raise InputError(
                    f"no column {title!r}{did_you_mean(suggest(title, titles))}",
                    source=source,
                    line=line,
                    hint=f"Columns are: {known}; columns={{{field.name!r}: '...'}} maps them",
                )
        for name, title in found.items():
            if list(titles).count(title) > 1:
                raise InputError(
                    f"{list(titles).count(title)} columns are called {title!r}",
                    source=source,
                    line=line,
                    column=name,
                )
        return found

    def _read_arrow(self, source: ArrowSource) -> None:
        self.titles = self._match([name for name, _ in source.fields], source.name, None)
        wanted = list(dict.fromkeys(self.titles.values()))
        labels = [self.titles[name] for name in self.schema.of_kind("label") if name in self.titles]
        columns = [self.titles.get(name) for name in self.schema.names]
        source.threads = self.threads
        batches = source.batches(wanted, labels)
        with closing(cast("Generator[Any]", batches)):  # its threads end before an error goes on
            for batch in batches:
                self.builder.read_arrow(batch, columns, self.zone, self.options.time_format)

    def _read_csv(self, source: CsvSource) -> None:
        from .delimited import decoded, header

        with source.reading() as raw:
            file = decoded(raw, self.options.encoding, source.name)
            head = header(file, source.name, self.options.delimiter)
            self.titles = self._match(head.titles, source.name, head.line)
            fields = [
                head.titles.index(self.titles[name]) if name in self.titles else -1
                for name in self.schema.names
            ]
            plain = file is raw and source.path is not None and not source.compressed
            self.file = raw.fileno() if plain else None
            small = plain and os.fstat(raw.fileno()).st_size < _SMALL
            self.builder.read_csv(
                raw.fileno() if plain else file.read,
                head.delimiter,
                b'"',
                len(head.titles),
                fields,
                self.zone,
                self.options.time_format,
                head.rest,
                head.first_line,
                1 if small or source.path is None else self.threads,
                0,
                _BLOCK,
            )
            self.file = None


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
