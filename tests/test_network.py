"""Networks: every measure against the slow twin, networkx, igraph, and closed forms."""

from __future__ import annotations

import csv
import gzip
import math
import pickle
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import network as twin

NODES = 6
LABELS = tuple("ABCDEF")
WORLD = bcn.Domain((*LABELS, "HQ"), members=LABELS, bloc=["x", "x", "y", "y", "z", None, None])


def flow_of(W: Any, labels: Any = LABELS, members: Any = WORLD) -> Any:
    """The flow of a square of weights."""
    cells = [(a, b, W[i][j]) for i, a in enumerate(labels) for j, b in enumerate(labels) if W[i][j]]
    return bcn.read_messages(
        {
            "sent_at": ["2023-01-05"] * len(cells),
            "sender": [cell[0] for cell in cells],
            "receiver": [cell[1] for cell in cells],
            "messages": [cell[2] for cell in cells],
        },
        members=members,
    ).flow()


@st.composite
def squares(draw: Any, most: int = 40) -> list[list[int]]:
    """Weights between the nodes, many of them 0 or small so that paths tie."""
    weight = st.one_of(st.just(0), st.integers(1, 3), st.integers(0, most))
    cells = draw(st.lists(weight, min_size=NODES * NODES, max_size=NODES * NODES))
    return [
        [0 if i == j else cells[i * NODES + j] for j in range(NODES)] for i in range(NODES)
    ]  # fmt: skip


def near(expected: Any, tolerance: float = 1e-11) -> Any:
    if isinstance(expected, list):
        expected = [math.nan if value is None else value for value in expected]
    return pytest.approx(expected, rel=tolerance, abs=tolerance, nan_ok=True)


def said(note: str, word: str) -> float:
    """The number behind a word of a note."""
    return float(re.search(rf"{word} (-?[0-9.]+)", note)[1])  # type: ignore[index]


@settings(max_examples=60)
@given(squares())
def test_positions_are_those_of_the_slow_twin(W: list[list[int]]) -> None:
    flow = flow_of(W)
    out, back = twin.degrees(W)
    assert flow.degree()["degree_out"].tolist() == out
    assert flow.degree()["degree_in"].tolist() == back
    assert flow.strength()["sent"].tolist() == [sum(row) for row in W]
    assert flow.strength()["received"].tolist() == [sum(col) for col in zip(*W, strict=True)]
    both = flow.strength()["strength"].tolist()
    sides = [part / all_of if all_of else None
             for part, all_of in zip(twin.onesided(W), both, strict=True)]  # fmt: skip
    found = list(flow.asymmetry()["one_sided"].data)
    assert found == near(sides)
    assert flow.pagerank()["pagerank"].tolist() == near(twin.pagerank(W, passes=200))
    for weighted in (True, False):
        between = [float(value) for value in twin.betweenness(W, weighted)]
        table = flow.betweenness(weighted=weighted, normalized=False)
        assert table["betweenness"].tolist() == near(between)
        table = flow.closeness(weighted=weighted)
        assert table["closeness_in"].tolist() == near(twin.closeness(W, weighted))
        turned = [list(column) for column in zip(*W, strict=True)]
        assert table["closeness_out"].tolist() == near(twin.closeness(turned, weighted))
        for kind in ("total", "cycle", "middleman", "in", "out"):
            table = flow.clustering(kind, weighted=weighted)
            assert table["clustering"].tolist() == near(twin.clustering(W, kind, weighted))
    for way in ("all", "out", "in"):
        assert flow.k_core(way)["k_core"].tolist() == twin.cores(W, way, False)
        assert flow.s_core(way)["s_core"].tolist() == twin.cores(W, way, True)
    table = flow.similarity()
    rows = [(LABELS.index(row["bureau"]), LABELS.index(row["other"])) for row in table]
    assert table["similarity"].tolist() == near([twin.cosine(W, i, j) for i, j in rows])


