"""Small batches, one after the other: what was learnt of the last one serves the next.

A batch of the same columns is read by the same builder, and its rows go straight into the cells
of the tally.  Objects are made only where there is something new to tell: a label, a bureau, a
day, a refused row.  Then the batch goes the way of all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._frames import project
from ._tally_ledger import EMPTY, FEW, Ledger, merged
from ._tally_question import State, contribution, laid_over

if TYPE_CHECKING:
    from ._tally_kinds import Kind
    from ._tally_question import Question
    from .logs import Log

__all__ = ["Stream", "stream_for"]


class Block(NamedTuple):
    """Rows that left a builder, as its ``drain`` hands them over."""

    core: _core.Log
    met: Any
    accounts: Any
    refusals: Any
    duplicates: int = 0


class Stream:
    """Batches of one type and schema, read one by one for a question.

    It is used for one tally, by one call at a time, and left after a call that failed.
    """

    def __init__(self, spare: Any, batch: Any) -> None:
        self.spare = spare  # what it was made of: the question, the names, the reading
        self.question, _, self.reading = spare
        self.form = type(batch), batch.schema
        titles = self.reading.titles
        self.titles = frozenset(titles)
        self.wanted = list(dict.fromkeys(titles.values()))
        self.whole = len(self.wanted) == len(batch.schema)
        self.columns = [titles.get(name) for name in self.reading.schema.names]
        number = self.reading.schema.number
        self.times = tuple(number(name) for name in self.question.times if name in titles)
        self.block: Block | None = None
        # Of the batches that went the long way: what decides on a plan, the plan of the last,
        # the codes of bureaus met in any, and what they brought but for their rows.
        self.known: tuple[Any, bytes] | None = None
        self.asked: tuple[Any, int, list[int], list[Any]] | None = None
        self.seen: dict[int, bytearray] = {}
        self.own = EMPTY
        self.labels: Any = None
        self.last: Ledger | None = None  # of the tally, when all of that was in it

    def takes(self, batch: Any) -> bool:
        """Say whether a batch is one of these, and small."""
        return (
            type(batch) is self.form[0]
            and 0 < batch.num_rows <= FEW
            and bool(batch.schema == self.form[1])
        )

    def _take(self, *block: Any) -> None:
        self.block = Block(*block)

    def read(self, batch: Any) -> Block:
        """Read a batch; return its rows."""
        reading = self.reading
        builder = reading.builder
        builder.drain(self._take, FEW + 1)
        builder.begin(0)
        rows = batch if self.whole else project(batch, self.wanted)
        try:
            builder.read_arrow(rows, self.columns, reading.zone, reading.options.time_format)
        except ValueError as error:
            raise reading._explained(error, reading.names[0]) from None
        builder.flush()
        block, self.block = self.block, None
        assert block is not None
        return block

    def add(self, cells: _core.Cells, block: Block) -> bool:
        """Add rows to the cells of a tally, which is held; False where they bring news."""
        state: State = cells.note
        core = block.core
        if (
            self.known is None
            or self.asked is None
            or block.accounts
            or core._outline(self.times) != self.known[1]
            or block.met != self.known[0]
            or state.question is not self.question
            or (state.labels is not self.labels and state.labels != self.labels)
        ):
            return False
        for number, seen in self.seen.items():
            if core._mark(number, seen):
                return False
        rows, ledger = len(core), state.ledger
        if ledger is self.last:
            seen_before, accepted, rejected, duplicates = ledger.loose
            loose = seen_before + rows, accepted + rows, rejected, duplicates
            ledger = ledger._replace(loose=loose)
        else:
            ledger = merged(ledger, self.own._replace(loose=(rows, rows, 0, 0)))
            ledger = ledger._replace(held=state.ledger.held)
        after = State(self.question, state.labels, ledger, state.ids)
        cells.add_rows(core, *self.asked, after)
        self.last = ledger
        return True

    def long_way(self, block: Block, kind: Kind) -> tuple[Log, _core.Cells]:
        """Return rows as a log, and its cells in no part."""
        log = self.reading.block(*block[:2], kind.log, *block[2:])
        made = contribution(self.question, log)
        state: State = made.note
        ledger = state.ledger._replace(columns=self.titles).unnamed()
        made.merge(_core.Cells(*made.shape), True, state._replace(ledger=ledger))
        return log, made

    def learn(self, block: Block, log: Log, state: State) -> None:
        """Keep what rows showed that went the long way and are in the tally."""
        question = self.question
        if block.accounts:
            return
        if self.known is None or block.met != self.known[0]:
            self.seen, self.own = {}, EMPTY
        self.known = self.last = None
        if (
            question.measure is not None
            or state.question is not question
            or state.ids is not None
            or any(met != _labels(log, name) for name, met in state.labels.items())
        ):
            return
        laid, keys = laid_over(question, log, state.ledger)
        if laid.parted is not None:  # more than one figure a row
            return
        self.asked = (laid.terms, laid.dials, laid.ranges), log._counting("")[0], laid.shape, keys
        self.labels = state.labels
        self.own = state.ledger._replace(met=merged(self.own, state.ledger).met)
        for field in log.schema.fields:
            if field.bureau and field.name in log.columns:
                number = log.schema.number(field.name)
                block.core._mark(number, self.seen.setdefault(number, bytearray(65536)))
        self.known = block.met, block.core._outline(self.times)


def _labels(log: Log, name: str) -> tuple[str, ...]:
    return log.domains[name].labels if name in log.domains else ()


def stream_for(spare: list[Any], question: Question, batch: Any) -> Stream | None:
    """Take the stream for a batch out of ``spare``, or make it of what is there; None: no way."""
    if not spare or not hasattr(batch, "__arrow_c_array__"):
        return None
    try:
        found = spare.pop()
    except IndexError:  # another thread took it
        return None
    if isinstance(found, Stream):
        if found.question is question and found.takes(batch):
            return found
        found = found.spare
    if found[0] is question and hasattr(batch, "schema") and hasattr(batch, "num_rows"):
        names = tuple(name for name, _ in _core.arrow_fields(batch.schema))
        if names == found[1] and 0 < batch.num_rows <= FEW:
            return Stream(found, batch)
    spare[:] = [found]
    return None
