"""Charts: which picture a cube gets, drawn without a network, named for those who cannot see."""

import base64
import json
import re
import struct
import sys
import zlib
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


@pytest.mark.parametrize(
    ("axes", "kind", "expected"),
    [
        (["day"], "calendar", ["rect"]),
        (["sender"], "map", ["rect", "text"]),
    ],
)
def test_further_pictures_are_there_when_asked_for(log, axes, kind, expected):
    assert marks(plot(log.count(*axes), kind)) == expected


def test_a_calendar_has_a_square_for_every_day_in_its_week(log):
    cube = log.count("day")
    cells = plot(cube, "calendar").spec["data"]["values"]
    assert len(cells) == 365
    assert sum(cell.get("v", 0) for cell in cells) == cube.total()
    assert cells[0] == {"w": 0, "d": 6, "year": "2023", "v": cube["2023-01-01"]}
    assert (cells[1]["w"], cells[1]["d"]) == (1, 0)
    assert len({(cell["w"], cell["d"]) for cell in cells}) == 365


def test_every_member_has_a_square_of_its_own_and_the_others_are_told(log):
    cube = log.count("sender")
    chart = plot(cube, "map")
    cells = chart.spec["layer"][0].get("data", chart.spec["data"])["values"]
    assert sorted(cell["c"] for cell in cells) == [m.alpha_3 for m in bcn.members]
    assert len({(cell["x"], cell["y"]) for cell in cells}) == 196
    assert sum(cell["v"] for cell in cells) == cube.total() - cube["IPSG"]
    assert f"not on the map: General Secretariat {cube['IPSG']:,}" in chart.description


def test_what_may_be_negative_has_the_same_scale_on_both_sides(log):
    chart = plot(log.flow().balance, "map")
    scale = chart.spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"][0] == -scale["domain"][1] < 0


def test_small_multiples_have_a_panel_for_each_of_the_largest(log):
    cube = log.count("month", "sender")
    spec = plot(cube, "multiples", n=6).spec
    assert spec["facet"]["sort"] == [
        bcn.members[row["sender"]].name if row["sender"] != "IPSG" else "General Secretariat"
        for row in log.count("sender").top(6)
    ]
    assert len(spec["data"]["values"]) == 6 * 12
    assert plot(cube.transpose(), "multiples", n=6).spec == spec


def grains(chart):
    """The image inside a matrix: width, height and the level of each pixel."""
    text = chart.spec["layer"][0]["data"]["values"][0]["u"]
    png = base64.b64decode(text.removeprefix("data:image/png;base64,"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, parts = 8, {}
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        assert (
            zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0]
        )
        parts[kind] = body
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    flat = zlib.decompress(parts[b"IDAT"])
    rows = [flat[y * (width + 1) + 1 : (y + 1) * (width + 1)] for y in range(height)]
    return rows[1::3], parts[b"PLTE"]


def test_a_matrix_has_a_grain_for_every_pair_and_white_for_silence():
    trio = bcn.Domain(["A", "B", "C"])
    flow = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 3, "sender": ["A", "A", "B"], "receiver": ["B", "B", "A"]},
        members=trio,
    ).flow()
    rows, palette = grains(plot(flow, "matrix", order="label"))
    levels = [[row[1 + 3 * at] for at in range(3)] for row in rows]
    assert [[level > 0 for level in row] for row in levels] == [
        [False, True, False], [True, False, False], [False, False, False],
    ]  # fmt: skip
    assert levels[0][1] > levels[1][0] and palette[:3] == b"\xff\xff\xff"


def test_a_matrix_is_ordered_by_region_then_by_amount(log):
    flow = log.flow()
    names = [m["name"] for m in plot(flow, "matrix").spec["layer"][3]["data"]["values"]]
    assert names == ["Africa", "Americas", "Asia and South Pacific", "Europe", "International"]
    assert not plot(flow, "matrix", order="amount").spec["layer"][3]["data"]["values"]
    with pytest.raises(QueryError, match="did you mean 'region'"):
        plot(flow, "matrix", order="regoin")


def test_chords_are_as_wide_as_what_was_sent(log, drawing):
    flow = log.flow()
    chart = plot(flow, "chord")
    words = {word["t"]: word["s"] for word in chart.spec["data"][2]["values"]}
    sums = log.count("sender.region")
    assert words == {label: f"{sums[label]:,}" for label in sums.axes[0].labels if sums[label]}
    assert ElementTree.fromstring(chart.to_svg()).tag == f"{SVG}svg"
    with pytest.raises(QueryError, match="altair does not know"):
        chart.to_altair()


def test_a_chord_of_one_alone_is_drawn(drawing):
    world = bcn.Domain(["A", "B"]).with_table("region", {"A": "x", "B": "x"})
    flow = bcn.read_messages(
        {"sent_at": ["2023-01-05"], "sender": ["A"], "receiver": ["B"]}, members=world
    ).flow()
    assert "NaN" not in plot(flow, "chord").to_svg()


def test_every_picture_is_drawn_named_and_saved_as_a_page(log, drawing, tmp_path):
    for cube, kind in (
        (log.count("day"), "calendar"), (log.count("sender"), "map"), (log.flow(), "matrix"),
        (log.flow(), "chord"), (log.count("month", "kind"), "multiples"),
    ):  # fmt: skip
        chart = plot(cube, kind, language="ar")
        root = ElementTree.fromstring(chart.to_svg())
        assert root.find(f"{SVG}title").text == chart.title
        assert chart.to_png(scale=0.5).startswith(b"\x89PNG")
        chart.save(tmp_path / "a.html")
        page = (tmp_path / "a.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>") and "<svg" in page and "<script" not in page
        assert "http" not in page.replace("http://www.w3.org/", "")


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
        (["month"], "calendar", "shows the axis 'day'"),
        (["kind"], "map", "has none of them"),
        (["month"], "map", "none of their axes"),
        (["sender"], "chord", "does not fit"),
        (["month", "kind"], "map", "does not fit"),
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
    with pytest.raises(QueryError, match=r"\.svg, \.png, \.html or \.json"):
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
