"""Flows: against the slow twin, networkx and numpy, and with members that come and go."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn._concentration import concentration
from tests.reference import asking

LABELS = ("A", "B", "C", "D", "E", "HQ")
MEMBERS = LABELS[:5]
WORLD = bcn.Domain(LABELS, members=MEMBERS)

pairs = st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS))
weights = st.dictionaries(pairs, st.integers(0, 2**40), min_size=1)

QUANTITIES = (
    "messages", "links", "max_link", "senders", "max_sent", "max_fan_out", "receivers",
    "max_received", "max_fan_in",
)  # fmt: skip


def flow_of(cells: dict[tuple[str, str], int], members: Any = WORLD, **options: Any) -> Any:
    """The flow of a log with one weighted row per pair."""
    return bcn.read_messages(
        {
            "sent_at": ["2023-01-05"] * len(cells),
            "sender": [a for a, _ in cells],
            "receiver": [b for _, b in cells],
            "messages": list(cells.values()),
        },
        members=members,
        **options,
    ).flow()


@settings(max_examples=150)
@given(weights)
def test_every_measure_is_that_of_the_slow_twin(cells: dict[tuple[str, str], int]) -> None:
    flow = flow_of(cells)
    twin = asking.flow(cells, MEMBERS)
    assert list(flow.quantities().items()) == [(name, twin[name]) for name in QUANTITIES]
    assert flow.self_messages == twin["self"]
    assert flow.density() == twin["density"]
    assert flow.reciprocity() == twin["weighted"]
    assert flow.reciprocity(weighted=False) == twin["mutual"]
    silent = [(row["sender"], row["receiver"]) for row in flow.silent()]
    assert silent == twin["silent"]
    square, labels = flow._cells(), flow.axes[0].labels
    zeros = [(labels[a], labels[b]) for a, b in flow._pairs() if not square[a][b]]
    assert zeros == silent
    assert flow.balance.total() == 0
    for (a, b), value in cells.items():
        assert flow[a, b] == value


@settings(max_examples=60)
@given(weights)
def test_networkx_has_the_same_density_and_reciprocity(
    cells: dict[tuple[str, str], int],
) -> None:
    networkx = pytest.importorskip("networkx")
    flow = flow_of(cells)
    graph = networkx.DiGraph()
    graph.add_nodes_from(LABELS)
    graph.add_edges_from((a, b) for (a, b), value in cells.items() if value and a != b)
    expected = networkx.reciprocity(graph) if graph.number_of_edges() else 0.0
    assert flow.reciprocity(weighted=False) == pytest.approx(expected, abs=0, rel=1e-15)
    assert flow.density() == networkx.density(graph.subgraph(MEMBERS))
    fan_out = max(degree for _, degree in graph.out_degree())
    if not any(a == b and value for (a, b), value in cells.items()):
        assert flow.quantities()["max_fan_out"] == fan_out


@settings(max_examples=60)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_concentration_is_that_of_the_definitions(values: list[int]) -> None:
    numpy = pytest.importorskip("numpy")
    values.sort()
    gini, hhi, half, most = concentration(values)
    x = numpy.array(values, dtype=float)
    total = sum(values)
    if not total:
        assert (gini, hhi, half, most) == (0.0, 0.0, 0, 0)
        return
    apart = numpy.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())
    assert gini == pytest.approx(apart, abs=1e-12)
    assert hhi == pytest.approx(((x / x.sum()) ** 2).sum(), rel=1e-12)
    largest = values[::-1]
    assert sum(largest[:half]) * 2 >= total > sum(largest[: half - 1]) * 2
    assert sum(largest[:most]) * 10 >= total * 8 > sum(largest[: most - 1]) * 10


def test_concentration_looks_at_members_silent_ones_included() -> None:
    flow = flow_of({("A", "B"): 30, ("B", "A"): 10, ("HQ", "A"): 1000})
    row = flow.concentration()[0]
    assert row["bureaus"] == 5
    assert row["hhi"] == (30**2 + 10**2) / 40**2
    assert (row["half"], row["four_fifths"]) == (1, 2)
    assert flow.concentration("receiver")[0]["half"] == 1
    with pytest.raises(bcn.QueryError, match=r"no axis 'sendr'; did you mean 'sender'\?"):
        flow.concentration("sendr")


def test_the_margins_are_sums_of_rows_and_columns() -> None:
    flow = flow_of({("A", "B"): 30, ("B", "A"): 10, ("A", "C"): 5, ("C", "C"): 2})
    assert flow.sent["A"] == 35 and flow.received["A"] == 10
    assert flow.balance["A"] == 25 and flow.balance["C"] == -5
    assert flow.balance.dims == ("bureau",)
    assert flow.self_messages == 2
    assert flow.total() == 47
    assert flow.top(1).to_dicts() == [
        {"sender": "A", "receiver": "B", "messages": 30, "share": 30 / 47}
    ]


def test_self_messages_are_in_totals_and_not_in_what_is_about_pairs() -> None:
    flow = flow_of({("A", "A"): 7})
    assert flow.quantities()["links"] == 1 and flow.total() == 7
    assert flow.density() == 0.0
    assert flow.reciprocity() == flow.reciprocity(weighted=False) == 0.0
    assert len(flow.silent()) == 5 * 4


def test_a_pair_is_silent_only_where_both_were_members_at_once() -> None:
    trio = bcn.Domain(["OLD", "NEW", "SAME"], since={"NEW": "2011-10"}, until={"OLD": "2010-12"})
    rows = {"sent_at": ["2010-06-01", "2012-06-01"], "sender": ["OLD", "NEW"],
            "receiver": ["SAME", "SAME"]}  # fmt: skip
    log = bcn.read_messages(rows, members=trio)
    flow = log.flow()
    assert flow.members == ("OLD", "NEW", "SAME")
    assert [(row["sender"], row["receiver"]) for row in flow.silent()] == [
        ("SAME", "OLD"), ("SAME", "NEW"),
    ]  # fmt: skip
    assert flow.density() == 2 / 4
    # A filter on time asks who was a member in that time.
    early = log.flow(where={"sent_at": "2010-06"})
    assert early.members == ("OLD", "SAME")
    assert early.density() == 1 / 2


def test_palau_is_silent_from_november_2023_on_and_antilles_until_2010() -> None:
    rows = {"sent_at": ["2023-03-01", "2023-12-20"], "sender": ["FRA", "FRA"],
            "receiver": ["DEU", "DEU"]}  # fmt: skip
    log = bcn.read_messages(rows, period=("2023", "2024"))
    year = log.flow()
    assert len(year.members) == 196 and "PLW" in year.members
    assert log.coverage == (2, 196)
    assert len(year.silent()) == 196 * 195 - 1
    summer = log.flow(where={"sent_at": ("2023-01", "2023-07")})
    assert len(summer.members) == 195 and "PLW" not in summer.members
    assert not any("PLW" in (row["sender"], row["receiver"]) for row in summer.silent())
    old = bcn.read_messages(
        {"sent_at": ["2009-03-01"], "sender": ["ANT"], "receiver": ["NLD"]},
        period=("2009", "2010"),
    ).flow()
    assert len(old.members) == 188 and "ANT" in old.members and "CUW" not in old.members
    # Over both years, the Antilles and Curaçao never met.
    both = bcn.read_messages(
        {"sent_at": ["2009-03-01"], "sender": ["ANT"], "receiver": ["NLD"]},
        period=("2009", "2013"),
    ).flow()
    pairs = {(row["sender"], row["receiver"]) for row in both.silent()}
    assert {"ANT", "CUW"} <= set(both.members)
    assert ("ANT", "CUW") not in pairs and ("CUW", "ANT") not in pairs
    assert ("CUW", "NLD") in pairs and ("NLD", "ANT") in pairs
    n = len(both.members)
    assert both.density() == 1 / (len(pairs) + 1)
    assert len(pairs) + 1 < n * (n - 1)


def test_the_note_of_who_is_silent_counts_them() -> None:
    table = flow_of({("A", "B"): 1}).silent()
    assert table.note.startswith("19 of 20 pairs of members; ")
    assert list(table.columns) == ["sender", "receiver"]


def test_flows_add_up_to_flows() -> None:
    one, two = flow_of({("A", "B"): 1}), flow_of({("B", "A"): 3})
    both = one + two
    assert isinstance(both, bcn.FlowMatrix)
    assert both.reciprocity() == 0.5 and both.members == MEMBERS
    assert (both - two)["A", "B"] == 1
    assert isinstance(sum([two], start=one), bcn.FlowMatrix)


def test_a_flow_above_the_dense_limit_stays_sparse() -> None:
    labels = [f"n{number:05}" for number in range(60_000)]
    world = bcn.Domain(labels)
    cells = {(labels[at * 7 % 60_000], labels[at * 11 % 60_000]): at + 1 for at in range(1, 2000)}
    cells[labels[11], labels[7]] = 5
    flow = flow_of(cells, world)
    assert flow.is_sparse and flow.shape == (60_000, 60_000)
    assert flow.nbytes < 100_000
    twin = asking.flow({**cells}, ())
    assert list(flow.quantities().items()) == [(name, twin[name]) for name in QUANTITIES]
    assert flow.reciprocity() == twin["weighted"]
    assert flow.density() == len(cells) / (60_000 * 59_999)
    assert flow.top(1).to_dicts()[0]["messages"] == max(cells.values())
    assert flow.sent[labels[7]] == 2 and flow.received.total() == flow.total()
    assert len(flow.to_table(zeros=False)) == len(cells)
    assert flow.concentration()[0]["bureaus"] == 60_000
    for too_large in (flow.silent, flow.to_table, flow.to_numpy, lambda: flow.pivot(*flow.dims)):
        with pytest.raises(bcn.TooLargeError):
            too_large()
    with pytest.raises(bcn.TooLargeError, match=r"a table of 3,599,9.* silent pairs needs about"):
        flow.silent()


def test_senders_and_receivers_of_different_domains_make_no_flow() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"], "sender": ["a"], "receiver": ["x"]},
        domains={"sender": ["a", "b"], "receiver": ["x", "y"]},
    )
    assert log.count("sender", "receiver")["a", "x"] == 1
    with pytest.raises(bcn.QueryError, match="a flow is square, but sender and receiver are of"):
        log.flow()
    alone = bcn.read_messages({"sender": ["FRA"]}, only=["sender"])
    with pytest.raises(bcn.QueryError, match="'receiver' was not read"):
        alone.flow()


def test_an_inferred_world_has_one_domain_for_both() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["x", "y"], "receiver": ["y", "z"]},
        members="infer",
    )
    flow = log.flow()
    assert flow.axes[0].labels == flow.axes[1].labels == ("x", "y", "z")
    assert flow.density() == 2 / 6
    empty = bcn.read_messages({"sent_at": [], "sender": [], "receiver": []}, members="infer")
    assert empty.flow().shape == (0, 0)
    assert empty.flow().density() == 0.0 and empty.flow().quantities()["links"] == 0


def test_a_flow_of_a_measure_adds_it_up() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2,
         "size": [2**62, 2**62]}
    )  # fmt: skip
    flow = log.flow(measure="size")
    assert flow["FRA", "DEU"] == 2**63
    assert flow.quantities()["max_link"] == 2**63
    assert flow.sent["FRA"] == 2**63 and flow.reciprocity() == 0.0
    assert flow.concentration()[0]["hhi"] == 1.0
    assert flow.pivot("sender", "receiver")["DEU"].tolist()[log.domains["sender"].index("FRA")] == (
        2**63
    )


def test_asking_with_a_filter_and_a_zone() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-31T23:30Z", "2023-02-01T12:00Z"], "sender": ["FRA", "DEU"],
         "receiver": ["DEU", "FRA"], "kind": ["request", "reply"]}
    )  # fmt: skip
    assert log.flow(where={"kind": "request"}).total() == 1
    assert log.flow(where={"sent_at": "2023-02"}, tz="Europe/Paris").total() == 2
    assert log.flow(where={"sent_at": "2023-02"}).total() == 1


def test_the_weighted_flights_of_2008_have_their_known_answers(shared_data: Path) -> None:
    source = shared_data / "bts2008_flights_airport.csv"
    answers = shared_data / "reference" / "reference_answers_dev.json"
    if not (source.exists() and answers.exists()):
        pytest.skip("the flights of 2008 are not among the real data here")
    known = json.loads(answers.read_text(encoding="utf-8"))["bts2008"]
    log = bcn.read_messages(
        str(source),
        columns={"sender": "origin", "receiver": "destination", "messages": "count"},
        only=["sender", "receiver", "messages"],
        members="infer",
    )
    flow = log.flow()
    quantities = flow.quantities()
    assert (log.total, len(log)) == (known["messages"], known["pairs"])
    assert flow.shape == (known["nodes"],) * 2
    assert quantities["messages"] == known["messages"]
    assert quantities["links"] == known["pairs"]
    assert quantities["senders"] == known["senders"]
    assert quantities["receivers"] == known["receivers"]
    assert flow.self_messages == known["self_messages"]
    for cube, name in ((flow.sent, "top_out"), (flow.received, "top_in")):
        top = [[row[cube.dims[0]], row["messages"]] for row in cube.top(5)]
        assert top == known[name]
    pairs = [[f"{row['sender']}>{row['receiver']}", row["messages"]] for row in flow.top(5)]
    assert pairs == known["top_pairs"]
    assert round(flow.reciprocity(weighted=False), 5) == known["reciprocity_noself"]
    assert quantities["max_sent"] == known["top_out"][0][1]


def test_the_flows_of_refugees_add_up_as_the_file_does(shared_data: Path) -> None:
    source = shared_data / "unhcr_flows.csv.gz"
    if not source.exists():
        pytest.skip("the flows of refugees are not among the real data here")
    sums: Counter[tuple[str, str]] = Counter()
    refused = 0
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            number = row["refugees"] or "0"
            if row["coo"] and row["coa"] and number.isdigit():
                sums[row["coo"], row["coa"]] += int(number)
            else:  # some are written 1e+05, which is no exact count
                refused += 1
    log = bcn.read_messages(
        str(source),
        columns={"sender": "coo", "receiver": "coa", "refugees": "refugees"},
        only=["sender", "receiver", "refugees"],
        measures=["refugees"],
        members="infer",
        errors="reject",
    )
    assert log.rejected.count == refused and log.seen == len(log) + refused
    flow = log.flow(measure="refugees")
    twin = asking.flow(sums, flow.members)
    assert list(flow.quantities().items()) == [(name, twin[name]) for name in QUANTITIES]
    assert flow.reciprocity() == twin["weighted"]
    assert flow.density() == twin["density"]
