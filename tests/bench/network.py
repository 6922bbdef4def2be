"""Networks of 196 members, against networkx and igraph: python -m tests.bench.network

PageRank, betweenness, core and periphery, the nine quantities, and a year of weekly networks
with twelve measures.  Every answer is compared before its time is shown; medians and the best
of several runs, in milliseconds, on one thread.  Core and periphery has no peer in either
library: it is compared with the same search written over a networkx graph.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import interpol_bcn as bcn

TWELVE = (
    "density", "reciprocity", "assortativity", "strength", "degree_out", "clustering",
    "pagerank", "eigenvector", "betweenness", "closeness_in", "s_core", "core_correlation",
)  # fmt: skip


def timed(run: Callable[[], Any], repeats: int) -> tuple[Any, float, float]:
    """Return the answer, the median and the best milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        answer = run()
        times.append((time.perf_counter() - start) * 1e3)
    return answer, statistics.median(times), min(times)


def members_alone(rows: int) -> bcn.FlowMatrix:
    """Return a year among the 196 members, in a world of their own."""
    import numpy as np

    full = bcn.simulate_messages(rows, seed=1).flow()
    codes = list(full._common)
    cells = np.asarray(full)[np.ix_(codes, codes)]
    labels = [full.axes[0].labels[code] for code in codes]
    world = bcn.Domain(labels)
    sender, receiver = np.nonzero(cells)
    return bcn.read_messages(
        {
            "sent_at": ["2023-06-01"] * len(sender),
            "sender": [labels[at] for at in sender],
            "receiver": [labels[at] for at in receiver],
            "messages": cells[sender, receiver].tolist(),
        },
        members=world,
    ).flow()


def fresh(flow: bcn.FlowMatrix, verb: str) -> Callable[[], Any]:
    """Ask a measure of a flow that has not been looked at: its network is made too."""

    def run() -> Any:
        flow._nets = None
        return getattr(flow, verb)()

    return run


def core_over(graph: Any) -> Callable[[], float]:
    """The search for the core as one would write it over a networkx graph."""
    from math import sqrt

    def run() -> float:
        nodes = list(graph)
        n, pairs = len(nodes), len(nodes) * (len(nodes) - 1)
        between = {u: dict.fromkeys(nodes, 0) for u in nodes}
        total = squares = 0
        for u, v, w in graph.edges(data="weight"):
            between[u][v] += w
            between[v][u] += w
            total += w
            squares += w * w
        whole = {u: sum(row.values()) for u, row in between.items()}

        def score(size: int, held: int) -> float:
            ones = pairs - (n - size) * (n - size - 1)
            varied = ones * (pairs - ones)
            return (pairs * held - ones * total) / sqrt(varied) if varied > 0 else -1e300

        core: set[Any] = set()
        links = dict.fromkeys(nodes, 0)
        held = 0

        def turn(u: Any) -> None:
            nonlocal held
            sign = -1 if u in core else 1
            held += sign * (whole[u] - links[u])
            core.symmetric_difference_update([u])
            for v, w in between[u].items():
                links[v] += sign * w

        order = sorted(nodes, key=lambda u: -whole[u])
        best, size = -1e300, 0
        for u in order:
            turn(u)
            if score(len(core), held) > best:
                best, size = score(len(core), held), len(core)
        for u in reversed(order[size:]):
            turn(u)
        best = score(len(core), held)
        while True:
            change: list[Any] = []
            before = best
            for u in nodes:
                sign = -1 if u in core else 1
                made = score(len(core) + sign, held + sign * (whole[u] - links[u]))
                if made > best:
                    best, change = made, [u]
            for u in list(core):
                lost = whole[u] - links[u]
                for v in nodes:
                    if v not in core:
                        gain = whole[v] - links[v] - lost + between[u][v]
                        made = score(len(core), held + gain)
                        if made > best:
                            best, change = made, [u, v]
            if not best > before:
                return best / sqrt(pairs * squares - total * total)
            for u in change:
                turn(u)

    return run


def near(ours: Any, theirs: Any, what: str) -> None:
    worst = max((abs(a - b) / (1 + abs(b)) for a, b in zip(ours, theirs, strict=True)), default=0)
    if worst > 1e-8:
        raise SystemExit(f"{what}: answers differ by {worst:.3g}")


