"""Every kind of log against the published figures, and verdicts in four languages."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import walk

import interpol_bcn as bcn
from interpol_bcn._published_answers import answer_of

PUBLISHED = bcn.published


def verdict(verdicts: Any, measure: str, period: str, of: str = "") -> Any:
    found = [one for one in verdicts if (one.measure, one.period, one.of) == (measure, period, of)]
    assert len(found) == 1, [(one.measure, one.period, one.of) for one in verdicts]
    return found[0]


@pytest.mark.parametrize("name", walk.logs())
def test_every_kind_of_log_can_be_checked(name: str) -> None:
    verdicts = PUBLISHED.check(walk.logs()[name])
    assert len(verdicts)
    assert "members" in {one.measure for one in verdicts}
    assert len(verdicts.to_table()) >= len(verdicts)
    assert len(verdicts._repr_html_()) < 200_000
    for one in verdicts:
        assert one.reason.endswith(".")
        assert bool(one) is one.agrees


def test_notices_answer_stocks_refusals_and_percentages() -> None:
    log = walk.logs()["notices"]  # made up so that its last year is that of the press
    verdicts = PUBLISHED.check(log)
    for colour, number in (("red", 74_224), ("yellow", 16_394), ("blue", 18_179), ("black", 2_237)):
        one = verdict(verdicts, "notices valid", "2023-12", f"colour {colour}")
        assert one and one.value == f"{number:,}"
        assert "without an opening balance" in one.reason
    assert verdict(verdicts, "notices refused or cancelled", "2023")
    share = verdict(verdicts, "share refused or cancelled", "2020")
    both = {"colour": ["red", "diffusion"]}
    issued = log.count(where={**both, "issued_at": "2020"}).total()
    ended = log.count(
        where={**both, "closed_at": "2020", "state": ["refused", "cancelled"]}
    ).total()
    assert share.judged[0].given.low == Fraction(100 * ended, issued)
    assert verdict(verdicts, "notices public", "2019-03", "colour red").value == f"{5_716:,}"


def test_records_answer_stocks_and_who_contributes() -> None:
    log = bcn.read_records(
        {"date": ["2012-12-31", "2012-12-31", "2013-12-31", "2013-12-31"],
         "bureau": ["FRA", "DEU"] * 2, "database": ["SLTD"] * 4,
         "stock": [35_320_073, 0, 39_519_000, 10]}
    )  # fmt: skip
    verdicts = PUBLISHED.check(log)
    for year in (2012, 2013):
        assert verdict(verdicts, "records", f"{year}-12-31", "database SLTD")
    countries = verdict(verdicts, "contributing countries", "2013-12-31", "database SLTD")
    assert not countries and countries.value == "2"
    # Nothing is said of databases that the log does not speak of.
    assert not [one for one in verdicts if "DNA" in one.of]


def test_searches_answer_who_takes_part_and_growth() -> None:
    log = bcn.read_searches(
        {"searched_at": ["2013-05-01", "2014-05-01", "2014-05-01"], "bureau": ["FRA", "FRA", "DEU"],
         "database": ["SLTD"] * 3, "searches": [1000, 900, 280], "hits": [0, 1, 0]},
        period=("2013-01-01", "2015-01-01"),
    )  # fmt: skip
    mine = PUBLISHED.add("growth of searches", 18, 2014, unit="%", scope="database=SLTD", digits=2)
    verdicts = mine.check(log)
    assert verdict(verdicts, "searching countries", "2014", "database SLTD").value == "2"
    assert verdict(verdicts, "countries with hits", "2014", "database SLTD").value == "1"
    assert verdict(verdicts, "growth of searches", "2014", "database SLTD")


def test_operations_answer_figures_that_the_user_gives() -> None:
    log = bcn.read_operations(
        {"operation": ["Synthetic"] * 3, "bureau": ["FRA", "DEU", "IPSG"],
         "date": ["2023-07-01"] * 3, "outcome": ["money intercepted"] * 2 + ["arrests"],
         "quantity": [20_000_000_000, 10_000_000_100, 5],
         "unit": ["USD cent", "USD cent", "persons"]}
    )  # fmt: skip
    scope = "operation=Synthetic"
    mine = PUBLISHED.add("countries", 2, "2023", scope=scope, basis="event", unit="countries")
    mine = mine.add("money intercepted", "300 million", "2023", scope=scope, basis="event",
                    unit="USD")  # fmt: skip
    mine = mine.add("arrests", 6, "2023", scope=scope, basis="event", unit="persons")
    mine = mine.add("money intercepted", 1, "2023", scope=scope, basis="event", unit="EUR")
    verdicts = mine.check(log)
    of = "operation Synthetic"
    assert verdict(verdicts, "countries", "2023", of)
    money = verdict(verdicts, "money intercepted", "2023", of)
    assert money and money.value == "300,000,001"
    assert not verdict(verdicts, "arrests", "2023", of)
    assert any("the figure in EUR" in why for why in verdicts.skipped)


def test_a_log_answers_nothing_that_it_is_not_of() -> None:
    messages, access = walk.logs()["messages"], walk.logs()["access"]
    for figure in PUBLISHED:
        if figure.measure in ("records", "notices valid", "arrests", "contributing countries"):
            assert answer_of(figure, messages) is None
            assert answer_of(figure, access) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "agrees with 'more than 18 million' [F24], read to 2 digits"),
        ("fr", "concorde avec « plus de 18 millions » [F24], lu à 2 chiffres"),
        ("es", "concuerda con «más de 18 millones» [F24], leído con 2 cifras [18.000.000; 19"),
        ("ar", "يتفق مع «أكثر من 18 مليونًا» [F24]، مقروءًا بعدد أرقام 2"),
    ],
)
def test_a_verdict_speaks_four_languages(language: str, words: str) -> None:
    said = PUBLISHED.check("messages", 2023, 18_204_551).say(language)
    assert words in said
    for figure in ("searches", "hits", "messages"):
        given = PUBLISHED.check(figure, 2023 if figure != "hits" else 2018, "1 million")
        assert given.say(language).endswith(".")
        assert language == "en" or "read to" not in given.say(language)
    with pytest.raises(bcn.QueryError, match="no language"):
        PUBLISHED.check("messages", 2023, 1).say("de")
