"""Real delegates: eleven climate sessions, skipped where they are absent."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn


@pytest.fixture(scope="module")
def inc(shared_data: Path) -> tuple[Path, dict[str, Any], bcn.Table]:
    answers = json.loads((shared_data / "reference" / "reference_answers_dev.json").read_text())
    labels = list(answers["inc"]["by_meeting"])  # in row order: INC 10 comes before INC 9
    numbers = [int(label.split()[1]) for label in labels]
    years = {1: "1991", 5: "1992", 7: "1993", 9: "1994", 11: "1995"}
    opened = [years[max(n for n in years if n <= number)] for number in numbers]
    table = bcn.Table({"edition": labels, "number": numbers, "from": opened})
    return shared_data / "unfccc_inc_delegates.csv", answers["inc"], table


TITLES = {"edition": "meeting", "role": "group_type", "gender": "female", "person": "person_key"}


def test_delegates_to_climate_sessions_are_counted_as_known(inc: Any) -> None:
    path, answers, editions = inc
    log = bcn.read_delegates(
        path, columns={**TITLES, "bureau": "delegation"}, members="infer", editions=editions,
        only=["edition", "bureau", "role"],
    )  # fmt: skip
    assert log.total == answers["rows"]
    by_meeting = {row["edition"]: row["delegates"] for row in log.count("edition").to_table()}
    assert {name: by_meeting[name] for name in answers["by_meeting"]} == answers["by_meeting"]
    assert list(by_meeting)[:11] == [f"INC {n}" for n in range(1, 12)]
    assert log.count(where={"role": "Parties"}).total() == answers["parties_rows"]
    assert log.count("bureau", where={"role": "Parties"}).nonzero == answers["parties"]


def test_repeats_of_real_delegates_are_counted_and_their_sets_agree(inc: Any) -> None:
    path, answers, editions = inc
    log = bcn.read_delegates(
        path, columns={**TITLES, "bureau": "delegation"}, members="infer", editions=editions,
        missing={"gender": ["NA"]}, key=b"any",
    )  # fmt: skip
    assert (log.seen, log.duplicates, log.rejected.count) == (answers["rows"], 389, 0)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    parties = [row for row in rows if row["group_type"] == "Parties"]
    for where, some in ((None, rows), ({"role": "Parties"}, parties)):
        persons: dict[str, set[str]] = {}
        came: dict[str, set[str]] = {}
        for row in some:
            persons.setdefault(row["meeting"], set()).add(row["person_key"])
            came.setdefault(row["meeting"], set()).add(row["delegation"])
        for row in log.retention(where=where):
            a, b = row["before"], row["after"]
            assert row["persons_stayed"] == len(persons[a] & persons[b])
            assert row["persons_left"] == len(persons[a] - persons[b])
            assert (row["stayed"], row["joined"]) == (
                len(came[a] & came[b]),
                len(came[b] - came[a]),
            )
        table = log.editions(women=["1"], where=where)
        found = {row["edition"]: row["persons"] for row in table}
        assert found == {edition: len(those) for edition, those in persons.items()}
        women = {row["person_key"] for row in some
                 if row["meeting"] == "INC 11" and row["female"] == "1"}  # fmt: skip
        assert table[10]["women"] == len(women)


def test_na_is_missing_there_and_former_states_are_taken_on_request(inc: Any) -> None:
    path, answers, editions = inc
    log = bcn.read_delegates(
        path, columns={**TITLES, "bureau": "delegation_iso"}, editions=editions, errors="reject",
        missing={"bureau": ["NA"]}, aliases={"PNA": "PAN"},
        extra=["COK", "CSK", "PRK", "SUN", "TUV", "YUG"],
    )  # fmt: skip
    assert log.seen == log.accepted + log.rejected.count + log.duplicates == answers["rows"]
    assert log.rejected.by("reason").to_dicts() == [{"reason": "missing", "rows": 2317}]
    assert log.count("bureau", where={"role": "Parties"}).nonzero == answers["parties"]
    assert log.count("bureau")["NAM"] > 0
    # Members at the time: of 1991 to 1995, not of now.
    assert log.coverage[1] == len(bcn.members.domain().members_in("1991", "1995"))