@settings(max_examples=60)
@given(squares(), st.booleans(), st.booleans())
def test_no_single_change_betters_the_core(
    W: list[list[int]], either: bool, weighted: bool
) -> None:
    flow = flow_of(W)
    table = flow.core_periphery("either" if either else "both", weighted=weighted)
    core = {at for at, role in enumerate(table["role"]) if role == "core"}
    V = W if weighted else [[int(value > 0) for value in row] for row in W]
    found = twin.core_correlation(V, core, either)
    if not core:
        assert "no division fits" in table.note
        return
    assert table.note.startswith(f"{len(core)} in the core, ")
    assert said(table.note, "correlation") == pytest.approx(found, abs=1e-4)
    changes = [core ^ {i} for i in range(NODES)]
    changes += [core ^ {i, j} for i in core for j in range(NODES) if j not in core]
    assert all(twin.core_correlation(V, other, either) <= found + 1e-9 for other in changes)
    expected = [sum(W[i][j] + W[j][i] if weighted else V[i][j] + V[j][i] for j in core)
                for i in range(NODES)]  # fmt: skip
    assert table["with_core"].tolist() == expected


@settings(max_examples=60)
@given(squares(), st.integers(0, 2**64 - 1))
def test_communities_hang_together_and_moving_one_does_not_help(
    W: list[list[int]], seed: int
) -> None:
    networkx = pytest.importorskip("networkx")
    flow = flow_of(W)
    table = flow.communities(seed=seed)
    group = table["community"].tolist()
    quality = twin.modularity(W, group)
    assert flow.modularity(table) == near(quality)
    assert said(table.note, "modularity") == pytest.approx(quality, abs=1e-4)
    graph = networkx.from_numpy_array(_array(W), create_using=networkx.DiGraph)
    for number in set(group):
        members = [i for i in range(NODES) if group[i] == number]
        assert networkx.is_weakly_connected(graph.subgraph(members))
        for i in members:
            for other in {*group, 99}:
                moved = [*group[:i], other, *group[i + 1 :]]
                assert twin.modularity(W, moved) <= quality + 1e-9


def _array(W: Any) -> Any:
    numpy = pytest.importorskip("numpy")
    return numpy.array(W, dtype=float)


@settings(max_examples=60)
@given(squares())
def test_networkx_has_the_same_figures(W: list[list[int]]) -> None:
    networkx = pytest.importorskip("networkx")
    flow = flow_of(W)
    graph = flow.to_networkx()
    for kind, find in (
        ("weak", networkx.weakly_connected_components),
        ("strong", networkx.strongly_connected_components),
    ):
        expected = {frozenset(part) for part in find(graph)}
        table = flow.components(kind)
        parts: dict[int, set[str]] = {}
        for row in table:
            parts.setdefault(row["component"], set()).add(row["bureau"])
            assert row["bureaus"] == table["component"].tolist().count(row["component"])
        assert {frozenset(part) for part in parts.values()} == expected
    for of, weight in (("degree", None), ("strength", "weight")):
        for row in flow.assortativity(of, weighted=False):
            if graph.number_of_edges() > 1 and row["assortativity"] is not None:
                assert row["assortativity"] == near(
                    networkx.degree_pearson_correlation_coefficient(
                        graph, row["sender"], row["receiver"], weight
                    ),
                    1e-9,
                )
    if graph.number_of_edges():
        edges = list(graph.edges(data="weight"))
        strength = flow.strength()
        sent = dict(zip(LABELS, strength["sent"], strict=True))
        heard = dict(zip(LABELS, strength["received"], strict=True))
        expected = twin.correlation(
            [sent[a] for a, _, _ in edges], [heard[b] for _, b, _ in edges],
            [w for _, _, w in edges],
        )  # fmt: skip
        found = flow.assortativity()[1]["assortativity"]
        assert (found is None and expected == -math.inf) or found == near(expected, 1e-9)


@settings(max_examples=40)
@given(squares())
def test_the_eigenvector_is_one(W: list[list[int]]) -> None:
    flow = flow_of(W)
    try:
        vector = flow.eigenvector(tolerance=1e-10)["eigenvector"].tolist()
    except bcn.QueryError as error:
        assert "does not settle" in str(error)
        return
    if not any(vector):
        networkx = pytest.importorskip("networkx")
        assert networkx.is_directed_acyclic_graph(flow.to_networkx())
        return
    image = [sum(W[i][j] * vector[i] for i in range(NODES)) for j in range(NODES)]
    size = math.sqrt(sum(value * value for value in image))
    assert [value / size for value in image] == near(vector, 1e-4)


