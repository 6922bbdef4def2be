"""The command ``interpol-bcn``: files in, figures or a page out.

Figures go to standard output, everything else to standard error.  The exit code is 0, 1 for
data that cannot be taken (an error names file, line, value and remedy) or 2 for a question
that cannot be asked this way.  ``python -m interpol_bcn`` is the same.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import BcnError, LabelError, QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from .cube import Cube
    from .logs import MessageLog
    from .table import Table

__all__ = ["main"]

_ROWS = 18_000_000  # of the demonstration: the published size of 2023


class _Usage(Exception):
    """The command cannot be understood; the text says why."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors suggest what was meant."""

    def error(self, message: str) -> NoReturn:
        """Raise with the nearest option or subcommand, and what shows all of them."""
        import re

        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong is not None:
            choices = [choice.strip(" '") for choice in wrong[2].split(",")]
            near = did_you_mean(suggest(wrong[1], choices))
            message = f"{message}{near}" if near else message
        raise _Usage(f"{message}\n{self.prog} --help shows what there is")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    >>> main(["members", "Frnace"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parse(list(sys.argv[1:] if argv is None else argv))
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except _Usage as error:
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


# What can be asked


def _parse(argv: list[str]) -> argparse.Namespace:
    parser, verbs = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        verb = verbs.get(getattr(arguments, "verb", ""), parser)
        known = [name for action in verb._actions for name in action.option_strings]
        word = next((one for one in unknown if one.startswith("-")), unknown[0])
        near = did_you_mean(suggest(word.partition("=")[0], known))
        raise _Usage(f"no option {word!r}{near}\n{verb.prog} --help shows what there is")
    if not hasattr(arguments, "run"):
        parser.print_help()
        raise SystemExit(0)
    return arguments


def _parser() -> tuple[_Parser, dict[str, argparse.ArgumentParser]]:
    # Abbreviations would change their meaning with every new option.
    parser = _Parser(
        prog="interpol-bcn",
        allow_abbrev=False,
        description="Exact figures on who writes to whom in a closed network of bureaus.",
        epilog="Try: interpol-bcn demo",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    added = parser.add_subparsers(title="what to do", metavar="VERB", dest="verb")
    verbs: dict[str, argparse.ArgumentParser] = {}

    def verb(name: str, run: Callable[[Any], int], words: str) -> argparse.ArgumentParser:
        made = added.add_parser(name, help=words, description=words, allow_abbrev=False)
        made.set_defaults(run=run)
        verbs[name] = made
        return made

    demo = verb("demo", _demo, "make up a year of messages, print its figures, write its page")
    demo.add_argument("--rows", type=_whole, default=_ROWS, metavar="N", help="how many messages")
    demo.add_argument("--seed", type=int, default=0, help="another seed, another year")
    _page_options(demo)

    page = verb("report", _report, "write the page of a log")
    _sources(page)
    _page_options(page)

    top = verb("top", _top, "print who sends or receives most")
    _sources(top)
    top.add_argument("--by", default="sender", choices=("sender", "receiver", "pair"))
    top.add_argument("-n", type=_whole, default=10, help="how many rows (10)")
    _question_options(top)

    count = verb("count", _count, "count along any axes")
    _sources(count)
    count.add_argument("--by", default="", metavar="AXES", help="such as month,sender.region")
    count.add_argument("--sum", metavar="MEASURE", help="add up a column such as size instead")
    count.add_argument("-n", type=_whole, help="only the largest so many")
    count.add_argument("--no-zeros", action="store_true", help="leave out what has none")
    _question_options(count)

    look = verb("inspect", _inspect, "look at a file: columns, mapping, labels, a call to paste")
    look.add_argument("source", metavar="SOURCE")
    look.add_argument("--encoding", help="of the text, such as latin-1")
    look.add_argument("--delimiter", help="between fields")

    members = verb("members", _members, "list the members, or find one")
    members.add_argument("query", nargs="?", help="a code or a name in ar, en, fr or es")
    members.add_argument("--at", metavar="DAY", help="who was a member on a day")
    _format_options(members)
    return parser, verbs


class _Version(argparse.Action):
    """Print the version; it is looked up only when asked for."""

    def __call__(self, *_: Any) -> None:
        from . import __version__

        print(f"interpol-bcn {__version__}")
        raise SystemExit(0)


def _sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", nargs="+", metavar="SOURCE",
        help="CSV (also .gz), Parquet, Arrow IPC or .xlsx; a pattern; - for standard input",
    )  # fmt: skip
    group = parser.add_argument_group("how to read")
    add = group.add_argument
    add(
        "--columns",
        action="append",
        type=_pair,
        default=[],
        metavar="OURS=THEIRS",
        help='what a column is called there, such as sent_at="Date envoi"; may be repeated',
    )
    add("--only", metavar="COLUMNS", help="read these columns and the required ones only")
    add("--source-tz", metavar="ZONE", help="zone of times that state none: Europe/Paris")
    add(
        "--ambiguous",
        choices=("raise", "earlier", "later"),
        default="raise",
        help="what a local time that happened twice means",
    )
    add(
        "--nonexistent",
        choices=("raise", "forward", "backward"),
        default="raise",
        help="what a local time that never happened means",
    )
    add("--time-format", metavar="FORMAT", help="of times not in ISO 8601: %%d/%%m/%%Y %%H:%%M")
    add("--encoding", default="utf-8", help="of the text, such as latin-1")
    add("--delimiter", help="between fields; found by itself if , ; or tab")
    add(
        "--errors",
        choices=("raise", "reject"),
        default="raise",
        help="stop at the first bad row, or set bad rows aside and count them",
    )
    add("--period", nargs=2, metavar=("FROM", "TO"), help="what the extract covers; TO excluded")
    add(
        "--unit",
        choices=("recipient", "message"),
        default="recipient",
        help="count a message for each recipient, or once",
    )
    add("--extra", action="append", default=[], metavar="LABEL", help="a further bureau")
    add(
        "--aliases",
        action="append",
        type=_pair,
        default=[],
        metavar="TEXT=LABEL",
        help='a further text for a bureau, such as "IP PARIS=FRA"',
    )
    add(
        "--measures",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a further column of whole numbers",
    )
    add("--members", choices=("infer",), help="infer: take every label as it is")
    add("--threads", type=_whole, help="how many threads read")  # fmt: skip


def _page_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", default="report.html", metavar="FILE", help="(report.html)")
    add("--language", choices=("en", "fr", "es", "ar"), default="en")
    add("--title", help="of the page")
    add("--tz", default="UTC", help="zone in which hours and days are read (UTC)")
    add("--no-charts", action="store_true", help="tables only")


def _question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where", action="append", type=_condition, default=[], metavar="COLUMN=VALUE",
        help="kind=request, kind=request,reply, kind!=notice, sent_at=2023-01..2023-07",
    )  # fmt: skip
    parser.add_argument("--tz", default="UTC", help="zone in which calendars are read (UTC)")
    _format_options(parser)


def _format_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--format", choices=("text", "json", "csv", "md", "html"), default="text")
    add("--labels", choices=("code", "name"), default="code", help="how bureaus are shown")
    add("--language", choices=("en", "fr", "es", "ar"), default="en")
    add("-o", "--output", metavar="FILE", help="write there instead of standard output")


def _whole(text: str) -> int:
    try:
        value = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number from 1 on")
    return value


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"{text!r}: write it as NAME=VALUE")
    return name.strip(), value.strip()


