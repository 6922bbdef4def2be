"""The page: self-contained, readable without sight or script, and right in its figures."""

import re
import sys
from html.parser import HTMLParser

import pytest

import interpol_bcn as bcn
from interpol_bcn._i18n import LANGUAGES, message
from interpol_bcn._report import Report, report
from interpol_bcn.account import REASONS
from interpol_bcn.errors import QueryError

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """What a reader of the page can rely on, gathered while parsing."""

    def __init__(self, html):
        super().__init__()
        self.open, self.headings, self.ids, self.targets = [], [], [], []
        self.addresses, self.tables, self.heads, self.tags, self.texts = [], [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == [], "every tag is closed"

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"])
        for name in ("href", "src"):
            if name in found:
                (self.targets if found[name].startswith("#") else self.addresses).append(
                    found[name]
                )
        if tag == "table":
            self.tables.append({"caption": False, "rows": []})
        if tag == "caption":
            self.tables[-1]["caption"] = True
        if tag == "tr":
            self.tables[-1]["rows"].append([])
        if tag in ("th", "td"):
            self.tables[-1]["rows"][-1].append("")
        if tag == "th":
            self.heads.append(found.get("scope"))

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if "table" in self.open and {"td", "th"} & set(self.open):
            self.tables[-1]["rows"][-1][-1] += data

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    def rows(self, *heads):
        """The rows of the table whose first heads are these words."""
        return next(
            t["rows"]
            for t in self.tables
            if tuple(head.strip() for head in t["rows"][0][: len(heads)]) == heads
        )


@pytest.fixture(scope="module")
def log():
    return bcn.simulate_messages(30_000, seed=5)


@pytest.fixture(scope="module")
def pages(log):
    return {language: report(log, language=language).html for language in LANGUAGES}


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, pages):
    return request.param, pages[request.param], Page(pages[request.param])


def test_nothing_is_fetched_and_nothing_runs(page):
    _, html, parsed = page
    assert parsed.addresses == []
    assert parsed.all("script") == parsed.all("link") == parsed.all("iframe") == []
    text = html.replace("http://www.w3.org/2000/svg", "")
    assert "http:" not in text and "https:" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}, "only what is in the page"
    assert not any(name.startswith("on") for _, found in parsed.tags for name in found)
    assert len(html.encode()) < 300_000


def test_language_and_direction_are_said(page):
    language, _, parsed = page
    html = parsed.all("html")[0]
    assert html == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}


def test_landmarks_and_headings_are_in_order(page):
    _, _, parsed = page
    for landmark in ("header", "main", "nav", "footer"):
        assert len(parsed.all(landmark)) == 1
    assert parsed.headings[0] == 1
    assert parsed.headings.count(1) == 1
    assert set(parsed.headings[1:]) == {2}


def test_links_within_the_page_lead_somewhere_and_names_are_given_once(page):
    _, _, parsed = page
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {target[1:] for target in parsed.targets} <= set(parsed.ids)
    named = [f.get("aria-labelledby", "") for _, f in parsed.tags]
    assert {one for names in named for one in names.split()} <= set(parsed.ids)


def test_every_table_has_a_caption_and_every_head_its_scope(page):
    _, _, parsed = page
    assert len(parsed.tables) >= 8
    assert all(table["caption"] for table in parsed.tables)
    assert set(parsed.heads) == {"col", "row"}
    for table in parsed.tables:
        assert len({len(row) for row in table["rows"]}) == 1, "rows of one length"


def test_synthetic_data_are_announced_first(page):
    language, _, parsed = page
    words = message("report.synthetic", language)
    texts = "".join(parsed.texts)
    assert texts.index(words) < texts.index(message("report.headlines", language))
    assert texts.count(words) >= 2


def test_charts_have_a_name_and_a_description(page):
    pytest.importorskip("vl_convert", reason="vl-convert draws the charts")
    _, _, parsed = page
    pictures = parsed.all("svg")
    assert len(pictures) == 5
    assert all(picture["role"] == "img" for picture in pictures)
    assert len(parsed.all("desc")) == 5


def test_the_figures_are_those_of_the_log(log, pages):
    parsed = Page(pages["en"])
    months = parsed.rows("month")
    assert [row[1] for row in months[1:13]] == [f"{v:,}" for v in log.count("month").to_table()[
        "messages"]]  # fmt: skip
    assert months[13][1] == "30,000"
    top = log.count("sender").top(15)
    rows = parsed.rows("sender", "rank")
    assert [row[0].split()[-1] for row in rows[1:16]] == top["sender"].tolist()
    assert [row[2] for row in rows[1:16]] == [f"{v:,}" for v in top["messages"]]
    flow = log.flow()
    text = " ".join("".join(parsed.texts).split())
    assert f"{len(flow.silent()):,} of 38,220 ordered pairs of members never wrote" in text
    assert f"{30_000 / 365:.2f}" in text