def test_known_forms() -> None:
    n = NODES
    star = [[1 if i == 0 and j else 0 for j in range(n)] for i in range(n)]
    ring = [[1 if j == (i + 1) % n else 0 for j in range(n)] for i in range(n)]
    complete = [[int(i != j) for j in range(n)] for i in range(n)]
    blocks = [[9 if i != j and i // 3 == j // 3 else int((i, j) == (2, 3)) for j in range(n)]
              for i in range(n)]  # fmt: skip
    # A star outwards: nobody lies between, the hub is alone the core.
    flow = flow_of(star)
    assert flow.betweenness()["betweenness"].tolist() == [0.0] * n
    assert flow.core_periphery()["role"].tolist() == ["core"] + ["periphery"] * 5
    assert flow.components("strong")["bureaus"].tolist() == [1] * n
    rank = flow.pagerank()["pagerank"].tolist()
    assert rank[1:] == near([rank[0] * (1 + 0.85 / 5)] * 5)
    # A ring: all alike; each lies on all paths that pass it.
    flow = flow_of(ring)
    assert flow.pagerank()["pagerank"].tolist() == near([1 / n] * n)
    assert flow.eigenvector()["eigenvector"].tolist() == near([1 / math.sqrt(n)] * n)
    assert flow.betweenness(normalized=False)["betweenness"].tolist() == [10.0] * n
    assert flow.closeness(scaled=False)["closeness_out"].tolist() == near([5 / 15] * n)
    # Complete: nothing varies, every triangle is closed.
    flow = flow_of(complete)
    assert flow.clustering()["clustering"].tolist() == near([1.0] * n)
    assert flow.k_core()["k_core"].tolist() == [10] * n
    assert "no division fits" in flow.core_periphery().note
    assert flow.assortativity()["assortativity"].tolist() == [None] * 4
    assert flow.similarity()["similarity"].tolist() == near([4 / 5] * 15)
    # Two blocks.
    flow = flow_of(blocks)
    assert flow.communities()["community"].tolist() == [1, 1, 1, 2, 2, 2]
    assert flow.components("strong")["component"].tolist() == [1, 1, 1, 2, 2, 2]
    assert flow.s_core()["s_core"].tolist() == [36] * n
    # Nobody wrote.
    flow = flow_of([[0] * n for _ in range(n)])
    assert flow.eigenvector()["eigenvector"].tolist() == [0.0] * n
    assert flow.pagerank()["pagerank"].tolist() == near([1 / n] * n)
    assert flow.communities()["bureaus"].tolist() == [1] * n
    assert flow.modularity("bloc") == 0.0
    assert flow.expected().total() == 0.0


def test_loops_and_others_are_left_out_unless_asked_for() -> None:
    rows = {"sent_at": ["2023-01-05"] * 3, "sender": ["A", "HQ", "A"], "receiver": ["A", "A", "B"]}
    flow = bcn.read_messages(rows, members=WORLD).flow()
    assert flow.degree()["degree"].tolist() == [1, 1, 0, 0, 0, 0]
    table = flow.strength(others=True)
    assert table["bureau"].tolist() == [*LABELS, "HQ"] == list(flow.bureaus(others=True))
    assert table["received"].tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert "others than members too" in table.note
    assert flow.to_networkx(loops=True).has_edge("A", "A")
    assert not flow.to_networkx().has_edge("A", "A")


def test_pairs_never_members_together_have_no_link() -> None:
    trio = bcn.Domain(["OLD", "NEW", "SAME"], since={"NEW": "2011-10"}, until={"OLD": "2010-12"})
    rows = {"sent_at": ["2010-06-01", "2012-06-01", "2012-06-02"],
            "sender": ["OLD", "NEW", "OLD"], "receiver": ["SAME", "SAME", "NEW"]}  # fmt: skip
    flow = bcn.read_messages(rows, members=trio).flow()
    assert flow.degree()["degree"].tolist() == [1, 1, 2]
    assert flow.to_scipy().toarray().tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]
    expected = flow.expected("independence")
    assert expected["OLD", "NEW"] == 0.0 and expected["OLD", "SAME"] == near(1.0)
    assert len(expected.to_table()) == 4


