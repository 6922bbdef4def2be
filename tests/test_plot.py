"""Charts: which picture a cube gets, drawn without a network, named for those who cannot see."""

import json
import re
import sys
from xml.etree import ElementTree

import pytest

import interpol_bcn as bcn
from interpol_bcn.errors import MissingExtra, QueryError
from interpol_bcn.plot import Chart, plot

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def log():
    return bcn.simulate_messages(20_000, seed=3)


@pytest.fixture
def drawing():
    return pytest.importorskip("vl_convert", reason="vl-convert draws the charts")


def marks(chart):
    """The marks of a specification, of all its layers."""
    layers = chart.spec.get("layer", [chart.spec])
    return [layer["mark"]["type"] for layer in layers]


@pytest.mark.parametrize(
    ("axes", "kind", "expected"),
    [
        (["month"], None, ["bar"]),
        (["hour_of_day"], None, ["bar"]),
        (["day"], None, ["area"]),
        (["day"], "line", ["line"]),
        (["hour"], None, ["area"]),
        (["hour_of_week"], None, ["rect"]),
        (["sender"], None, ["bar", "text"]),
        (["kind"], "columns", ["bar"]),
        (["month", "kind"], None, ["line"]),
        (["kind", "month"], None, ["line"]),
        (["month", "kind"], "heat", ["rect", "text"]),
        (["sender.region", "receiver.region"], None, ["rect", "text"]),
        (["sender", "receiver"], None, ["rect"]),
    ],
)
def test_the_axes_choose_the_picture(log, axes, kind, expected):
    assert marks(plot(log.count(*axes), kind)) == expected


def test_a_flow_is_drawn_by_region_and_by_bureau(log):
    assert marks(log.flow().plot()) == ["rect", "text"]
    cells = plot(log.flow(), "heat", n=7).spec["data"]["values"]
    assert len({cell["y"] for cell in cells}) <= 7


def test_the_largest_come_first_and_the_others_add_up(log):
    cube = log.count("sender")
    rows = plot(cube, n=5).spec["data"]["values"]
    assert len(rows) == 6
    assert [row["x"] for row in rows[:5]] == cube.top(5)["messages"].tolist()
    assert sum(row["x"] for row in rows) == cube.total()
    assert rows[5]["o"] and not any(row["o"] for row in rows[:5])


def test_every_hour_of_the_week_has_its_cell(log):
    cube = log.count("hour_of_week")
    cells = plot(cube).spec["data"]["values"]
    assert sum(cell["v"] for cell in cells) == len(log)
    monday = next(c for c in cells if c["y"] == "Monday" and c["x"] == "09")
    assert monday["v"] == cube["Mon 09"]


def test_hours_too_many_to_see_are_added_up_by_day(log):
    rows = plot(log.count("hour")).spec["data"]["values"]
    assert len(rows) == 365
    assert sum(row["y"] for row in rows) == len(log)


def test_a_chart_says_title_period_unit_and_coverage(log):
    chart = plot(log.count("month"))
    assert chart.title == "messages by month"
    for word in ("2023-01-01 .. 2023-12-31", "of 196 members", "synthetic data, seed 3"):
        assert word in chart.description


def test_no_specification_asks_for_data_elsewhere(log):
    for cube in (log.count("month"), log.count("sender"), log.flow()):
        text = json.dumps(plot(cube).spec)
        assert re.findall(r"https?://[^\"]*", text) == [
            "https://vega.github.io/schema/vega-lite/v5.json"
        ]


def test_labels_are_told_in_four_languages(log):
    cube = log.count("sender")
    first = {
        language: plot(cube, language=language).spec["data"]["values"][0]["y"]
        for language in ("en", "fr", "es", "ar")
    }
    top = bcn.members[cube.top(1)["sender"][0]]
    assert first == {language: top.names[language] for language in first}
    assert plot(cube, labels="code").spec["data"]["values"][0]["y"] == top.alpha_3
    assert plot(log.count("month"), language="fr").title == "messages : mois"


@pytest.mark.parametrize(
    ("axes", "kind", "words"),
    [
        (["sender"], "line", "is for time"),
        (["sender"], "heat", "does not fit"),
        (["sender"], "haet", "did you mean 'heat'"),
        (["month", "sender", "kind"], None, "one or two axes"),
        ([], None, "one or two axes"),
    ],
)
def test_what_has_no_picture_is_refused(log, axes, kind, words):
    with pytest.raises(QueryError, match=words):
        plot(log.count(*axes), kind)


def test_only_cubes_are_drawn():
    with pytest.raises(QueryError, match="list has no picture"):
        plot([1, 2])


def test_svg_is_named_small_and_of_the_pages_colour(log, drawing):
    for cube in (log.count("month"), log.count("hour_of_week"), log.flow(), log.count("sender")):
        svg = plot(cube).to_svg()
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        names = root.get("aria-labelledby").split()
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert [title.get("id"), description.get("id")] == names
        assert title.text == plot(cube).title
        assert "currentColor" in svg
        assert len(svg) < 20_000
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_same_figures_give_the_same_picture(log, drawing):
    for cube in (log.count("month"), log.count("hour_of_week")):
        assert plot(cube).to_svg() == plot(cube).to_svg()


def test_figures_in_svg_keep_every_bar(log, drawing):
    svg = plot(log.count("month")).to_svg()
    for month in ("Jan", "Jun", "Dec"):
        assert f">{month}<" in svg


def test_labels_of_data_cannot_become_markup(drawing):
    evil = "<script>alert(1)</script>"
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2,
         "kind": [evil, "b"]}
    )  # fmt: skip
    svg = plot(log.count("kind"), title=evil).to_svg()
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).find(f"{SVG}title").text == evil


def test_charts_are_saved_as_svg_png_and_json(log, drawing, tmp_path):
    chart = plot(log.count("month"))
    chart.save(tmp_path / "a.svg")
    chart.save(tmp_path / "a.png", scale=1)
    chart.save(tmp_path / "a.json")
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag == f"{SVG}svg"
    assert "currentColor" not in (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "a.json").read_text())["title"]["text"] == chart.title
    with pytest.raises(QueryError, match=r"\.svg, \.png or \.json"):
        chart.save(tmp_path / "a.pdf")


def test_a_notebook_gets_the_picture_itself(log, drawing):
    html = plot(log.count("month"))._repr_html_()
    assert "<svg" in html and "<script" not in html


def test_altair_takes_the_specification(log):
    pytest.importorskip("altair", reason="altair is not installed")
    made = plot(log.count("month")).to_altair().to_dict()
    assert made["mark"]["type"] == "bar"


def test_without_the_extra_the_error_names_it(log, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setitem(sys.modules, "altair", None)
    chart = plot(log.count("month"))
    assert isinstance(chart, Chart)
    for call in (chart.to_svg, chart.to_png, chart.to_altair):
        with pytest.raises(MissingExtra, match=r"interpol_bcn\[plot\]"):
            call()