def test_regions_add_up(log, pages):
    rows = Page(pages["en"]).rows("sender \\ receiver")
    cells = [[int(cell.replace(",", "")) for cell in row[1:]] for row in rows[1:]]
    assert all(sum(row[:-1]) == row[-1] for row in cells)
    assert [sum(column) for column in zip(*cells[:-1], strict=True)] == cells[-1]
    assert cells[-1][-1] == len(log)
    names = [row[0] for row in rows[1:-1]]
    cube = log.count("sender.region", "receiver.region")
    at, to = names.index("Africa"), names.index("Europe")
    assert cells[at][to] == cube["Africa", "Europe"]


def test_trends_are_those_of_the_log(log, pages):
    parsed = Page(pages["en"])
    grown = log.growth(every="quarter")
    rows = parsed.rows("quarter", "messages", "change")
    assert [row[0] for row in rows[1:]] == grown["quarter"].tolist()
    assert rows[2][2] == f"{grown.row(1)['change']:+,}"
    odd = log.anomalies("sender")
    rows = parsed.rows("sender", "month", "finding")
    assert [row[0].split()[-1] for row in rows[1:]] == odd["sender"].tolist()[:15]
    assert [row[2] for row in rows[1:]] == odd["finding"].tolist()[:15]
    assert odd.note.partition(";")[0] in "".join(parsed.texts)


def test_two_years_are_compared_with_each_other():
    days = [f"{year}-{month:02}-15" for year in (2022, 2023) for month in range(1, 13)]
    log = bcn.read_messages(
        {"sent_at": days * 20, "receiver": ["ITA"] * 480,
         "sender": ["FRA" if at < 400 or day < "2023" else "DEU"
                    for at, day in enumerate(days * 20)]}, period=("2022", "2024"),
    )  # fmt: skip
    page = Page(report(log, charts=False).html)
    rows = page.rows("sender", "finding", "before")
    moved = log.changes("sender", before="2022", after="2023", relative=True)
    assert [row[2:4] for row in rows[1:]] == [
        [str(row["before"]), str(row["after"])] for row in moved
    ]
    assert "2022-01-01 .. 2022-12-31 UTC (365 days) to 2023-01-01" in "".join(page.texts)


def test_position_is_that_of_the_flow(log, pages):
    rows = Page(pages["en"]).rows("bureau", "sent and received")
    flow = log.flow()
    top = flow.strength().top(15)
    ranks = dict(zip(*(flow.pagerank()[name] for name in ("bureau", "pagerank")), strict=True))
    assert [row[0].split()[-1] for row in rows[1:]] == top["bureau"].tolist()
    assert [row[1] for row in rows[1:]] == [f"{value:,}" for value in top["strength"]]
    assert [row[3] for row in rows[1:]] == [
        f"{ranks[label]:.2%}" for label in top["bureau"].tolist()
    ]


def test_a_dense_network_is_told_to_be_one():
    four = ["FRA", "DEU", "ITA", "ESP"]
    pairs = [(a, b) for a in four for b in four if a != b]
    sender, receiver = zip(*pairs, strict=True)
    world = bcn.Domain(four)
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 12, "sender": sender, "receiver": receiver}, members=world
    )
    assert "Caution: 100.0%" in report(log, charts=False).html


def test_missing_links_have_their_interval(log, pages):
    rows = Page(pages["en"]).rows("sender", "receiver", "expected")
    missing = log.flow().missing("independence")
    first = missing.row(0)
    assert rows[1][2:4] == [f"{first['expected']:.1f}", f"{first['low']} – {first['high']}"]


def test_silent_pairs_are_silent_and_the_most_expected_first(log):
    from interpol_bcn._report.findings import Findings

    found = Findings(log, "en", "UTC", 15)
    flow = log.flow()
    labels = flow.axes[0].labels
    assert [(labels[a], labels[b]) for a, b in found.silent] == [
        (row["sender"], row["receiver"]) for row in flow.silent()
    ]
    missing = found.missing
    assert missing is not None and len(missing) == len(found.silent)
    expected = missing["expected"].tolist()
    assert expected == pytest.approx(sorted(expected, reverse=True))
    assert all(flow[row["sender"], row["receiver"]] == 0 for row in missing.head(50))