def test_groups_of_a_table() -> None:
    W = [[0] * NODES for _ in range(NODES)]
    W[0][1], W[1][2], W[2][0], W[4][5] = 6, 3, 1, 2
    flow = flow_of(W)
    table = flow.ei_index("bloc")
    assert table.to_dicts() == [
        {"bureau.bloc": "x", "bureaus": 2, "internal": 6, "external": 4, "ei_index": -0.2},
        {"bureau.bloc": "y", "bureaus": 2, "internal": 0, "external": 4, "ei_index": 1.0},
        {"bureau.bloc": "z", "bureaus": 1, "internal": 0, "external": 2, "ei_index": 1.0},
        {"bureau.bloc": "not stated", "bureaus": 1, "internal": 0, "external": 2, "ei_index": 1.0},
    ]
    assert "E-I index of all 0.0000" in table.note
    each = flow.ei_index("bloc", each="bureau", weighted=False)
    assert each["internal"].tolist() == [1, 1, 0, 0, 0, 0]
    assert each["external"].tolist() == [1, 1, 2, 0, 1, 1]
    assert each["ei_index"].tolist() == [0.0, 0.0, 1.0, None, 1.0, 1.0]
    group = [0, 0, 1, 1, 2, 3]
    assert flow.modularity("bloc") == near(twin.modularity(W, group))


ranks = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


@settings(max_examples=80)
@given(ranks, st.sampled_from([0.5, 0.9, 0.98]))
def test_kendall_and_overlap_are_those_of_the_definitions(
    pairs: list[tuple[int, int]], p: float
) -> None:
    from interpol_bcn._rank_stability import kendall, overlap

    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    found = kendall(x, y)
    assert found == (None if twin.kendall(x, y) is None else near(twin.kendall(x, y)))
    stats = pytest.importorskip("scipy.stats")
    if found is not None:
        assert found == near(float(stats.kendalltau(x, y).statistic))
    things = list(range(len(x)))
    first, second = (sorted(things, key=lambda at: -v[at]) for v in (x, y))
    assert overlap(first, second, p) == near(twin.overlap(first, second, p))


def test_rank_stability_is_of_bureaus_in_both() -> None:
    one = flow_of([[0, 5, 0], [3, 0, 0], [0, 1, 0]], "ABC")
    two = flow_of([[0, 3, 0], [5, 0, 0], [0, 1, 0]], "ABC")
    row = one.rank_stability(two, "sent")[0]
    assert row["bureaus"] == 6 and row["kendall"] == near(twin.kendall(
        [5, 3, 1, 0, 0, 0], [3, 5, 1, 0, 0, 0]))  # fmt: skip
    assert one.rank_stability(one, "pagerank").to_dicts() == [
        {"bureaus": 6, "kendall": near(1.0), "overlap": near(1.0)}
    ]
    with pytest.raises(bcn.QueryError, match="between two flows"):
        one.rank_stability(7)
    with pytest.raises(bcn.QueryError, match="did you mean 'pagerank'"):
        one.rank_stability(two, "pagerang")


@settings(max_examples=60)
@given(squares(10**6), st.sampled_from(["independence", "configuration", "links"]))
def test_models_of_margins_reproduce_them(W: list[list[int]], model: str) -> None:
    flow = flow_of(W)
    links = model == "links"
    expected = flow.expected("configuration" if links else model, weighted=not links)
    V = [[int(value > 0) for value in row] for row in W] if links else W
    cells = [[expected[a, b] for b in LABELS] for a in LABELS]
    for got, known in (
        ([sum(row) for row in cells], [sum(row) for row in V]),
        ([sum(column) for column in zip(*cells, strict=True)],
         [sum(column) for column in zip(*V, strict=True)]),
    ):  # fmt: skip
        assert got == pytest.approx(known, rel=1e-8, abs=1e-8)
    assert all(value >= 0 for row in cells for value in row)
    assert all(cells[i][i] == 0 for i in range(NODES))
    # One factor for each sender and receiver: cross ratios of log z are 1.
    z = {
        "independence": lambda e: e,
        "configuration": lambda e: e / (1 + e),
        "links": lambda e: e / (1 - e) if e < 1 else math.inf,
    }[model]
    corner = [z(cells[i][j]) for i in (0, 1) for j in (2, 3)]
    if all(1e-5 < value < 1e5 for value in corner):
        assert corner[0] * corner[3] == pytest.approx(corner[1] * corner[2], rel=1e-5)


