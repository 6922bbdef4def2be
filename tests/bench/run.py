"""Ask every peer the same questions, in turn, in one run; compare answers, print medians.

    python -m tests.bench.run                         # 18 million rows, all that is installed
    python -m tests.bench.run --rows 1e6 --sections memory --questions sender,pair
    python -m tests.bench.run --write README.md       # the table between the markers

Every answer is compared whole with the first peer's; one that differs ends
the run with exit code 1.  Cold is a peer's first answer, after it has loaded
the messages; warm the median of the later ones.  Files lie in the page cache.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

from . import peers as peer_room

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
SECTIONS = ("memory", "shuffled", "files", "shapes", "slope", "ids", "peak", "import")
DEFAULT = ("memory", "shuffled", "files")
MODULES = {"ours": "interpol_bcn"}


@dataclass
class Row:
    """One question's times, in seconds, by peer; the first of each is cold."""

    section: str
    title: str
    goal: float
    times: dict[str, list[float]] = field(default_factory=dict)

    def cold(self, peer: str) -> float:
        return self.times[peer][0] * 1e3

    def warm(self, peer: str) -> float:
        later = self.times[peer][1:] or self.times[peer]
        return median(later) * 1e3

    @property
    def best(self) -> str | None:
        others = [peer for peer in self.times if peer != "ours"]
        return min(others, key=self.warm) if others else None

    @property
    def ratio(self) -> float | None:
        if "ours" not in self.times or self.best is None:
            return None
        return self.warm(self.best) / self.warm("ours")


class Wrong(Exception):
    """Two peers do not agree."""


def measure(
    section: str, question: Any, crew: dict[str, tuple[Any, Any]], repeats: int, same: Any
) -> Row:
    """Ask each peer in turn, `repeats` times round; `same(peer, result)` gives the answer."""
    row = Row(section, question.title, question.goal)
    agreed = None
    for turn in range(repeats):
        for name, (peer, arguments) in crew.items():
            if name not in question.answers:
                continue
            if turn and sum(row.times[name]) > 20:  # a slow peer is not asked again and again
                continue
            gc.collect()
            began = time.perf_counter()
            result = question.answers[name](*arguments)
            row.times.setdefault(name, []).append(time.perf_counter() - began)
            if turn == 0:
                answer = same(peer, result)
                if agreed is None:
                    agreed = (name, answer)
                elif not equal(agreed[1], answer):
                    raise Wrong(f"{question.title}: {name} and {agreed[0]} differ")
            del result
            forget = getattr(arguments[0], "forget", None)
            if forget is not None:  # what a log remembers of its answers
                forget()
    return row


def equal(a: Any, b: Any) -> bool:
    """Are two whole answers the same?"""
    import numpy as np

    return bool(np.array_equal(a, b))


def ask_memory(section: str, data: Any, crew: dict[str, Any], options: Any) -> list[Row]:
    """The questions over messages that each peer holds in memory."""
    from .questions import MEMORY

    loaded = {name: (peer, (peer.load(data),)) for name, peer in crew.items()}
    rows = []
    for question in MEMORY:
        if options.questions and question.name not in options.questions:
            continue

        def same(peer: Any, result: Any, question: Any = question) -> Any:
            return question.cells(peer, result, data)

        rows.append(measure(section, question, loaded, options.repeats, same))
        show(rows[-1])
    return rows


