"""Titles, headings and notes in the reader's language."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import walk

import interpol_bcn as bcn
from interpol_bcn._i18n import heading
from interpol_bcn._report.records import _TABLES
from interpol_bcn._said import isolated, log_words, parts, said

LANGUAGES = ("fr", "es", "ar")
PERIOD = re.compile(r"[\d:.T -]+ UTC")
FIELD = re.compile(r"{\w+}")


def test_every_sentence_is_in_four_languages_with_the_same_fields() -> None:
    path = Path(bcn.__file__).parent / "data" / "sentences.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len({row["en"] for row in rows}) == len(rows)
    for row in rows:
        fields = set(FIELD.findall(row["en"]))
        for language in LANGUAGES:
            assert row[language].strip(), row["en"]
            assert set(FIELD.findall(row[language])) == fields, row["en"]


def shown() -> list[tuple[str, bcn.Table]]:
    """The tables of the report and of a member's sheet."""
    logs = walk.logs()
    found = []
    for log in logs.values():
        make = _TABLES.get(log.schema.subject)
        if make is not None:
            found += [(log.schema.subject, table) for table in make(log, 15)]
    held = [logs[name] for name in ("messages", "searches", "delegates", "operations", "notices")]
    found += [("sheet", table) for table in bcn.factsheet("FRA", *held).tables]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_report_shows_is_in_its_language(language: str) -> None:
    alike = {"fr": {"bureau", "date", "direction", "notices", "messages"}, "es": {"personas"}}
    same = alike.get(language, set())
    for place, table in shown():
        assert said(table.title or "", language) != table.title, (place, table.title)
        for part in (table.note or "").split("; "):
            known = PERIOD.fullmatch(part) or part.partition(" ")[0] in same
            assert known or said(part, language) != part, (place, part)
        for name in table.columns:
            assert heading(name, language) != name or name in same, (place, name)
        page = table.in_language(language).to_html()
        assert "not stated" not in page
        assert "synthetic data" not in page


def test_a_log_is_told_in_a_language() -> None:
    words = log_words(walk.logs()["searches"])
    assert said(words, "fr").startswith("2\u202f000 consultations en 2\u202f000 lignes; 2023-01")
    assert said(words, "es").endswith("de 196 miembros; datos sintéticos, semilla 1")
    assert said(words, "en") == words
    assert isolated(words, "ar").count("<bdi>") == 4


def test_what_is_not_known_stays_as_it_is() -> None:
    assert said("a title of somebody's own", "ar") == "a title of somebody's own"
    assert parts("one thing; 3 of 4 members", "es") == ["one thing", "3 de 4 miembros"]
    assert said("kind request", "fr") == "nature: request"
    assert said("", "fr") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tests_and_service_say_is_in_a_language(language: str) -> None:
    messages = walk.logs()["messages"]
    halves: dict[str, Any] = {"before": ("2023-01", "2023-07"), "after": ("2023-07", "2024-01")}
    answers = messages.responses()
    for table in (
        messages.changes("sender", **halves), messages.changes("sender", relative=True, **halves),
        messages.anomalies("sender"), messages.growth(), answers.curve(), answers.backlog("month"),
    ):  # fmt: skip
        for part in (table.note or "").split("; "):
            known = PERIOD.fullmatch(part)
            assert known or said(part, language) != part, part


def test_dates_keep_their_order_among_words_from_the_right() -> None:
    words = isolated("2023-01-01 .. 2023-06-30 UTC (181 days) to 2023-07-01 .. 2023-12-31 UTC "
                     "(184 days), by all records", "ar")  # fmt: skip
    assert words.count('<bdi dir="ltr">') == 2
    assert '<bdi dir="ltr">2023-07-01 .. 2023-12-31 UTC</bdi>' in words