def test_residuals_and_what_is_missing() -> None:
    W = [[0, 20, 20, 0], [20, 0, 20, 10], [20, 20, 0, 10], [0, 10, 10, 0]]
    four = bcn.Domain(list("ABCD"))
    flow = flow_of(W, "ABCD", four)
    expected = flow.expected("independence")
    table = flow.missing("independence")
    stats = pytest.importorskip("scipy.stats")
    assert [(row["sender"], row["receiver"]) for row in table] == [("A", "D"), ("D", "A")]
    for row in table:
        mean = expected[row["sender"], row["receiver"]]
        assert row["expected"] == mean
        assert [row["low"], row["high"]] == list(stats.poisson.interval(0.95, mean))
        assert row["silence"] == near(float(stats.poisson.pmf(0, mean)))
    assert table.note.startswith("2 of 12 pairs silent, 2 of them against expectation; ")
    geometric = flow.expected()
    for row in flow.missing(level=0.5):
        chance = 1 / (1 + geometric[row["sender"], row["receiver"]])
        assert [row["low"], row["high"]] == [
            value - 1 for value in stats.geom.interval(0.5, chance)
        ]
        assert row["silence"] == near(chance)
    for row in flow.residuals("independence"):
        mean = expected[row["sender"], row["receiver"]]
        assert row["difference"] == near(row["messages"] - mean)
        assert row["residual"] == near((row["messages"] - mean) / math.sqrt(mean))
    links = flow.residuals(weighted=False)
    assert sum(links["links"]) == 10 and sum(links["difference"]) == near(0, 1e-7)


@pytest.mark.parametrize("mean", [1e-9, 0.3, 2.0, 57.5, 4321.0, 250_000.0])
@pytest.mark.parametrize("part", [0.025, 0.5, 0.975, 0.999])
def test_quantiles_are_those_of_scipy(mean: float, part: float) -> None:
    from interpol_bcn._expected import quantile

    stats = pytest.importorskip("scipy.stats")
    assert quantile("poisson", mean, part) == stats.poisson.ppf(part, mean)
    assert quantile("geometric", mean, part) == stats.geom.ppf(part, 1 / (1 + mean)) - 1
    assert quantile("bernoulli", min(mean, 0.9), part) == stats.bernoulli.ppf(part, min(mean, 0.9))


def test_gravity_finds_the_exponents_of_a_flow_made_by_it() -> None:
    mass = dict(zip(LABELS, (1, 2, 4, 8, 16, 32), strict=True))
    place = dict(zip(LABELS, (0, 1, 3, 7, 12, 20), strict=True))
    distance = {(a, b): abs(place[a] - place[b]) for a in LABELS for b in LABELS if a < b}
    W = [[round(1e7 * mass[a] * mass[b] ** 0.5 / abs(place[a] - place[b]) ** 2) if a != b else 0
          for b in LABELS] for a in LABELS]  # fmt: skip
    flow = flow_of(W)
    model = flow.expected("gravity", mass=mass, distance=distance)
    found = model.coefficients
    assert [found[name] for name in ("sender", "receiver", "distance")] == pytest.approx(
        [1, 0.5, -2], abs=1e-5
    )
    assert found["constant"] == pytest.approx(math.log(1e7), abs=1e-5)
    assert model["A", "F"] == pytest.approx(W[0][5], rel=1e-4)
    assert model.total() == pytest.approx(flow.total(), rel=1e-9)
    held = flow.expected("gravity", mass=mass, distance=distance, exponents={"distance": -2})
    assert held.coefficients["distance"] == -2
    alone = flow.expected("gravity", exponents={"sender": 1, "receiver": 1})
    assert alone.total() == pytest.approx(flow.total(), rel=1e-9)
    table = bcn.Table(
        {"sender": [a for a, _ in distance], "receiver": [b for _, b in distance],
         "distance": list(distance.values())}
    )  # fmt: skip
    same = flow.expected("gravity", mass=mass, distance=table)
    assert same.coefficients == model.coefficients
    for options, words in (
        ({"mass": {"A": 1}}, "a mass above 0 is needed for each of 6 bureaus; none for B, C"),
        ({"mass": {"Ab": 1}}, "'Ab'"),
        ({"distance": {("A", "B"): 3}}, "no distance for 28 pairs: A-C"),
        ({"distance": {("A", "B"): 0}}, "a number above 0"),
    ):
        with pytest.raises(bcn.InputError, match=words):
            flow.expected("gravity", **options)
    with pytest.raises(bcn.QueryError, match="exponents are of sender, receiver, distance"):
        flow.expected("gravity", exponents={"mass": 1})