def ask_files(data: Any, crew: dict[str, Any], options: Any) -> list[Row]:
    """The questions over a CSV and a Parquet file."""
    from .dataset import write_csv, write_parquet
    from .files import FILES, summary

    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for suffix, write in ((".csv", write_csv), (".parquet", write_parquet)):
            path = Path(folder) / f"messages{suffix}"
            chosen = [
                question
                for question in FILES
                if question.suffix == suffix
                and (not options.questions or question.name in options.questions)
            ]
            if not chosen:
                continue
            write(data, path)
            print(f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB")
            for question in chosen:

                def same(peer: Any, result: Any, question: Any = question) -> Any:
                    if question.whole:
                        return summary(result)
                    return question.cells(peer, result, data)

                ready = {name: (peer, (peer, data, path)) for name, peer in crew.items()}
                rows.append(measure("files", question, ready, min(options.repeats, 3), same))
                show(rows[-1])
    return rows


def show(row: Row) -> None:
    """Print one question's figures."""
    figures = "  ".join(
        f"{name} {row.warm(name):,.1f} ({row.cold(name):,.1f})" for name in row.times
    )
    ratio = "" if row.ratio is None else f"  -> {row.ratio:.1f} times {row.best}"
    print(f"{row.section:9} {row.title}: {figures}{ratio}", flush=True)


def machine(threads: int) -> str:
    """What this was measured on."""
    import os
    import platform

    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if names:
            model = names[0].split(":", 1)[1].strip()
    return (
        f"{model}, {os.cpu_count()} processors, {threads} threads each; "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def versions(names: list[str]) -> str:
    """The peers with their versions."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in names:
        if name != "ours":
            try:
                found.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                found.append(name)
    return ", ".join(found)


def table(rows: list[Row], names: list[str], options: Any) -> str:
    """The figures as Markdown."""
    titles = {"ours": "interpol_bcn"}
    heads = [titles.get(name, name) for name in names]
    lines = [
        f"{options.rows:,} messages, warm medians in milliseconds (less is better); "
        f"the same answers from all. {machine(options.threads)}. {versions(names)}.",
        "",
        f"| question | {' | '.join(heads)} | against the best peer |",
        f"| --- |{' ---: |' * (len(heads) + 1)}",
    ]
    for row in rows:
        cells = [f"{row.warm(name):,.1f}" if name in row.times else "" for name in names]
        ratio = "" if row.ratio is None else f"{row.ratio:.1f} ×"
        place = {"memory": "", "shuffled": ", unsorted"}.get(row.section, "")
        lines.append(f"| {row.title}{place} | {' | '.join(cells)} | {ratio} |")
    ratios = [row.ratio for row in rows if row.section == "memory" and row.ratio is not None]
    if ratios:
        mean = geometric_mean(ratios)
        lines += ["", f"Geometric mean of the questions in memory, sorted by time: {mean:.1f} ×."]
    return "\n".join(lines)


def write_between(path: Path, text: str) -> None:
    """Replace what stands between the markers of a page."""
    page = path.read_text(encoding="utf-8")
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path} has no lines {BEGIN} and {END}")
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = {"type": lambda text: text.split(",")}
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=18_000_000)
    parser.add_argument("--repeats", type=int, default=5, help="rounds, the first one cold")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", default=list(peer_room.NAMES), **words)
    parser.add_argument("--questions", default=[], help="their names; all by default", **words)
    parser.add_argument("--sections", default=list(DEFAULT), help=", ".join(SECTIONS), **words)
    parser.add_argument("--folder", help="where the files are made; the system's by default")
    parser.add_argument("--write", type=Path, help="a page with the markers")
    options = parser.parse_args(arguments)
    for name, known in (("peers", peer_room.NAMES), ("sections", SECTIONS)):
        strange = set(getattr(options, name)) - set(known)
        if strange:
            parser.error(f"--{name}: {', '.join(sorted(strange))}; known: {', '.join(known)}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the sections asked for."""
    options = parse(arguments)
    peer_room.limit_threads(options.threads)
    missing = [name for name in options.peers if find_spec(MODULES.get(name, name)) is None]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    names = [name for name in options.peers if name not in missing]
    print(machine(options.threads))
    print(versions(names), flush=True)
    rows: list[Row] = []
    try:
        if {"memory", "shuffled", "files"} & set(options.sections):
            from .dataset import make

            crew = {name: peer_room.make(name, options.threads) for name in names}
            data = make(options.rows)
            if "memory" in options.sections:
                rows += ask_memory("memory", data, crew, options)
            if "files" in options.sections:
                rows += ask_files(data, crew, options)
            if "shuffled" in options.sections:
                data = data.shuffled()
                rows += ask_memory("shuffled", data, crew, options)
        from . import alone

        for section in options.sections:
            if hasattr(alone, f"ask_{section}"):
                getattr(alone, f"ask_{section}")(options)
    except Wrong as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    if rows:
        text = table(rows, names, options)
        print("\n" + text)
        if options.write:
            write_between(options.write, text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
