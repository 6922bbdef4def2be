"""Delegates, the slow obvious way: rows as dicts, attendance as sets of pairs.

A row has ``edition date bureau person role gender delegates``, each a text, a whole number or
None.  ``calendar`` lists the editions in their order with their first and last day, or None;
``members`` maps a bureau to the day from which and up to which it is a member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Calendar = Sequence[tuple[str, tuple[str, str] | None, bool]]  # label, days, known to the day


def settle(rows: Sequence[Row], calendar: Calendar) -> tuple[list[Row], int, int]:
    """Return the rows that stay, and how many were refused and how many there twice."""
    kept: list[Row] = []
    refused = twice = 0
    for row in rows:
        if row["edition"] is None and row["date"] is None:
            refused += 1
            continue
        row = dict(row)
        for label, days, exact in calendar:
            if days is None or not exact:
                continue
            if row["edition"] is None and row["date"] is not None:
                if days[0] <= row["date"] <= days[1]:
                    row["edition"] = label
            elif row["edition"] == label and row["date"] is None:
                row["date"] = days[0]
        if row["person"] is not None and row in kept:
            twice += 1
        else:
            kept.append(row)
    return kept, refused, twice


class Book:
    """The settled rows, and what can be read off them by looking at each."""

    def __init__(
        self, rows: Sequence[Row], calendar: Calendar,
        members: Mapping[str, tuple[str, str]], bureaus: Sequence[str],
    ) -> None:  # fmt: skip
        self.rows = [row for row in rows if row["delegates"]]
        order = [label for label, _, _ in calendar]
        met = {row["edition"] for row in self.rows}
        self.held = [label for label in order if label in met]
        self.bureaus = list(bureaus)
        self.members: dict[str, set[str]] = {}
        for label, days, _ in calendar:
            if days is None:
                said = [r["date"] for r in rows if r["edition"] == label and r["date"]]
                days = (min(said), max(said)) if said else None
            self.members[label] = {
                bureau for bureau, (since, until) in members.items()
                if (until == "9999" if days is None else since <= days[1] and days[0] < until)
            }  # fmt: skip

    def of(self, edition: str) -> list[Row]:
        return [row for row in self.rows if row["edition"] == edition]

    def came(self, edition: str) -> set[str]:
        return {row["bureau"] for row in self.of(edition)}

    def countries(self, edition: str) -> set[str]:
        return self.came(edition) & self.members[edition]

    def delegates(self, edition: str, bureau: str | None = None) -> int:
        return sum(r["delegates"] for r in self.of(edition) if bureau in (None, r["bureau"]))

    def heads(self, rows: Sequence[Row]) -> int:
        """Different persons, and every delegate without one."""
        named = {row["person"] for row in rows} - {None}
        return len(named) + sum(row["delegates"] for row in rows if row["person"] is None)

    def persons(self, edition: str) -> set[str]:
        return {row["person"] for row in self.of(edition)} - {None}

    def editions(self) -> list[Row]:
        out = []
        for at, edition in enumerate(self.held):
            rows, countries = self.of(edition), self.countries(edition)
            own = self.heads([row for row in rows if row["bureau"] in countries])
            heads = self.heads(rows)
            earlier = self.heads(self.of(self.held[at - 1])) if at else 0
            stated = [row for row in rows if row["gender"] is not None]
            women = [row for row in stated if row["gender"] == "Female"]
            out.append({
                "edition": edition, "delegates": self.delegates(edition), "persons": heads,
                "countries": len(countries), "others": len(self.came(edition) - countries),
                "members": len(self.members[edition]),
                "share": ratio(len(countries), len(self.members[edition])),
                "per_country": ratio(own, len(countries)),
                "growth": ratio(heads - earlier, earlier) if at else None,
                "women": self.heads(women),
                "women_share": ratio(self.heads(women), self.heads(stated)),
            })  # fmt: skip
        return out

    def retention(self) -> list[Row]:
        out = []
        for at, one in enumerate(self.held):
            for other in self.held[at + 1 :]:
                a, b = self.countries(one), self.countries(other)
                p, q = self.persons(one), self.persons(other)
                out.append({
                    "before": one, "after": other, "stayed": len(a & b), "left": len(a - b),
                    "joined": len(b - a), "share": ratio(len(a & b), len(a)),
                    "persons_stayed": len(p & q), "persons_left": len(p - q),
                    "persons_joined": len(q - p), "persons_share": ratio(len(p & q), len(p)),
                })  # fmt: skip
        return out

    def attended(self, k: int, of: int) -> list[Row]:
        last = self.held[len(self.held) - of :]
        out = []
        for bureau in self.bureaus:
            times = sum(bureau in self.came(e) for e in last)
            chances = sum(bureau in self.came(e) | self.members[e] for e in last)
            if times >= k and chances:
                out.append({"bureau": bureau, "attended": times, "editions": chances,
                            "share": times / chances})  # fmt: skip
        return sorted(out, key=lambda row: -row["attended"])

    def never(self) -> list[tuple[str, int]]:
        return [
            (bureau, missed) for bureau in self.bureaus
            if not any(bureau in self.came(e) for e in self.held)
            and (missed := sum(bureau in self.members[e] for e in self.held))
        ]  # fmt: skip

    def streaks(self) -> dict[str, tuple[int, str, str, int]]:
        out = {}
        n = len(self.held)
        for bureau in self.bureaus:
            runs = [
                (b - a, self.held[a], self.held[b - 1], b)
                for a in range(n) for b in range(a + 1, n + 1)
                if all(bureau in self.came(e) for e in self.held[a:b])
            ]  # fmt: skip
            if runs:
                size, first, last, _ = max(runs, key=lambda run: (run[0], run[3]))
                current = max((run[0] for run in runs if run[3] == n), default=0)
                out[bureau] = (size, first, last, current)
        return out

    def first_timers(self) -> list[tuple[str, str, int]]:
        return [
            (edition, bureau, self.delegates(edition, bureau))
            for at, edition in enumerate(self.held) if at
            for bureau in self.bureaus
            if bureau in self.came(edition)
            and not any(bureau in self.came(e) for e in self.held[:at])
        ]  # fmt: skip

    def biggest(self) -> list[tuple[str, str, int, int]]:
        sized = [
            (edition, bureau, self.delegates(edition, bureau),
             self.heads([row for row in self.of(edition) if row["bureau"] == bureau]))
            for edition in self.held for bureau in self.bureaus if bureau in self.came(edition)
        ]  # fmt: skip
        return sorted(sized, key=lambda row: (-row[3], -row[2]))

    def participation(self, groups: Mapping[str, str | None]) -> list[Row]:
        out = []
        for edition in self.held:
            for group in [*sorted({g for g in groups.values() if g is not None}), None]:
                ours = {bureau for bureau, g in groups.items() if g == group}
                members = ours & self.members[edition]
                number = sum(self.delegates(edition, bureau) for bureau in ours)
                if members or number:
                    came = len(members & self.came(edition))
                    out.append({"edition": edition, "zone": group, "attending": came,
                                "members": len(members), "share": ratio(came, len(members)),
                                "delegates": number})  # fmt: skip
        return out


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