def test_gravity_is_the_poisson_regression_of_the_score_equations() -> None:
    numpy = pytest.importorskip("numpy")
    random = numpy.random.default_rng(3)
    W = random.poisson(20, (NODES, NODES))
    numpy.fill_diagonal(W, 0)
    mass = dict(zip(LABELS, random.integers(1, 90, NODES).tolist(), strict=True))
    flow = flow_of(W.tolist())
    model = flow.expected("gravity", mass=mass)
    apart = W - model.to_numpy()
    logs = numpy.log([mass[label] for label in LABELS])
    for score in (apart.sum(), (apart.sum(1) * logs).sum(), (apart.sum(0) * logs).sum()):
        assert score == pytest.approx(0, abs=1e-6)


def test_series_are_the_flows_of_their_periods() -> None:
    log = bcn.simulate_messages(20_000, seed=2)
    series = log.flows("quarter")
    assert list(series.labels) == ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]
    for label, flow in zip(series.labels, series, strict=True):
        alone = log.flow(where={"sent_at": label})
        assert flow == alone and flow.members == alone.members and flow.period == alone.period
        assert flow is series[label]
    # Palau is a member from November 2023 on.
    assert [len(flow.members) for flow in series] == [195, 195, 195, 196]
    table = series.measure("density", "pagerank", "k_core", "reciprocity")
    assert table.shape == (195 * 3 + 196, 6)
    last = series[-1]
    rows = table.take(range(195 * 3, len(table)))
    assert rows["pagerank"].tolist() == last.pagerank()["pagerank"].tolist()
    assert rows["k_core"].tolist() == last.k_core()["k_core"].tolist()
    assert rows["bureau"].tolist() == list(last.bureaus())
    assert set(rows["density"]) == {last.density()}
    whole = series.measure(
        "messages", "links", "density", "assortativity", "modularity", "core_correlation"
    )
    assert len(whole) == 4 and whole["messages"].tolist() == [flow.total() for flow in series]
    assert whole[1]["assortativity"] == series[1].assortativity()[1]["assortativity"]
    assert f"modularity {whole[0]['modularity']:.4f}" in series[0].communities().note
    assert f"correlation {whole[0]['core_correlation']:.4f}" in series[0].core_periphery().note
    with pytest.raises(bcn.QueryError, match="did you mean 'pagerank'"):
        series.measure("pagerang")
    with pytest.raises(bcn.QueryError, match="periods in a row"):
        log.flows("hour_of_day")
    with pytest.raises(IndexError):
        series[4]
    with pytest.raises(bcn.LabelError):
        series["2024-Q1"]


def test_every_measure_of_a_series_is_there() -> None:
    from interpol_bcn._flow_series import _WHOLE
    from interpol_bcn._network_tables import PER_BUREAU

    log = bcn.simulate_messages(5_000, seed=3)
    table = log.flows("quarter").measure(*_WHOLE, *PER_BUREAU)
    flow = log.flows("quarter")[0]
    rows = table.head(195)
    for name, verb in (("betweenness", flow.betweenness), ("closeness_in", flow.closeness),
                       ("closeness_out", flow.closeness), ("clustering", flow.clustering),
                       ("s_core", flow.s_core), ("strength", flow.strength),
                       ("asymmetry", flow.asymmetry), ("one_sided", flow.asymmetry),
                       ("degree_in", flow.degree), ("eigenvector", flow.eigenvector)):  # fmt: skip
        assert rows[name].tolist() == verb()[name].tolist()


