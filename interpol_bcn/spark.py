"""Spark data frames into tallies: each partition is counted where it lies.

``mapInArrow`` hands a partition's Arrow batches to the core, which leaves the bytes of one
tally; ``treeReduce`` merges them.  Only the one successful attempt of a task is ever merged,
so retries and speculative runs do not change a figure.  Needs Spark and Java, which this
package does not install.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .dask import merged, tally_of
from .errors import QueryError
from .tally import Tally

if TYPE_CHECKING:
    from .cube import Cube

__all__ = ["count", "tally"]


def tally(
    frame: Any,
    *axes: str,
    record: str = "messages",
    part: str = "frame",
    depth: int = 2,
    **options: Any,
) -> Tally:
    """Return the Tally of a Spark DataFrame along some axes.

    ``record`` is the kind of its rows; ``options`` are those of its reader and of
    ``Tally.for_messages``: ``columns={"sent_at": "date_envoi"}`` fits any schema.  Parts
    are named "``part`` 0", "``part`` 1", ... by partition: give each frame its own name where
    tallies of several are merged later.  ``depth`` is that of the tree.  Raise QueryError for a
    frame without partitions.  Moves one tally's bytes per partition, never rows.
    """
    made = partial(_counted, record, axes, options, part)
    parts = frame.mapInArrow(made, "tally binary").rdd.map(_bytes)
    if not parts.getNumPartitions():
        raise QueryError("the frame has no partitions")
    whole: bytes = parts.treeReduce(_merged, depth)
    return Tally.from_bytes(whole)


def count(frame: Any, *axes: str, **options: Any) -> Cube:
    """Return the cube of a Spark DataFrame along some axes; see ``tally``."""
    return tally(frame, *axes, **options).cube()


def _counted(
    record: str,
    axes: Sequence[str],
    options: dict[str, Any],
    part: str,
    batches: Iterator[Any],
) -> Iterator[Any]:
    """Count one partition, on its executor, and yield the bytes of its tally."""
    import pyarrow
    from pyspark import TaskContext

    made = tally_of(record, axes, options)
    first = next(batches, None)
    if first is not None:
        context = TaskContext.get()
        name = f"{part} {0 if context is None else context.partitionId()}"

        def all_batches() -> Iterator[Any]:
            yield first
            yield from batches

        rows = pyarrow.RecordBatchReader.from_batches(first.schema, all_batches())
        made.update(rows, part=name)
    yield pyarrow.RecordBatch.from_pydict({"tally": [made.to_bytes()]})


def _bytes(row: Any) -> bytes:
    return bytes(row.tally)


def _merged(one: bytes, two: bytes) -> bytes:
    return merged((Tally.from_bytes(one), Tally.from_bytes(two))).to_bytes()
