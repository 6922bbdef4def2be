"""Every public verb of every log, called once: what the tests of all results walk over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import interpol_bcn as bcn

#: what is no question about records, or hands the rows on as they are
NOT_ASKED = {
    "column", "to_arrow", "has_dates", "span", "table_size", "run", "with_table", "with_rollup",
    "save", "run_match", "run_survival", "run_backlog", "run_select", "run_distinct", "run_gaps",
    "run_windows", "distinct_sketch", "quantile_sketch",
}  # fmt: skip

_DATES = ["2022-12-31", "2023-12-31"] * 2


@cache
def logs() -> dict[str, Any]:
    """A small log of each kind, made up."""
    held = {
        "date": _DATES, "bureau": ["FRA", "FRA", "DEU", "DEU"], "database": ["SLTD"] * 4,
        "stock": [500, 520, 900, 880], "created": [60, 40, 80, 30], "deleted": [10, 20, 30, 50],
    }  # fmt: skip
    reach = {"date": _DATES, "bureau": held["bureau"], "authorities": [3, 4, 5, 6]}
    return {
        "messages": bcn.simulate_messages(2000, seed=1),
        "searches": bcn.simulate_searches(2000, seed=1),
        "records": bcn.read_records(held),
        "access": bcn.read_access(reach),
        "delegates": bcn.simulate_delegates(seed=1),
        "operations": bcn.simulate_operations(seed=1),
        "notices": bcn.simulate_notices(seed=1),
    }


_HELD = {"date": "2023-12-31"}
_YEARS = ("2022", "2023")
_MONTHS = ("2023-01", "2023-02")

Ask = Callable[[Any], Any]

#: how every log is asked
EVERY: dict[str, Ask] = {
    "anomalies": lambda log: log.anomalies(_bureau(log), every="month"),
    "calendar": lambda log: log.calendar(),
    "changes": lambda log: log.changes(_bureau(log), before=_MONTHS[0], after=_MONTHS[1]),
    "distinct": lambda log: log.distinct(_bureau(log), "year"),
    "gaps": lambda log: log.gaps(_bureau(log)),
    "growth": lambda log: log.growth(every="year"),
    "off_hours": lambda log: log.off_hours(),
    "profile": lambda log: log.profile("day_of_week"),
    "quantiles": lambda log: log.quantiles(log.measures[0], _bureau(log), "day"),
    "count": lambda log: log.count("year", "month_of_year"),
    "rate": lambda log: log.rate("day", "year"),
    "peak": lambda log: log.peak("1d", 2),
}


def _bureau(log: Any) -> str:
    return next(field.name for field in log.schema.fields if field.bureau)


#: by log and verb, how it is asked otherwise
ASKED: dict[str, dict[str, Ask]] = {
    "messages": {
        "sum": lambda log: log.sum("size", "sender"),
        "growth_parts": lambda log: log.growth_parts("kind", *_MONTHS),
        "mismatches": lambda log: log.mismatches("size", ["size"]),
        "flow": lambda log: log.flow(),
        "flows": lambda log: log.flows("quarter").measure("density"),
        "responses": lambda log: log.responses().by("receiver"),
    },
    "searches": {
        "sum": lambda log: log.sum("hits", "database"),
        "growth_parts": lambda log: log.growth_parts("database", *_MONTHS),
        "mismatches": lambda log: log.mismatches("searches", ["hits"]),
        "hit_rate": lambda log: log.hit_rate("database"),
        "participation": lambda log: log.participation("database"),
        "non_users": lambda log: log.non_users("SLTD"),
        "hours": lambda log: log.hours("database").between("2023-03"),
    },
    "records": {
        "sum": lambda log: log.sum("stock", "bureau", where=_HELD),
        "growth_parts": lambda log: log.growth_parts("bureau", *_YEARS, measure="created"),
        "mismatches": lambda log: log.mismatches("stock", ["created"]),
        "management": lambda log: log.management("year", "bureau", zeros=False),
    },
    "access": {
        "sum": lambda log: log.sum("authorities", "bureau", where=_HELD),
        "growth_parts": lambda log: log.growth_parts("bureau", *_YEARS),
        "mismatches": lambda log: log.mismatches("authorities", ["authorities"]),
    },
    "delegates": {
        "growth_parts": lambda log: log.growth_parts("bureau", "2024", "2025"),
        "editions": lambda log: log.editions(),
        "participation": lambda log: log.participation("region"),
        "retention": lambda log: log.retention(19, 20),
        "attended": lambda log: log.attended(10, of=11),
        "never": lambda log: log.never(),
        "streaks": lambda log: log.streaks(),
        "first_timers": lambda log: log.first_timers(),
        "biggest": lambda log: log.biggest(3),
    },
    "operations": {
        "sum": lambda log: log.sum("quantity", "operation", "unit"),
        "growth_parts": lambda log: log.growth_parts("outcome", *_MONTHS),
        "mismatches": lambda log: log.mismatches("quantity", ["quantity"]),
        "results": lambda log: log.results(),
        "countries": lambda log: log.countries(),
        "joint": lambda log: log.joint("FRA", "DEU"),
        "network": lambda log: log.network(),
        "factsheet": lambda log: log.factsheet("FRA"),
    },
    "notices": {
        "growth_parts": lambda log: log.growth_parts("colour", *_YEARS),
        "opened": lambda log: log.opened("colour"),
        "closed": lambda log: log.closed("year"),
        "stock": lambda log: log.stock("2023", "colour"),
        "public": lambda log: log.public("2023", "colour"),
        "valid": lambda log: log.valid(every="year"),
        "decisions": lambda log: log.decisions("ground"),
    },
}

#: verbs that need a column which these logs do not have, or that give no figures
LEFT_OUT = {
    ("delegates", "quantiles"), ("notices", "quantiles"), ("records", "off_hours"),
    ("access", "off_hours"), ("delegates", "off_hours"), ("operations", "off_hours"),
    ("delegates", "sum"), ("delegates", "mismatches"), ("notices", "sum"),
    ("notices", "mismatches"), ("records", "contributors"), ("access", "contributors"),
    ("access", "management"),
}  # fmt: skip


def verbs(name: str) -> list[str]:
    """The public questions that a log can be asked."""
    made = type(logs()[name])
    found = [verb for verb in dir(made) if not verb.startswith("_")]
    found = [verb for verb in found if callable(getattr(made, verb)) and verb not in NOT_ASKED]
    return [verb for verb in found if (name, verb) not in LEFT_OUT]


def answers() -> Iterator[tuple[str, Any]]:
    """Every verb of every log with its answer, and what can be made of the answers."""
    for name, log in logs().items():
        for verb in verbs(name):
            yield f"{name}.{verb}", {**EVERY, **ASKED[name]}[verb](log)
    yield from _of_cubes()
    yield from _of_flows()
    yield from _of_responses()
    messages = logs()["messages"]
    less = messages.count("sender", where={"kind": "request"})
    yield "totals", bcn.totals(*(logs()[name] for name in ("messages", "searches", "notices")))
    yield "compare", bcn.compare(messages.count("sender"), less)
    yield "peak.sliding", messages.peak("1h", 2, sliding=True)
    yield "distinct.estimated", logs()["notices"].distinct("issued_at", exact=False)
    yield "profile.own", messages.profile("hour_of_week", tz="own")


def _of_cubes() -> Iterator[tuple[str, Any]]:
    messages = logs()["messages"]
    cube, months = messages.count("sender"), messages.count("month")
    for verb in ("top", "share", "ranking", "concentration", "to_table"):
        yield f"cube.{verb}", getattr(cube, verb)()
    yield "cube.per", months.per("member")
    yield "cube.growth", months.growth()
    yield "cube.cumsum", months.cumsum("month")
    yield "cube.rolling", months.rolling("month", 3)
    yield "cube.pivot", messages.count("sender.region", "month").pivot("sender.region", "month")
    days = messages.count("day", "sender").cumulative("day")
    yield "cube.cumulative", days.between(*_MONTHS)
    tally = bcn.Tally.for_messages("sender", "month")
    tally.update({"sent_at": ["2023-01-05"], "sender": ["FRA"], "receiver": ["DEU"]})
    yield "tally.cube", tally.cube()


#: the measures of a flow that need nothing said
FLOW = (
    "top", "silent", "concentration", "degree", "strength", "asymmetry", "assortativity",
    "clustering", "pagerank", "eigenvector", "betweenness", "closeness", "similarity", "k_core",
    "s_core", "core_periphery", "components", "communities", "expected", "residuals", "missing",
)  # fmt: skip


def _of_flows() -> Iterator[tuple[str, Any]]:
    flow = logs()["messages"].flow()
    for verb in FLOW:
        yield f"flow.{verb}", getattr(flow, verb)()
    for margin in ("sent", "received", "balance"):
        yield f"flow.{margin}", getattr(flow, margin)
    for model in ("independence", "gravity"):
        yield f"flow.expected.{model}", flow.expected(model).to_table()
    yield "flow.expected.links", flow.expected(weighted=False).missing()
    yield "flow.ei_index", flow.ei_index("region")
    series = logs()["messages"].flows("quarter")
    yield "flow.rank_stability", series[0].rank_stability(series[3])
    yield "flows.pagerank", series.measure("pagerank", "modularity", "closeness_in")


def _of_responses() -> Iterator[tuple[str, Any]]:
    responses = logs()["messages"].responses({"kind": "request"})
    yield "responses.account", responses.account
    yield "responses.replies", responses.replies("month")
    yield "responses.by", responses.by("receiver", within="24h", horizon="30d")
    yield "responses.curve", responses.curve("priority", at=["1d", "7d"])
    yield "responses.backlog", responses.backlog("month")
    yield "responses.flow", responses.flow("p90")
    yield "responses.asymmetry", responses.asymmetry(1)
