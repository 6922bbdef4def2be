"""Parts read by Dask and merged in a tree: the figures of one machine, on many.

Each file is a part of its own: a worker reads it into a tally, tallies are merged a few at a
time, and the last one holds the whole.  A part that ran twice (a retry, a speculative copy, a
worker that died) is known by its name and digest and counts once.  Needs the extra ``dask``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ._sniff import paths_of
from .errors import MissingExtra, QueryError
from .tally import Tally

if TYPE_CHECKING:
    import os

    from .cube import Cube

__all__ = ["Parts", "read_delegates", "read_messages", "read_notices", "read_operations",
           "read_searches"]  # fmt: skip


class Parts:
    """Files of one kind of record, a part each, not yet read."""

    def __init__(self, record: str, paths: Any, options: dict[str, Any]) -> None:
        self.record = record
        self.paths: list[str] = paths_of(paths)
        self.options = options

    def __repr__(self) -> str:
        return f"{len(self.paths):,} parts of {self.record}, not read"

    def __len__(self) -> int:
        return len(self.paths)

    def tally(self, *axes: str, split_every: int = 8, **question: Any) -> Any:
        """Return a Dask item that computes to the Tally of all parts along these axes.

        ``question`` takes what ``Tally.for_messages`` takes (``where``, ``tz``, ``measure``,
        ``dedupe``).  ``split_every`` tallies are merged at a time: with n parts the tree is
        log(n) / log(split_every) deep.  Raise MissingExtra without dask, QueryError for no
        parts; what is wrong with a file or a question is raised when it computes.
        """
        try:
            from dask import bag
        except ImportError:
            raise MissingExtra("dask", "dask", "to read parts side by side") from None
        made = partial(_read, self.record, axes, {**self.options, **question})
        parts = bag.from_sequence(self.paths, npartitions=len(self.paths))
        return parts.reduction(made, merged, split_every=split_every)

    def count(self, *axes: str, split_every: int = 8, **question: Any) -> Cube:
        """Read all parts now, on Dask's present scheduler, and return the cube."""
        whole: Tally = self.tally(*axes, split_every=split_every, **question).compute()
        return whole.cube()


def _read(record: str, axes: Sequence[str], options: dict[str, Any], paths: Iterable[str]) -> Tally:
    """Read some files, on a worker, into one tally."""
    tally = tally_of(record, axes, options)
    for path in paths:
        tally.update(path)
    return tally


def tally_of(record: str, axes: Sequence[str], options: dict[str, Any]) -> Tally:
    """Return an empty tally of a kind of record."""
    made: Tally = getattr(Tally, f"for_{record}")(*axes, **options)
    return made


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of some tallies, which stay as they are."""
    found = iter(tallies)
    first = next(found, None)
    if first is None:
        raise QueryError("no parts to merge")
    whole = first.copy()
    for tally in found:
        whole.merge(tally)
    return whole


def read_messages(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], **options: Any
) -> Parts:
    """Return the files of messages as parts; ``options`` are those of ``read_messages``.

    >>> from pathlib import Path
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for day in ("05", "06"):
    ...     _ = (folder / f"{day}.csv").write_text(
    ...         f"sent_at,sender,receiver\\n2023-01-{day}T10:00Z,FRA,DEU\\n")
    >>> parts = read_messages(str(folder / "*.csv"))
    >>> parts
    2 parts of messages, not read
    """
    return Parts("messages", paths, options)


def read_searches(paths: Any, **options: Any) -> Parts:
    """Return the files of searches as parts; see ``read_messages``."""
    return Parts("searches", paths, options)


def read_delegates(paths: Any, **options: Any) -> Parts:
    """Return the files of delegates as parts; see ``read_messages``."""
    return Parts("delegates", paths, options)


def read_operations(paths: Any, **options: Any) -> Parts:
    """Return the files of operations as parts; see ``read_messages``."""
    return Parts("operations", paths, options)


def read_notices(paths: Any, **options: Any) -> Parts:
    """Return the files of notices as parts; see ``read_messages``."""
    return Parts("notices", paths, options)
