"""What the command can be asked: its verbs, their options, and how options are written.

A mistyped verb, option or choice is answered with the nearest one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from .errors import did_you_mean, suggest

__all__ = ["OTHERS", "Usage", "parse"]

#: Records beside messages: the options that name their files.
OTHERS = ("searches", "notices", "operations", "delegates")

RECORDS = ("messages", "searches", "records", "access", *OTHERS[1:])

_ROWS = 18_000_000  # of the demonstration: the published size of 2023

Runner = Callable[[Any], int]


class Usage(Exception):
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
        raise Usage(f"{message}\n{self.prog} --help shows what there is")


def parse(argv: list[str], verbs: Mapping[str, Runner]) -> argparse.Namespace:
    """Return the options of a command line; raise Usage for one that cannot be understood.

    ``verbs`` says for each verb what runs it: the option ``run`` of the answer.
    """
    parser, made = _parser(verbs)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        verb = made.get(getattr(arguments, "verb", ""), parser)
        known = [name for action in verb._actions for name in action.option_strings]
        word = next((one for one in unknown if one.startswith("-")), unknown[0])
        near = did_you_mean(suggest(word.partition("=")[0], known))
        raise Usage(f"no option {word!r}{near}\n{verb.prog} --help shows what there is")
    if not hasattr(arguments, "run"):
        parser.print_help()
        raise SystemExit(0)
    return arguments


def _parser(runs: Mapping[str, Runner]) -> tuple[_Parser, dict[str, argparse.ArgumentParser]]:
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

    def verb(name: str, words: str) -> argparse.ArgumentParser:
        made = added.add_parser(name, help=words, description=words, allow_abbrev=False)
        made.set_defaults(run=runs[name])
        verbs[name] = made
        return made

    demo = verb("demo", "make up a year of messages, print its figures, write its page")
    demo.add_argument("--rows", type=_whole, default=_ROWS, metavar="N", help="how many messages")
    demo.add_argument("--seed", type=int, default=0, help="another seed, another year")
    _page_options(demo)

    page = verb("report", "write the page of a log")
    _sources(page)
    _other_sources(page)
    _page_options(page)

    member = verb("member", "print the factsheet of a member")
    member.add_argument("member", help="any code or name")
    _sources(member)
    _other_sources(member)
    member.add_argument("-n", type=_whole, default=10, help="how many partners (10)")
    _format_options(member)

    top = verb("top", "print who sends or receives most")
    _sources(top)
    top.add_argument("--by", default="sender", choices=("sender", "receiver", "pair"))
    top.add_argument("-n", type=_whole, default=10, help="how many rows (10)")
    _question_options(top)

    count = verb("count", "count along any axes")
    _sources(count)
    count.add_argument(
        "--by", "--axes", default="", metavar="AXES", help="such as month,sender.region"
    )
    count.add_argument("--record", default="messages", choices=RECORDS, help="what the rows are")
    count.add_argument(
        "--jobs", type=_whole, default=1, metavar="N",
        help="how many processes read, into -o FILE.bcn: a tally, which merges with others",
    )  # fmt: skip
    count.add_argument("--sum", metavar="MEASURE", help="add up a column such as size instead")
    count.add_argument("-n", type=_whole, help="only the largest so many")
    count.add_argument("--no-zeros", action="store_true", help="leave out what has none")
    _question_options(count)

    merge = verb("merge", "merge saved tallies into one")
    merge.add_argument("source", nargs="+", metavar="TALLY", help="files that count -o wrote")
    merge.add_argument("-o", "--output", required=True, metavar="FILE", help="such as all.bcn")

    show = verb("show", "show a saved tally")
    show.add_argument("source", metavar="TALLY", help="a file that count -o or merge wrote")
    show.add_argument("--by", default="", metavar="AXES", help="some of its axes; others add up")
    show.add_argument("--parts", action="store_true", help="which files are in it")
    show.add_argument("-n", type=_whole, help="only the largest so many")
    show.add_argument("--no-zeros", action="store_true", help="leave out what has none")
    _format_options(show)

    look = verb("inspect", "look at a file: columns, mapping, labels, a call to paste")
    look.add_argument("source", metavar="SOURCE")
    look.add_argument("--record", choices=RECORDS, help="what the rows are, if not as it seems")
    look.add_argument("--encoding", help="of the text, such as latin-1")
    look.add_argument("--delimiter", help="between fields")

    members = verb("members", "list the members, or find one")
    members.add_argument("query", nargs="?", help="a code or a name in ar, en, fr or es")
    members.add_argument("--at", metavar="DAY", help="who was a member on a day")
    _format_options(members)
    return parser, verbs


def _other_sources(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("records beside messages")
    for record in OTHERS:
        group.add_argument(f"--{record}", metavar="SOURCE", help=f"a file or pattern of {record}")


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
