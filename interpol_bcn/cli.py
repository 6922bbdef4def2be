"""The command ``interpol-bcn``: files in, figures or a page out.

Figures go to standard output, everything else to standard error.  The exit code is 0, 1 for
data that cannot be taken (an error names file, line, value and remedy) or 2 for a question
that cannot be asked this way.  ``python -m interpol_bcn`` is the same.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._arguments import OTHERS, Usage, parse
from .errors import BcnError, LabelError, QueryError

if TYPE_CHECKING:
    from .cube import Cube
    from .logs import Log
    from .messages import MessageLog
    from .table import Table

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    >>> main(["members", "Frnace"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = parse(list(sys.argv[1:] if argv is None else argv), VERBS)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except Usage as error:
        return _complain(str(error), 2)
    except (QueryError, LabelError) as error:
        return _complain(str(error), 2)
    except BrokenPipeError:
        # Whoever reads has seen enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BcnError, OSError, MemoryError) as error:
        return _complain(_words(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, BcnError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    return str(error) or type(error).__name__


def _complain(words: str, code: int) -> int:
    head = "interpol-bcn: "
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        head = f"\x1b[1;31m{head}\x1b[0m"
    print(f"{head}{words}", file=sys.stderr)
    return code


# What is done


def _log(arguments: argparse.Namespace) -> MessageLog:
    log: MessageLog = _read(arguments, "messages")
    return log


def _read(arguments: argparse.Namespace, record: str) -> Any:
    from importlib import import_module

    from ._progress import progress

    names = arguments.source
    if names.count("-") > 1:
        raise Usage("standard input can be read once")
    with progress("reading", names) as told:
        log = getattr(import_module("interpol_bcn"), f"read_{record}")(
            names if len(names) > 1 else names[0], **_reading(arguments, record)
        )
        told(log.seen)
    if log.rejected.count:
        print(f"interpol-bcn: {log.rejected!r}", file=sys.stderr)
    return log


def _reading(arguments: argparse.Namespace, record: str) -> dict[str, Any]:
    """The options of a reader that the command line names."""
    options = {
        "columns": dict(arguments.columns),
        "only": _only(arguments.only),
        "members": arguments.members,
        "extra": arguments.extra,
        "measures": arguments.measures,
        "aliases": dict(arguments.aliases) or None,
        "source_tz": arguments.source_tz,
        "ambiguous": arguments.ambiguous,
        "nonexistent": arguments.nonexistent,
        "time_format": arguments.time_format,
        "encoding": arguments.encoding,
        "delimiter": {"tab": "\t", "\\t": "\t"}.get(arguments.delimiter, arguments.delimiter),
        "errors": arguments.errors,
        "period": tuple(arguments.period) if arguments.period else None,
        "threads": arguments.threads,
    }
    return {**options, "unit": arguments.unit} if record == "messages" else options


def _only(names: str | None) -> list[str] | None:
    if names is None:
        return None
    listed = [name.strip() for name in names.split(",") if name.strip()]
    required = [name for name in ("sent_at", "sender", "receiver") if name not in listed]
    return [*required, *listed]


def _where(arguments: argparse.Namespace, log: MessageLog) -> dict[str, object] | None:
    found: dict[str, object] = {}
    for name, value in arguments.where:
        if name in found:
            raise Usage(f"--where {name}: once; write several labels as {name}=A,B")
        if name in log.measures and isinstance(value, tuple):
            value = tuple(end if end is None else _number(end) for end in value)
        elif name in log.measures and isinstance(value, str):
            value = _number(value)
        found[name] = value
    return found or None


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Usage(f"--where: {text!r} is no whole number") from None


def _demo(arguments: argparse.Namespace) -> int:
    from ._progress import progress
    from ._simulate import simulate_messages
    from ._simulate_notices import simulate_notices
    from ._simulate_records import simulate_delegates, simulate_operations
    from ._simulate_searches import simulate_searches

    seed = arguments.seed
    with progress("making up messages", []) as told:
        log = simulate_messages(arguments.rows, seed=seed)
        told(len(log))
    with progress("making up searches", []) as told:
        # As many to a message as in the published year: 8 billion to 18 million.
        searches = simulate_searches(max(1, arguments.rows * 4000 // 9), seed=seed)
        told(len(searches))
    others = (
        simulate_notices(seed=seed),
        simulate_operations(seed=seed),
        simulate_delegates(seed=seed),
    )
    with progress("counting in parts", []) as told:
        from ._report.parts import merged_parts

        further = merged_parts(log, arguments.language)
        told(2 * len(log))
    return _page(log, arguments, searches, *others, further=[further])


def _report(arguments: argparse.Namespace) -> int:
    return _page(_log(arguments), arguments, *_others(arguments))


def _others(arguments: argparse.Namespace) -> list[Log]:
    """Read the records beside messages that were named."""
    from importlib import import_module

    found = []
    for record in OTHERS:
        source = getattr(arguments, record)
        if source is not None:
            read = getattr(import_module("interpol_bcn"), f"read_{record}")
            found.append(read(source, errors=arguments.errors))
            if found[-1].rejected.count:
                print(f"interpol-bcn: {record}: {found[-1].rejected!r}", file=sys.stderr)
    return found


def _member(arguments: argparse.Namespace) -> int:
    from ._factsheet import factsheet
    from ._said import said

    sheet = factsheet(arguments.member, _log(arguments), *_others(arguments), n=arguments.n)
    head = said(sheet.title, arguments.language) if arguments.format == "text" else ""
    texts = [_text(one, arguments) for one in sheet.tables]
    return _put("\n".join([f"{head}\n", *texts] if head else texts), arguments)


def _page(
    log: MessageLog, arguments: argparse.Namespace, *others: Log,
    further: Sequence[tuple[str, str]] = (),
) -> int:  # fmt: skip
    from ._report import report
    from ._report.summary import summary

    made = report(
        log,
        *others,
        language=arguments.language,
        title=arguments.title,
        tz=arguments.tz,
        charts=False if arguments.no_charts else None,
    )
    print(summary(log, arguments.language, arguments.tz, further))
    made.save(arguments.output)
    print(f"→ {arguments.output} ({len(made.html.encode()) / 1000:,.0f} kB)")
    return 0


def _top(arguments: argparse.Namespace) -> int:
    log = _log(arguments)
    where = _where(arguments, log)
    cube: Cube
    if arguments.by == "pair":
        cube = log.flow(where=where, tz=arguments.tz)
    else:
        cube = log.count(arguments.by, where=where, tz=arguments.tz)
    return _show(cube.top(arguments.n), arguments)


def _count(arguments: argparse.Namespace) -> int:
    from ._cli_tally import is_tally, written

    axes = [name.strip() for name in arguments.by.split(",") if name.strip()]
    if is_tally(arguments.output):
        question = {"tz": arguments.tz, "where": dict(arguments.where) or None}
        if arguments.sum:
            question["measure"] = arguments.sum
        options = {**_reading(arguments, arguments.record), **question}
        return written(arguments, arguments.record, axes, options)
    if arguments.jobs > 1:
        raise Usage("--jobs reads into a tally: -o FILE.bcn")
    log = _read(arguments, arguments.record)
    where = _where(arguments, log)
    if arguments.sum:
        cube = log.sum(arguments.sum, *axes, where=where, tz=arguments.tz)
    else:
        cube = log.count(*axes, where=where, tz=arguments.tz)
    zeros = not arguments.no_zeros
    return _show(cube.top(arguments.n) if arguments.n else cube.to_table(zeros=zeros), arguments)


def _merge(arguments: argparse.Namespace) -> int:
    from ._cli_tally import merge

    return merge(arguments)


def _saved(arguments: argparse.Namespace) -> int:
    from ._cli_tally import shown

    return _show(shown(arguments), arguments)


def _inspect(arguments: argparse.Namespace) -> int:
    from ._inspect import inspect

    seen = inspect(
        arguments.source,
        kind=arguments.record,
        encoding=arguments.encoding,
        delimiter=arguments.delimiter,
    )
    print(seen)
    return 0


def _members(arguments: argparse.Namespace) -> int:
    from .members import members
    from .table import Table

    held = members if arguments.at is None else members.at(arguments.at)
    try:
        found = list(held) if arguments.query is None else [held[arguments.query]]
    except LabelError as error:
        return _complain(str(error), 1)
    day = arguments.at
    table = Table(
        {
            "member": [member.alpha_3 for member in found],
            "alpha_2": [member.alpha_2 for member in found],
            "name": [member.names[arguments.language] for member in found],
            "region": [member.value_at("region", day) or "" for member in found],
            "since": [member.since or "" for member in found],
        },
        title=f"{len(found)} members" if len(found) > 1 else found[0].name,
        note=held.note,
    )
    return _show(table, arguments)


def _show(table: Table, arguments: argparse.Namespace) -> int:
    return _put(_text(table, arguments), arguments)


def _text(table: Table, arguments: argparse.Namespace) -> str:
    """Return a table in the form, the language and the labels that were asked for."""
    options = {"labels": arguments.labels, "language": arguments.language}
    form = arguments.format
    if form == "json":
        return table.to_json(**options) or ""
    if form == "csv":
        return table.to_csv(**options) or ""
    if form == "md":
        return table.to_markdown(**options) + "\n"
    if form == "html":
        return table.to_html(**options) + "\n"
    printed = table.in_language(arguments.language, arguments.labels)
    whole = arguments.output is not None or not sys.stdout.isatty()
    return printed.to_text(rows=len(table) if whole else 60, width=200 if whole else None) + "\n"


def _put(text: str, arguments: argparse.Namespace) -> int:
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        from ._atomic import write_text

        write_text(arguments.output, text)
    return 0


VERBS = {
    "demo": _demo,
    "report": _report,
    "member": _member,
    "top": _top,
    "count": _count,
    "merge": _merge,
    "show": _saved,
    "inspect": _inspect,
    "members": _members,
}


if __name__ == "__main__":
    sys.exit(main())