def test_shares_stay_shares_where_a_message_to_several_counts_once():
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T10:00Z"] * 3, "sender": ["FRA"] * 3,
         "receiver": ["DEU", "ITA", "DEU"], "message_id": [1, 1, 2]}, unit="message",
    )  # fmt: skip
    parsed = Page(report(log, charts=False).html)
    assert "a message to several recipients counts once" in "".join(parsed.texts)
    assert [row[2:] for row in parsed.rows("receiver")[1:]] == [
        ["2", "66.7%", "66.7%"], ["1", "33.3%", "100.0%"],
    ]  # fmt: skip


def test_files_are_named_without_their_folders(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_text("sent_at,sender,receiver\n2023-01-05T10:00Z,FRA,DEU\n")
    html = report(bcn.read_messages(path), charts=False).html
    assert "extract.csv" in html and str(tmp_path) not in html


def test_a_long_table_is_folded_under_its_chart():
    pytest.importorskip("vl_convert", reason="vl-convert draws the charts")
    log = bcn.read_messages(
        {"sent_at": ["2018-01-05", "2023-01-07"], "sender": ["FRA", "DEU"],
         "receiver": ["DEU", "FRA"]}, period=("2000", "2024"),
    )  # fmt: skip
    html = report(log).html
    assert len(Page(html).rows("year")) == 26
    assert html.count("<details>") == 1


def test_refused_rows_are_shown_with_their_reasons_and_escaped():
    evil = "<script>alert(1)</script>"
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T10:00Z"] * 4, "sender": ["FRA", evil, "Frnace", "FRA"],
         "receiver": ["DEU", "DEU", "DEU", "DEU"], "message_id": [1, 2, 3, 1],
         "kind": ["<b>", "a", "a", "<b>"]},
        errors="reject",
    )  # fmt: skip
    html = report(log, charts=False).html
    text = "".join(Page(html).texts)
    assert "4 seen = 1 accepted + 2 rejected + 1 duplicates" in text
    assert "unknown label" in text and evil in text
    assert "<script" not in html and "<b>" not in html


def test_every_reason_has_its_words_in_four_languages():
    for reason in REASONS[1:]:
        assert message(f"reason.{reason}", "en") == reason
        assert len({message(f"reason.{reason}", language) for language in LANGUAGES}) == 4


def test_dates_without_hours_say_nothing_of_hours():
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05", "2023-01-07"], "sender": ["FRA", "DEU"],
         "receiver": ["DEU", "FRA"]}
    )  # fmt: skip
    text = "".join(Page(report(log, charts=False).html).texts)
    assert "dates without hours" in text
    assert "busiest hour" not in text and "busiest day" in text


def test_another_closed_world_has_no_regions_and_no_bureaus():
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T10:00Z", "2024-06-07T10:00Z"], "sender": ["BOS", "JFK"],
         "receiver": ["JFK", "LHR"], "messages": [3, 4]},
        members="infer",
    )  # fmt: skip
    parsed = Page(report(log, charts=False).html)
    text = "".join(parsed.texts)
    assert "Region by region" not in text and "General Secretariat" not in text
    assert parsed.rows("receiver")[1][2] == "4"


def test_hours_are_read_in_the_zone_that_is_asked_for():
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T23:30Z"], "sender": ["FRA"], "receiver": ["DEU"]}
    )
    rows = Page(report(log, tz="Europe/Paris", charts=False).html).rows("hour of day")
    assert rows[0][5] == "Friday"
    assert rows[1] == ["00", "0", "0", "0", "0", "1", "0", "0"]


def test_without_charts_the_page_says_so_and_keeps_every_figure(log, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    html = report(log).html
    assert "<svg" not in html
    assert "Charts are not drawn" in html
    assert len(Page(html).rows("hour of day")) == 25


def test_a_report_is_saved_whole_and_shown_in_a_frame(log, tmp_path):
    made = report(log, charts=False, title="Ours & theirs")
    made.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == made.html
    assert "<h1>Ours &amp; theirs</h1>" in made.html
    assert made._repr_html_().startswith("<iframe") and "<html" not in made._repr_html_()
    assert isinstance(made, Report)
    assert repr(made) == "Report: Ours & theirs, 2023-01-01 to 2023-12-31"


def test_options_that_make_no_sense_are_refused(log):
    with pytest.raises(QueryError, match="no language 'de'"):
        report(log, language="de")
    with pytest.raises(QueryError, match="n=0"):
        report(log, n=0)
    with pytest.raises(QueryError, match="log of messages, not list"):
        report([1])
