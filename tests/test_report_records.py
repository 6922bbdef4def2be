"""The page and the factsheet with every record, from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn
from interpol_bcn.cli import main

MESSAGES = """sent_at,sender,receiver
2023-01-05T10:00Z,FRA,DEU
2023-01-06T11:00Z,DEU,FRA
2023-02-06T11:00Z,FRA,ITA
"""
SEARCHES = """searched_at,bureau,database,searches,hits
2023-01-05T10:00Z,FRA,SLTD,1000,3
2023-03-05T10:00Z,DEU,SMV,500,1
"""
DELEGATES = "edition,bureau\n19,FRA\n19,FRA\n20,DEU\n"
OPERATIONS = """operation,bureau,date,outcome,quantity,unit
Alpha,FRA,2023-05-01,arrests,4,persons
Alpha,DEU,2023-05-01,arrests,2,persons
"""
NOTICES = "issued_at,requester,colour\n2023-01-05,FRA,red\n2023-02-05,DEU,blue\n"
FILES = {
    "searches": SEARCHES, "notices": NOTICES, "operations": OPERATIONS, "delegates": DELEGATES,
}  # fmt: skip


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, str]:
    found = {}
    for name, text in {"messages": MESSAGES, **FILES}.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        found[name] = str(path)
    return found


def _logs(paths: dict[str, str]) -> list[Any]:
    return [getattr(bcn, f"read_{name}")(paths[name]) for name in ("messages", *FILES)]


def test_a_page_has_a_section_for_each_log_that_is_given(paths: dict[str, str]) -> None:
    logs = _logs(paths)
    alone = bcn.report(logs[0], charts=False).html
    whole = bcn.report(*logs, charts=False).html
    for name in FILES:
        assert f'<section id="{name}"' not in alone
        assert f'<section id="{name}"' in whole
    assert "1,500" in whole  # searches
    for language in ("fr", "es", "ar"):
        assert 'id="searches"' in bcn.report(*logs, charts=False, language=language).html


def test_a_page_takes_one_log_of_each_record(paths: dict[str, str]) -> None:
    messages, searches = _logs(paths)[:2]
    with pytest.raises(bcn.QueryError, match="one log of searches"):
        bcn.report(messages, searches, searches, charts=False)
    with pytest.raises(bcn.QueryError, match="messages first"):
        bcn.report(messages, messages, charts=False)


def test_the_command_writes_the_page_of_every_record(
    paths: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    options = [word for name in FILES for word in (f"--{name}", paths[name])]
    assert main(["report", paths["messages"], *options, "--no-charts", "-o", str(page)]) == 0
    assert all(f'<section id="{name}"' in page.read_text() for name in FILES)
    assert "3" in capsys.readouterr().out


def test_a_bad_row_of_another_record_names_its_file(
    paths: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(paths["searches"]).write_text(SEARCHES.replace("1000,3", "1000,3000"))
    assert main(["report", paths["messages"], "--searches", paths["searches"]]) == 1
    words = capsys.readouterr().err
    assert "searches.csv, line 2, column 'hits': '3000': contradicts another column" in words


def test_the_factsheet_of_a_member_says_what_each_log_says(
    paths: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = bcn.factsheet("France", *_logs(paths))
    figures = sheet.tables[0].to_dicts()
    assert figures[0] == {"direction": "sent", "messages": 2, "rank": 1, "share": 2 / 3}
    assert figures[1] == {"direction": "received", "messages": 1, "rank": 1, "share": 1 / 3}
    rates = {row["database"]: row for row in sheet.tables[3].to_dicts()}
    assert (rates["SLTD"]["searches"], rates["SLTD"]["hits"], rates["SMV"]["hits"]) == (1000, 3, 0)
    options = [word for name in FILES for word in (f"--{name}", paths[name])]
    assert main(["member", "FR", paths["messages"], *options]) == 0
    assert capsys.readouterr().out.startswith("France\n")
    assert main(["member", "FRA", paths["messages"], "--format", "json"]) == 0
    first = capsys.readouterr().out.split("\n\n")[0]
    assert json.loads(first)[0]["messages"] == 2


def test_a_factsheet_needs_a_log_and_a_member_that_is_one(paths: dict[str, str]) -> None:
    with pytest.raises(bcn.QueryError, match="at least one log"):
        bcn.factsheet("FRA")
    with pytest.raises(bcn.LabelError, match="did you mean 'France'"):
        bcn.factsheet("Frnace", _logs(paths)[0])
