"""The verbs of the command that make, merge and show tallies."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._arguments import Usage

if TYPE_CHECKING:
    from .table import Table
    from .tally import Progress, Tally

__all__ = ["is_tally", "merge", "shown", "written"]

ENDING = ".bcn"


def is_tally(path: str | None) -> bool:
    """Say whether an output is a tally, by its ending."""
    return path is not None and path.endswith(ENDING)


def written(
    arguments: argparse.Namespace, record: str, axes: Sequence[str], options: dict[str, Any]
) -> int:
    """Count files into a tally, in several processes where asked for, and save it."""
    from ._sniff import paths_of

    paths = paths_of(arguments.source)
    if "-" in paths and arguments.jobs > 1:
        raise Usage("standard input is read by one job")
    jobs = min(arguments.jobs, len(paths))
    whole = _empty(record, axes, options)
    if jobs == 1:
        teller = _teller()
        whole.update(paths, progress=teller)
        if teller is not None:
            sys.stderr.write("\r\x1b[K")
    else:
        for made in _side_by_side(record, axes, options, paths, jobs):
            whole.merge(made)
    whole.save(arguments.output)
    print(f"{whole!r}\n→ {arguments.output}")
    return 0


def _empty(record: str, axes: Sequence[str], options: dict[str, Any]) -> Tally:
    from .tally import Tally

    made: Tally = getattr(Tally, f"for_{record}")(*axes, **options)
    return made


def _side_by_side(
    record: str, axes: Sequence[str], options: dict[str, Any], paths: Sequence[str], jobs: int
) -> list[Tally]:
    """Read a share of the files in each of some processes."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Each process has one core to itself: its readers need no second thread.
    options = {**options, "threads": options.get("threads") or 1}
    # Started anew, not forked: what threads hold here is nothing to them.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        shares = [list(paths[at::jobs]) for at in range(jobs)]
        waiting = [pool.submit(_share, record, axes, options, share) for share in shares]
        return [one.result() for one in waiting]


def _share(record: str, axes: Sequence[str], options: dict[str, Any], paths: list[str]) -> Tally:
    tally = _empty(record, axes, options)
    tally.update(paths)
    return tally


def _teller() -> Any:
    """What shows on a terminal how far a reading is; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def tell(state: Progress) -> None:
        left = "" if state.left is None else f", {state.left:,.0f} s left"
        rate = f"{state.rows:,} rows, {state.rate / 1e6:.1f} million a second{left}"
        sys.stderr.write(f"\r{state.part}: {rate}\x1b[K")
        sys.stderr.flush()

    return tell


def merge(arguments: argparse.Namespace) -> int:
    """Merge saved tallies into one."""
    from .tally import Tally

    if not is_tally(arguments.output):
        raise Usage(f"merge writes a tally: -o all{ENDING}")
    whole = Tally.load(arguments.source[0])
    for path in arguments.source[1:]:
        whole.merge(Tally.load(path))
    whole.save(arguments.output)
    print(f"{whole!r}\n→ {arguments.output}")
    return 0


def shown(arguments: argparse.Namespace) -> Table:
    """Return what is to be shown of a saved tally: its figures, or its parts."""
    from .tally import Tally

    tally = Tally.load(arguments.source)
    if arguments.parts:
        return tally.parts
    cube = tally.cube()
    if arguments.by:
        kept = [name.strip() for name in arguments.by.split(",") if name.strip()]
        for name in kept:
            cube.axis(name)  # an unknown one is answered with those there are
        gone = [name for name in cube.dims if name not in kept]
        cube = cube.sum(*gone) if gone else cube
        cube = cube.transpose(*kept) if len(kept) > 1 else cube
    if arguments.n:
        return cube.top(arguments.n)
    return cube.to_table(zeros=not arguments.no_zeros)