def compare(flow: bcn.FlowMatrix, repeats: int) -> None:
    """Print a row per measure: ours, the peers, and how many times as long they take."""
    import igraph
    import networkx

    graph, other = flow.to_networkx(), flow.to_igraph()
    names = list(flow.bureaus())
    for a, b, weight in graph.edges(data="weight"):
        graph[a][b]["length"] = 1 / weight
    other.es["length"] = [1 / weight for weight in other.es["weight"]]
    asked: list[tuple[str, Callable[[], Any], str, Callable[[], Any], Callable[[], Any]]] = [
        ("PageRank", fresh(flow, "pagerank"), "pagerank",
         lambda: networkx.pagerank(graph, weight="weight", tol=1e-12, max_iter=500),
         lambda: other.pagerank(weights="weight")),
        ("betweenness", fresh(flow, "betweenness"), "betweenness",
         lambda: networkx.betweenness_centrality(graph, weight="length"),
         lambda: other.betweenness(weights="length")),
        ("closeness", fresh(flow, "closeness"), "closeness_in",
         lambda: networkx.closeness_centrality(graph, distance="length"),
         lambda: other.closeness(weights="length", mode="in")),
        ("core number", fresh(flow, "k_core"), "k_core",
         lambda: networkx.core_number(graph), lambda: other.coreness(mode="all")),
    ]  # fmt: skip
    print("| measure | ours ms | networkx ms | ratio | igraph ms | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    n = len(names)
    for title, ours, column, first, second in asked:
        answer, mine, _ = timed(ours, repeats)
        found = answer[column].tolist()
        slow, theirs, _ = timed(first, 1)
        near(found, [slow[name] for name in names], f"{title}, networkx")
        row = f"| {title} | {mine:.2f} | {theirs:.1f} | {theirs / mine:.0f} | "
        fast, igraphs, _ = timed(second, max(3, repeats // 3))
        scale = 1 / ((n - 1) * (n - 2)) if title == "betweenness" else 1
        near(found, [value * scale for value in fast], f"{title}, igraph")
        print(row + f"{igraphs:.2f} | {igraphs / mine:.1f} |")
    answer, mine, _ = timed(fresh(flow, "core_periphery"), repeats)
    same, theirs, _ = timed(core_over(graph), 1)
    said = float(answer.note.split("correlation ")[1].split(";")[0])
    near([said], [round(same, 4)], "core and periphery")
    print(f"| core and periphery | {mine:.2f} | {theirs:.1f} | {theirs / mine:.0f} | | |")
    for verb in ("clustering", "communities", "s_core", "similarity"):
        _, mine, _ = timed(fresh(flow, verb), repeats)
        print(f"| {verb} | {mine:.2f} | | | | |")
    for model in ("independence", "configuration"):

        def run(model: str = model) -> Any:
            flow._nets = None
            return flow.expected(model)

        _, mine, _ = timed(run, repeats)
        print(f"| expected, {model} | {mine:.2f} | | | | |")
    print(f"igraph {igraph.__version__}, networkx {networkx.__version__}")


def nine(flow: bcn.FlowMatrix) -> None:
    """Time the nine quantities from Python, of a flow that has not been asked before."""
    import numpy as np

    cells = np.asarray(flow)

    def run() -> dict[str, int]:
        flow._nine = None
        return flow.quantities()

    found, median, best = timed(run, 3000)
    links = cells > 0
    expected = [
        cells.sum(), links.sum(), cells.max(), links.any(1).sum(), cells.sum(1).max(),
        links.sum(1).max(), links.any(0).sum(), cells.sum(0).max(), links.sum(0).max(),
    ]  # fmt: skip
    near(list(found.values()), expected, "the nine quantities")
    print(f"nine quantities of {cells.shape[0]} x {cells.shape[1]}: median {median * 1e3:.1f} us, "
          f"best {best * 1e3:.1f} us")  # fmt: skip


def series(rows: int) -> None:
    """Time a year of weekly networks: one pass, then twelve measures of each."""
    log = bcn.simulate_messages(rows, seed=1)
    flows, counted, _ = timed(lambda: log.flows("week"), 3)

    def run() -> bcn.Table:
        flows._flows.clear()
        return flows.measure(*TWELVE)

    table, median, best = timed(run, 3)
    last = flows[len(flows) // 2]
    at = [row for row, week in enumerate(table["week"]) if week == flows.labels[len(flows) // 2]]
    rows_of = table.take(at)
    assert rows_of["betweenness"].tolist() == last.betweenness()["betweenness"].tolist()
    assert rows_of["pagerank"].tolist() == last.pagerank()["pagerank"].tolist()
    links = sum(len(flow.to_scipy().data) for flow in flows) // len(flows)
    print(f"{len(flows)} weeks of {rows:,} messages ({links:,} links a week), one pass "
          f"{counted:.0f} ms; {len(TWELVE)} measures: median {median:.0f} ms, best {best:.0f} ms, "
          f"{len(table):,} rows")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=2e6)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--only", choices=("peers", "nine", "series"))
    options = parser.parse_args()
    rows = int(options.rows)
    if options.only != "series":
        flow = members_alone(rows)
        if options.only != "nine":
            compare(flow, options.repeats)
        nine(flow)
    if options.only in (None, "series"):
        series(rows)


if __name__ == "__main__":
    main()