def _condition(text: str) -> tuple[str, object]:
    from .query import Not

    name, value = _pair(text)
    first, dots, last = value.partition("..")
    if name.endswith("!"):
        return name[:-1].rstrip(), Not(value.split(",") if "," in value else value)
    if dots:
        return name, (first or None, last or None)
    return name, value.split(",") if "," in value else value


# What is done


def _log(arguments: argparse.Namespace) -> MessageLog:
    from ._progress import progress
    from .reading import read_messages

    names = arguments.source
    if names.count("-") > 1:
        raise _Usage("standard input can be read once")
    with progress("reading", names) as told:
        log = read_messages(
            names if len(names) > 1 else names[0],
            columns=dict(arguments.columns),
            only=_only(arguments.only),
            members=arguments.members,
            extra=arguments.extra,
            measures=arguments.measures,
            aliases=dict(arguments.aliases) or None,
            source_tz=arguments.source_tz,
            ambiguous=arguments.ambiguous,
            nonexistent=arguments.nonexistent,
            time_format=arguments.time_format,
            encoding=arguments.encoding,
            delimiter={"tab": "\t", "\\t": "\t"}.get(arguments.delimiter, arguments.delimiter),
            errors=arguments.errors,
            period=tuple(arguments.period) if arguments.period else None,
            unit=arguments.unit,
            threads=arguments.threads,
        )
        told(log.seen)
    if log.rejected.count:
        print(f"interpol-bcn: {log.rejected!r}", file=sys.stderr)
    return log


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
            raise _Usage(f"--where {name}: once; write several labels as {name}=A,B")
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
        raise _Usage(f"--where: {text!r} is no whole number") from None


def _demo(arguments: argparse.Namespace) -> int:
    from ._progress import progress
    from ._simulate import simulate_messages

    with progress("making up messages", []) as told:
        log = simulate_messages(arguments.rows, seed=arguments.seed)
        told(len(log))
    return _page(log, arguments)


def _report(arguments: argparse.Namespace) -> int:
    return _page(_log(arguments), arguments)


def _page(log: MessageLog, arguments: argparse.Namespace) -> int:
    from ._report import report
    from ._report.summary import summary

    made = report(
        log,
        language=arguments.language,
        title=arguments.title,
        tz=arguments.tz,
        charts=False if arguments.no_charts else None,
    )
    print(summary(log, arguments.language, arguments.tz))
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
    log = _log(arguments)
    axes = [name.strip() for name in arguments.by.split(",") if name.strip()]
    where = _where(arguments, log)
    if arguments.sum:
        cube = log.sum(arguments.sum, *axes, where=where, tz=arguments.tz)
    else:
        cube = log.count(*axes, where=where, tz=arguments.tz)
    zeros = not arguments.no_zeros
    return _show(cube.top(arguments.n) if arguments.n else cube.to_table(zeros=zeros), arguments)


def _inspect(arguments: argparse.Namespace) -> int:
    from ._inspect import inspect

    seen = inspect(arguments.source, encoding=arguments.encoding, delimiter=arguments.delimiter)
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
    options = {"labels": arguments.labels, "language": arguments.language}
    form = arguments.format
    if form == "json":
        text = table.to_json(**options) or ""
    elif form == "csv":
        text = table.to_csv(**options) or ""
    elif form == "md":
        text = table.to_markdown(**options) + "\n"
    elif form == "html":
        text = table.to_html(**options) + "\n"
    else:
        printed = table.in_language(arguments.language, arguments.labels)
        whole = arguments.output is not None or not sys.stdout.isatty()
        text = printed.to_text(rows=len(table) if whole else 60, width=200 if whole else None)
        text += "\n"
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        from ._atomic import write_text

        write_text(arguments.output, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
