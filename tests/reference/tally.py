"""The slow twin of a tally: a Counter of cells and of what became of rows, part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from tests.reference import asking, calendar, messages

Row = Mapping[str, str | None]


@dataclass
class Twin:
    """What was counted so far; ``parts`` are the names that are in."""

    axes: tuple[str, ...]
    cells: Counter[tuple[str, ...]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    parts: set[str] = field(default_factory=set)

    def update(self, name: str, rows: Sequence[Row], rules: messages.Rules) -> None:
        """Count a part, unless it is in."""
        if name in self.parts:
            return
        reading = messages.read([rows], rules)
        self.parts.add(name)
        taken = [{**row, "sent_at": calendar.moment(row["sent_at"])} for row in reading.accepted]
        self.cells.update(
            asking.figures(
                taken, self.axes, tz=UTC, tables={},
                measure="messages" if any("messages" in row for row in rows) else None,
            )
        )  # fmt: skip
        self.rows.update(
            seen=reading.seen,
            accepted=len(reading.accepted),
            rejected=len(reading.rejected),
            duplicates=reading.duplicates,
        )
        self.refused.update((one[3], one[2]) for one in reading.rejected)
