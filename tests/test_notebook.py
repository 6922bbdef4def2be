"""The first notebook runs from its first cell to its last, and its figures come out."""

from __future__ import annotations

import ast
import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "first.ipynb"


class Ran(NamedTuple):
    """What running the notebook left: its names, what each code cell showed, its folder."""

    names: dict[str, Any]
    shown: list[str]
    folder: Path


def cells() -> list[dict[str, Any]]:
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert book["nbformat"] == 4
    found: list[dict[str, Any]] = book["cells"]
    return found


def show(value: object) -> str:
    """What a notebook makes of the value of a cell: HTML where there is any, else text."""
    as_html = getattr(value, "_repr_html_", None)
    return str(as_html() if as_html else repr(value))


def run_cell(source: str, names: dict[str, Any], place: str) -> str:
    """Run a cell and return how its last line shows, if that is an expression."""
    tree = ast.parse(source, place)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)
    if last is None:
        return ""
    return show(eval(compile(ast.Expression(last.value), place, "eval"), names))


def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    shown = [
        run_cell("".join(cell["source"]), names, f"{NOTEBOOK.name}, cell {number}")
        for number, cell in enumerate(cells(), 1)
        if cell["cell_type"] == "code"
    ]
    return Ran(names, shown, folder)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield run(tmp_path_factory.mktemp("notebook"), patch)


@pytest.fixture(scope="module")
def rows(ran: Ran) -> list[dict[str, str]]:
    with (ran.folder / "messages.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_notebook_is_kept_without_outputs_and_begins_with_words() -> None:
    assert cells()[0]["cell_type"] == "markdown"
    code = [cell for cell in cells() if cell["cell_type"] == "code"]
    assert code and all(not cell["outputs"] for cell in code)
    assert all(cell["execution_count"] is None for cell in code)
    names = [cell["id"] for cell in cells()]
    assert len(set(names)) == len(names)


def test_every_cell_shows_something(ran: Ran) -> None:
    assert ran.shown and all(ran.shown)


def test_every_row_of_the_extract_is_read(ran: Ran, rows: list[dict[str, str]]) -> None:
    messages = ran.names["messages"]
    assert messages.seen == messages.accepted == len(rows)
    assert messages.total == sum(int(row["messages"]) for row in rows) == 20_000
    assert sorted(path.name for path in ran.folder.iterdir()) == ["messages.csv", "page.html"]


def test_the_figures_are_those_of_the_extract(ran: Ran, rows: list[dict[str, str]]) -> None:
    senders: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        senders[row["sender"]] += int(row["messages"])
        if row["kind"] in ("request", "reply"):
            pairs[row["sender"], row["receiver"]] += int(row["messages"])
    text = "\n".join(ran.shown)
    for sender, count in senders.most_common(3):
        assert ran.names["messages"].count("sender")[sender] == count
        assert f"{count:,}" in text
    flow = ran.names["flow"]
    assert flow.total() == sum(pairs.values()) > 0
    assert flow["FRA", "DEU"] == pairs["FRA", "DEU"]
    sent = sum(count for (sender, _), count in pairs.items() if sender == "FRA")
    assert any(shown.startswith(f"({pairs['FRA', 'DEU']}, {sent}, ") for shown in ran.shown)


def test_the_hit_rates_are_there_with_their_searches(ran: Ran) -> None:
    searches = ran.names["searches"]
    assert searches.total == 8_000_000
    hits = searches.sum("hits", "database")["SLTD"]
    (rates,) = (shown for shown in ran.shown if "95% interval" in shown and "iframe" not in shown)
    assert "SLTD" in rates and ">5,200,000<" in rates and f">{hits:,}<" in rates


def test_the_verdict_on_the_published_messages_is_false(ran: Ran) -> None:
    verdicts = ran.names["verdicts"]
    judged = [one for one in verdicts if one.measure == "messages"]
    assert judged and not any(judged)
    assert any("disagrees with 'more than 18 million'" in shown for shown in ran.shown)


def test_the_week_is_drawn_where_the_extra_is_there(ran: Ran) -> None:
    pytest.importorskip("vl_convert", reason="charts need the extra plot")
    assert sum("<svg" in shown and "iframe" not in shown for shown in ran.shown) == 1


def test_the_page_is_written_whole_with_its_headline_figures(ran: Ran) -> None:
    page = (ran.folder / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert "synthetic" in page and "<script" not in page
    for figure in (20_000, 8_000_000):
        assert f"{figure:,}" in page


def test_the_notebook_runs_without_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    bare = run(tmp_path, monkeypatch)
    assert all(bare.shown) and not any("<svg" in shown for shown in bare.shown)
    assert (tmp_path / "page.html").stat().st_size > 0
