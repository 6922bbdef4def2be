"""Real public data, read as messages; skipped where they are absent."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn


@pytest.fixture(scope="module")
def flights(shared_data: Path) -> Any:
    return bcn.read_messages(
        shared_data / "bts2008_flights_airport.csv",
        columns={"sender": "origin", "receiver": "destination", "messages": "count"},
        only=["sender", "receiver", "messages"],
        members="infer",
    )


@pytest.fixture(scope="module")
def answers(shared_data: Path) -> Any:
    path = shared_data / "reference" / "reference_answers_dev.json"
    return json.loads(path.read_text())["bts2008"]


def test_the_flights_of_2008_are_all_there(flights: Any, answers: Any) -> None:
    assert flights.total == answers["messages"]
    assert len(flights) == flights.seen == answers["pairs"]
    assert len(flights.domains["sender"]) == answers["nodes"]


def test_the_greatest_airports_and_routes(flights: Any, answers: Any) -> None:
    top = flights.count("sender").top(5).to_dicts()
    assert [[row["sender"], row["messages"]] for row in top] == answers["top_out"]
    top = flights.count("receiver").top(5).to_dicts()
    assert [[row["receiver"], row["messages"]] for row in top] == answers["top_in"]
    pairs = flights.flow().top(5).to_dicts()
    found = [[f"{row['sender']}>{row['receiver']}", row["messages"]] for row in pairs]
    assert found == answers["top_pairs"]


def test_the_quantities_of_the_flights(flights: Any, answers: Any) -> None:
    flow = flights.flow()
    quantities = flow.quantities()
    assert quantities["senders"] == answers["senders"]
    assert quantities["receivers"] == answers["receivers"]
    assert quantities["links"] == answers["pairs"]
    assert round(flow.reciprocity(weighted=False), 5) == answers["reciprocity_noself"]


def test_flows_of_people_are_read_and_foreign_codes_refused_by_reason(shared_data: Path) -> None:
    with gzip.open(shared_data / "unhcr_flows.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    log = bcn.read_messages(
        {
            "sent_at": [f"{row['year']}-01-01" for row in rows],
            "sender": [row["coo_iso"] for row in rows],
            "receiver": [row["coa_iso"] for row in rows],
            "messages": [row["refugees"] for row in rows],
        },
        errors="reject",
    )
    assert log.seen == len(rows) == log.accepted + log.rejected.count
    known = bcn.members.domain()
    refused: Counter[str] = Counter()
    total = 0
    for row in rows:
        bad = [row[name] for name in ("coo_iso", "coa_iso") if known.lookup(row[name]) < 0]
        if row["refugees"] and not row["refugees"].isdecimal():
            bad.append(row["refugees"])  # 1e+05
        if bad:
            refused[bad[0]] += 1
        else:
            total += int(row["refugees"] or 0)
    assert log.total == total
    assert {r["value"]: r["rows"] for r in log.rejected.by("value").to_dicts()} == refused
    assert log.dates_only
