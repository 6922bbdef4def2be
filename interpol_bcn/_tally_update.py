"""What an update of a tally did."""

from __future__ import annotations

__all__ = ["Update"]


class Update:
    """What an update did: rows by what became of them, and parts added or skipped.

    ``seen``, ``accepted``, ``rejected`` and ``duplicates`` count rows of this update,
    ``added`` and ``skipped`` name its parts; a part that was in before is skipped.
    """

    def __init__(self) -> None:
        self.seen = self.accepted = self.rejected = self.duplicates = 0
        self.added: list[str] = []
        self.skipped: list[str] = []

    def __repr__(self) -> str:
        words = [f"{self.seen:,} rows seen", f"{self.accepted:,} accepted"]
        words += [f"{self.rejected:,} rejected"] * bool(self.rejected)
        words += [f"{self.duplicates:,} duplicates"] * bool(self.duplicates)
        words += [_parts(len(self.added)) + " added"] * bool(self.added)
        words += [_parts(len(self.skipped)) + " in before, skipped"] * bool(self.skipped)
        return ", ".join(words)


def _parts(count: int) -> str:
    return f"{count:,} part" + ("" if count == 1 else "s")