def test_exports_are_read_back_by_the_libraries(tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx")
    numpy = pytest.importorskip("numpy")
    log = bcn.simulate_messages(3_000, seed=4)
    flow = log.flow()
    cells = numpy.asarray(flow)[numpy.ix_(flow._common, flow._common)].copy()
    numpy.fill_diagonal(cells, 0)
    names = list(flow.bureaus())
    graph = flow.to_networkx()
    assert list(graph.nodes) == names and graph.nodes["FRA"]["region"] == "Europe"
    assert graph.graph["note"] == flow.note()
    assert (networkx.to_numpy_array(graph, dtype=int) == cells).all()
    assert (flow.to_scipy().toarray() == cells).all()
    flow.to_graphml(tmp_path / "a.graphml")
    read = networkx.read_graphml(tmp_path / "a.graphml")
    assert (networkx.to_numpy_array(read, names, dtype=int) == cells).all()
    flow.to_gexf(tmp_path / "a.gexf")
    read = networkx.read_gexf(tmp_path / "a.gexf")
    assert (networkx.to_numpy_array(read, names, dtype=int) == cells).all()
    assert b"lastmodifieddate" not in (tmp_path / "a.gexf").read_bytes()
    flow.to_edgelist(tmp_path / "a.tsv")
    read = networkx.read_weighted_edgelist(
        tmp_path / "a.tsv", create_using=networkx.DiGraph, delimiter="\t"
    )
    assert read.size("weight") == cells.sum()
    with pytest.raises(bcn.QueryError, match="one character"):
        flow.to_edgelist(delimiter="::")
    with pytest.raises(bcn.QueryError, match="is part of the label"):
        flow.to_edgelist(delimiter="A")


def test_what_is_no_network_is_refused_in_words() -> None:
    one, two = flow_of([[0, 1], [0, 0]], "AB"), flow_of([[0, 0], [2, 0]], "AB")
    with pytest.raises(bcn.QueryError, match="no negative weights"):
        (one - two).pagerank()
    assert (one + two).degree()["degree"].tolist() == [2, 2, 0, 0, 0, 0]
    huge = flow_of([[0, 2**62], [2**62, 0]], "AB")
    with pytest.raises(OverflowError, match=r"add up to more than 2\*\*62"):
        huge.degree()
    assert huge.to_networkx()["A"]["B"]["weight"] == 2**62
    many = bcn.Domain([f"n{number:04}" for number in range(4097)])
    large = flow_of([[0, 1], [0, 0]], ("n0000", "n0001"), many)
    with pytest.raises(bcn.TooLargeError, match=r"at most 4096; to_networkx\(\)"):
        large.pagerank()
    assert large.to_scipy().sum() == 1
    for ask, words in (
        (lambda: one.pagerank(1.5), "damping=1.5: a number from 0 to 0.9999"),
        (lambda: one.pagerank(tolerance=0), "tolerance=0"),
        (lambda: one.clustering("totl"), "did you mean 'total'"),
        (lambda: one.k_core("both"), "It is one of 'all', 'out', 'in'"),
        (lambda: one.communities(seed=-1), "seed=-1: a whole number"),
        (lambda: one.communities("x"), "resolution='x': a number"),
        (lambda: one.modularity(3), "the name of a table of the bureaus"),
        (lambda: one.modularity("blok"), "no table 'blok'"),
        (lambda: one.ei_index("bloc", each="pair"), "It is one of 'group', 'bureau'"),
        (lambda: one.expected("gravty"), "did you mean 'gravity'"),
        (lambda: one.expected(mass={}), "mass= is of the model 'gravity'"),
        (lambda: one.similarity("HQ"), "'HQ' is not among the 6 bureaus"),
        (lambda: one.missing(level=2), "level=2"),
    ):
        with pytest.raises(bcn.QueryError, match=words):
            ask()


def test_a_flow_with_networks_made_is_still_pickled() -> None:
    flow = flow_of([[0, 1], [2, 0]], "AB")
    rank = flow.pagerank()
    again = pickle.loads(pickle.dumps(flow))
    assert again == flow and again.pagerank() == rank


def test_larger_networks_agree_with_networkx_and_igraph() -> None:
    numpy = pytest.importorskip("numpy")
    random = numpy.random.default_rng(1)
    for share, top in ((0.03, 50), (0.4, 10**6)):
        W = random.integers(1, top, (60, 60)) * (random.random((60, 60)) < share)
        numpy.fill_diagonal(W, 0)
        labels = tuple(f"b{number:02}" for number in range(60))
        agree(flow_of(W.tolist(), labels, bcn.Domain(labels)), exact=top > 1000)


def agree(flow: Any, exact: bool = False) -> None:
    """Compare all measures that networkx or igraph have.

    For igraph two lengths are the same within 1e-10, which lengths of large weights are by
    chance; for networkx, in small networks, only where they are equal.
    """
    networkx = pytest.importorskip("networkx")
    graph = flow.to_networkx()
    for a, b, weight in graph.edges(data="weight"):
        graph[a][b]["length"] = 1 / weight

    def column(table: Any, name: str) -> dict[str, float]:
        return dict(zip(table["bureau"], table[name], strict=True))

    rank = networkx.pagerank(graph, weight="weight", tol=1e-13, max_iter=1000)
    assert column(flow.pagerank(), "pagerank") == near(rank, 1e-10)
    expected = networkx.clustering(graph, weight="weight")
    assert column(flow.clustering(), "clustering") == near(expected, 1e-10)
    expected = networkx.closeness_centrality(graph, distance="length")
    assert column(flow.closeness(), "closeness_in") == near(expected, 1e-10)
    if exact:
        expected = networkx.betweenness_centrality(graph, weight="length")
        assert column(flow.betweenness(), "betweenness") == near(expected, 1e-9)
    expected = networkx.core_number(graph)
    assert column(flow.k_core(), "k_core") == expected
    table = flow.communities()
    parts: dict[int, set[str]] = {}
    for row in table:
        parts.setdefault(row["community"], set()).add(row["bureau"])
    quality = networkx.community.modularity(graph, parts.values())
    assert flow.modularity(table) == near(quality, 1e-9)
    other = networkx.community.louvain_communities(graph, seed=1)
    assert quality > networkx.community.modularity(graph, other) - 0.02
    for row in flow.assortativity(weighted=False):
        expected = networkx.degree_pearson_correlation_coefficient(
            graph, row["sender"], row["receiver"], "weight"
        )
        assert row["assortativity"] == near(expected, 1e-8)
    pytest.importorskip("igraph", reason="igraph is an oracle of tests alone")
    graph = flow.to_igraph()
    graph.es["length"] = [1 / weight for weight in graph.es["weight"]]
    assert graph.vs["name"] == list(flow.bureaus())
    if not exact:
        expected = graph.betweenness(weights="length")
        assert flow.betweenness(normalized=False)["betweenness"].tolist() == near(expected, 1e-9)
    assert flow.k_core("out")["k_core"].tolist() == graph.coreness(mode="out")
    assert flow.k_core("in")["k_core"].tolist() == graph.coreness(mode="in")
    assert flow.strength()["sent"].tolist() == graph.strength(mode="out", weights="weight")
    if graph.is_connected(mode="strong"):
        expected = graph.eigenvector_centrality(directed=True, weights="weight")
        found = flow.eigenvector()["eigenvector"].tolist()
        assert [value / max(found) for value in found] == near(expected, 1e-6)
        far = graph.closeness(mode="out", weights="length")
        assert flow.closeness(scaled=False)["closeness_out"].tolist() == near(far, 1e-9)


def test_the_flights_of_2008_agree_with_networkx_and_igraph(shared_data: Path) -> None:
    source = shared_data / "bts2008_flights_airport.csv"
    if not source.exists():
        pytest.skip("the flights of 2008 are not among the real data here")
    log = bcn.read_messages(
        str(source),
        columns={"sender": "origin", "receiver": "destination", "messages": "count"},
        only=["sender", "receiver", "messages"],
        members="infer",
    )
    flow = log.flow()
    agree(flow)
    hubs = flow.core_periphery("both")
    core = [row["bureau"] for row in hubs if row["role"] == "core"]
    assert {"ATL", "ORD", "DFW"} <= set(core)


def test_the_flows_of_refugees_agree_with_networkx_and_igraph(shared_data: Path) -> None:
    source = shared_data / "unhcr_flows.csv.gz"
    if not source.exists():
        pytest.skip("the flows of refugees are not among the real data here")
    sums: Counter[tuple[str, str]] = Counter()
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["year"] == "2020" and row["refugees"].isdigit():
                sums[row["coo"], row["coa"]] += int(row["refugees"])
    labels = sorted({label for pair in sums for label in pair})
    W = [[sums[a, b] for b in labels] for a in labels]
    flow = flow_of(W, labels, bcn.Domain(labels))
    agree(flow)
    expected = flow.expected("configuration", weighted=False)
    out = flow.degree()["degree_out"].tolist()
    assert expected.to_numpy().sum(1) == pytest.approx(out, rel=1e-8, abs=1e-8)
