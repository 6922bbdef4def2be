"""Pictures of results that are tables: curves, backlogs, series of measures, ranks."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

import interpol_bcn as bcn
from interpol_bcn._charts import KINDS
from interpol_bcn.errors import QueryError
from interpol_bcn.plot import plot


@pytest.fixture(scope="module")
def log() -> Any:
    return bcn.simulate_messages(4000, seed=3)


@pytest.fixture(scope="module")
def answers(log: Any) -> Any:
    return log.responses({"kind": "request"})


def test_a_curve_falls_in_steps_with_its_interval(answers: Any) -> None:
    table = answers.curve()
    spec = plot(table).spec
    band, line = spec["layer"]
    assert (band["mark"]["type"], line["mark"]["type"]) == ("area", "line")
    assert band["mark"]["interpolate"] == line["mark"]["interpolate"] == "step-after"
    rows = spec["data"]["values"]
    assert len(rows) <= 250
    first, last = table.row(0), table.row(len(table) - 1)
    assert (rows[0]["x"], rows[0]["y"]) == (first["time"], first["survival"])
    assert (rows[-1]["l"], rows[-1]["h"]) == (last["low"], last["high"])


def test_curves_of_several_are_told_apart(answers: Any) -> None:
    spec = plot(answers.curve("priority", at=["1h", "1d"]), n=2).spec
    scale = spec["layer"][1]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["normal", "urgent"] and scale["range"] == list(KINDS[:2])
    assert len(spec["data"]["values"]) == 4


def test_a_curve_without_an_answer_is_drawn() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T10:00Z"], "sender": ["FRA"], "receiver": ["DEU"],
         "message_id": [1], "reply_to": [None]}
    )  # fmt: skip
    assert plot(log.responses().curve()).spec["data"]["values"] == []


def test_a_backlog_shows_ages_above_and_both_flows_below(answers: Any) -> None:
    table = answers.backlog("month", bands=["7d"])
    above, below = plot(table).spec["vconcat"]
    rows = above["data"]["values"]
    assert [row["y"] for row in rows if row["s"] == "open"] == table["open"].tolist()
    assert [row["y"] for row in rows if row["s"] == "open 7d+"] == table["open 7d"].tolist()
    assert [row["y"] for row in below["data"]["values"] if row["s"] == "sent"] == table[
        "sent"
    ].tolist()
    assert above["encoding"]["y"]["stack"] is None
    days = plot(answers.backlog()).spec["vconcat"][0]
    assert days["encoding"]["x"]["type"] == "temporal"


def test_measures_of_periods_have_a_panel_each(log: Any) -> None:
    table = log.flows("month").measure("density", "reciprocity")
    panels = plot(table).spec["concat"]
    assert [panel["title"]["text"] for panel in panels] == ["density", "reciprocity"]
    values = [row["y"] for row in panels[1]["data"]["values"]]
    assert values == table["reciprocity"].tolist()
    one = plot(table, measure="density").spec
    assert one["mark"]["type"] == "line"
    assert [row["y"] for row in one["data"]["values"]] == table["density"].tolist()


def test_a_measure_of_each_bureau_has_lines_for_the_largest(log: Any) -> None:
    table = log.flows("quarter").measure("strength")
    spec = plot(table, n=3, labels="code").spec
    sums: dict[str, int] = {}
    for row in table:
        sums[row["bureau"]] = sums.get(row["bureau"], 0) + row["strength"]
    largest = sorted(sums, key=lambda name: -sums[name])[:3]
    assert spec["encoding"]["color"]["scale"]["domain"] == largest
    assert len(plot(table, "multiples", n=9).spec["concat"]) == 9


def test_what_has_no_base_has_no_point(log: Any) -> None:
    spec = plot(log.growth(), measure="growth").spec
    assert len(spec["data"]["values"]) == 11
    assert len(spec["encoding"]["x"]["scale"]["domain"]) == 12
    assert spec["encoding"]["y"]["axis"]["format"] == ".2~%"


def test_cycles_are_columns_or_the_week(log: Any) -> None:
    week = log.profile("hour_of_week")
    assert sum(cell["v"] for cell in plot(week).spec["data"]["values"]) == log.total
    hours = plot(log.profile("hour_of_day"), measure="share").spec
    assert hours["mark"]["type"] == "bar" and len(hours["data"]["values"]) == 24


def test_bureaus_are_lying_bars_the_largest_first(log: Any) -> None:
    table = log.flow().asymmetry()
    spec = plot(table, n=5, language="fr").spec
    rows = spec["data"]["values"]
    assert [row["v"] for row in rows] == table.top(5)["asymmetry"].tolist()
    assert "," in rows[0]["t"] and rows[0]["n"] != table.top(1)["bureau"][0]


def test_every_picture_is_drawn_and_named(log: Any, answers: Any) -> None:
    pytest.importorskip("vl_convert", reason="vl-convert draws the charts")
    for table in (
        answers.curve(), answers.backlog("month"), log.flows("quarter").measure("density", "links"),
        log.flows("quarter").measure("pagerank"), log.flow().pagerank(), log.growth(),
    ):  # fmt: skip
        chart = table.plot(language="ar")
        root = ElementTree.fromstring(chart.to_svg())
        assert root.find("{http://www.w3.org/2000/svg}title").text == chart.title  # type: ignore[union-attr]
        assert "NaN" not in chart.to_svg()
        assert chart.to_png(scale=0.3).startswith(b"\x89PNG")
        assert chart.description


def test_what_has_no_picture_says_so(log: Any, answers: Any) -> None:
    flow = log.flow()
    for table, words in (
        (flow.silent(), "this table has no picture"),
        (flow.missing(), "plot the cube or the flow"),
        (bcn.Table({"a": [1]}), "this table has no picture"),
        (flow.expected(), "Expected has no picture"),
    ):
        with pytest.raises(QueryError, match=words):
            plot(table)
    with pytest.raises(QueryError, match="does not fit this table; it can be 'bars'"):
        plot(flow.pagerank(), "line")
    with pytest.raises(QueryError, match="no column of figures"):
        plot(flow.pagerank(), measure="bureau")
    with pytest.raises(QueryError, match="ask by a longer unit than hour"):
        plot(answers.backlog("hour"))
    with pytest.raises(QueryError, match="measure= is for tables"):
        plot(log.count("month"), measure="messages")
