"""Figures in print: what they may stand for, and what agrees with them."""

from __future__ import annotations

import csv
import pickle
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import published as slow

import interpol_bcn as bcn
from interpol_bcn._number_words import _below_thousand, number_of, plain_words
from interpol_bcn._phrase import parse, phrase, unit_names
from interpol_bcn._printed import Interval, fewest_digits, reading
from interpol_bcn.errors import InputError, LabelError, QueryError

PUBLISHED = bcn.published
DATA = Path(bcn.__file__).parent / "data"
LANGUAGES = ("ar", "en", "fr", "es")
values = st.one_of(st.integers(0, 300), st.integers(0, 10**14))


# Intervals


def test_more_than_18_million_is_what_two_digits_say():
    verdict = PUBLISHED.check("messages", 2023, 18_204_551)
    assert verdict and verdict.interval == Interval(18_000_000, 19_000_000, True, False)
    assert "read to 2 digits" in verdict.reason and str(verdict.published).startswith("more than")
    assert [
        bool(PUBLISHED.check("messages", 2023, one))
        for one in (17_999_999, 18_000_000, 18_999_999, 19_000_000)
    ] == [False, True, True, False]
    assert not PUBLISHED.check("messages", 2023, 18_204_551, digits=3)


@given(
    st.integers(1, 10**13),
    st.sampled_from(["more than", "at least", "about", "rounded", "exact"]),
    st.integers(0, 3),
    st.integers(-(10**13), 10**13),
)
def test_intervals_are_those_of_the_twin(printed, qualifier, extra, offset):
    digits = fewest_digits(printed) + extra
    interval = reading(printed, qualifier, digits)
    near = [interval.low, interval.high, printed + offset, printed]
    for end in near:
        for value in (int(end) - 1, int(end), int(end) + 1):
            assert (value in interval) == slow.could_be(value, printed, qualifier, digits)


def test_fewer_digits_than_a_value_has_are_refused():
    with pytest.raises(QueryError, match="18,200,000 has 3 significant digits"):
        reading(18_200_000, "about", 2)


# Phrases


@given(
    values,
    st.sampled_from(LANGUAGES),
    st.sampled_from(["more than", "about", "nearly"]),
    st.integers(1, 5),
    st.sampled_from([None, *unit_names()]),
    st.sampled_from(["", "second", "day", "year"]),
)
def test_a_number_lies_in_its_own_phrase(value, language, qualifier, digits, unit, per):
    words = phrase(value, language, qualifier=qualifier, digits=digits, unit=unit, per=per)
    said = parse(words, language)
    assert value in said.interval, words
    assert said.per == per
    if unit:
        assert (
            unit_names()[said.unit][f"{language}_other"] == unit_names()[unit][f"{language}_other"]
        )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "plus de 18 millions"), ("en", "more than 18 million"),
        ("es", "más de 18 millones"), ("ar", "أكثر من 18 مليونًا"),
    ],
)  # fmt: skip
def test_check_accepts_its_own_phrases(language, words):
    assert PUBLISHED.phrase(18_204_551, language=language) == words
    assert PUBLISHED.check("messages", 2023, words)
    assert not PUBLISHED.check("messages", 2023, phrase(17_204_551, language))


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("huit milliards", 8 * 10**9, "rounded"),
        ("huit milliards de fois environ", 8 * 10**9, "about"),
        ("~8 billion", 8 * 10**9, "about"),
        ("eight billion", 8 * 10**9, "rounded"),
        ("ocho mil millones", 8 * 10**9, "rounded"),
        ("8.100 millones", 81 * 10**8, "rounded"),
        ("ثمانية مليارات", 8 * 10**9, "rounded"),
        ("أكثر من مليوني رسالة", 2_000_000, "more than"),
        ("some 310", 310, "about"),
        ("quelque 310 délégués", 310, "about"),
        ("more than 250 a second", 250, "more than"),
        ("dix-huit millions deux cent mille", 18_200_000, "rounded"),
        ("321", 321, "exact"),
        ("1,5 million", 1_500_000, "rounded"),
        ("١٨ مليون رسالة", 18_000_000, "rounded"),
        ("> 1.3 million", 1_300_000, "more than"),
    ],
)
def test_words_are_read(text, value, qualifier):
    assert parse(text)[:2] == (value, qualifier)


@pytest.mark.parametrize(
    "text", ["", "many", "eight eight", "un millions", "18 million zebras", "1.2.3"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(QueryError, match="is no number"):
        parse(text)


def test_a_text_that_languages_read_differently_is_never_guessed():
    with pytest.raises(QueryError, match="differs by language"):
        parse("18,204")
    assert [parse("18,204", one).value for one in ("en", "fr")] == [18204, Fraction(18204, 1000)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_below_a_thousand_has_words_that_mean_it_alone(language):
    spelled = _below_thousand(language)
    assert set(spelled.values()) == set(range(1000))
    for words, number in spelled.items():
        assert number_of(plain_words(words, language), language).value == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_those_of_the_cldr(language):
    core = pytest.importorskip("babel.core", reason="Babel, the oracle, is not installed")
    form = core.Locale.parse(language).plural_form
    names = unit_names()["delegates"]
    # Our figures of one and two are words of their own in Arabic.
    columns = {"one": "one", "other": "other", "few": "few", "many": "many", "zero": "other"}
    for number in [*range(3, 400), 0] if language == "ar" else range(400):
        words = phrase(number, language, unit="delegates", digits=3)
        assert words.endswith(" " + names[f"{language}_{columns[form(number)]}"]), words


# The figures


def test_every_figure_has_a_known_source_and_reads():
    assert len(PUBLISHED) == len(list(PUBLISHED.to_table())) > 200
    for figure in PUBLISHED:
        assert figure.status == "sourced"
        assert figure.source and set(figure.source.split()) <= set(PUBLISHED.sources)
        assert (
            figure.value is None or figure.value in figure.interval or figure.qualifier == "nearly"
        )
        assert figure.explain().startswith(figure.measure[0].upper())
    used = {one for figure in PUBLISHED for one in figure.source.split()}
    assert used == set(PUBLISHED.sources)


def test_membership_as_published_is_that_of_the_members():
    figures = [one for one in PUBLISHED["members"] if not one.scope]
    assert len(figures) > 10
    for figure in figures:
        if figure.from_ != "1996":
            assert bcn.members.count(figure.from_) == figure.value, figure.explain()


def test_conflicts_stand_side_by_side_and_one_suffices():
    found = PUBLISHED.figures("contributing countries", 2013, scope="SLTD")
    assert [figure.value for figure in found] == [166, 167]
    verdicts = [
        PUBLISHED.check("contributing countries", 2013, value, scope="sltd")
        for value in (165, 166, 167)
    ]
    assert [bool(one) for one in verdicts] == [False, True, True]
    assert all("'166'" in one.reason and "'167'" in one.reason for one in verdicts)


def test_a_doubted_figure_is_named_and_does_not_decide():
    verdict = PUBLISHED.check("searches", 2023, 8_000_000_000)
    assert verdict and "'4 billion' [D7]" in verdict.reason and "does not decide" in verdict.reason
    assert not PUBLISHED.check("searches", 2023, 4_000_000_000)
    assert PUBLISHED.check("searches", 2023, 253, per="second")


def test_a_part_year_is_never_taken_for_a_year():
    with pytest.raises(QueryError, match="nothing is published of searches of SLTD for 2016"):
        PUBLISHED.check("searches", 2016, 1_243_500_000, scope="SLTD")
    assert PUBLISHED.check("searches", ("2016-01", "2016-10"), 1_243_500_000, scope="SLTD")


def test_unknown_measures_and_scopes_name_the_nearest():
    with pytest.raises(LabelError, match="did you mean 'messages'"):
        PUBLISHED["mesages"]
    with pytest.raises(LabelError, match="did you mean 'SLTD'"):
        PUBLISHED.check("searches", 2013, 1, scope="SLDT")


def test_adding_leaves_the_shipped_figures_alone(tmp_path):
    before = len(PUBLISHED)
    path = tmp_path / "mine.csv"
    path.write_text(
        "measure,from,until,value,source\nmessages,2031,2032,plus de 20 millions,mine\n",
        encoding="utf-8",
    )
    mine = PUBLISHED.with_csv(path)
    assert (len(mine), len(PUBLISHED)) == (before + 1, before)
    assert mine.check("messages", 2031, 21_000_000) and list(
        pickle.loads(pickle.dumps(mine))
    ) == list(mine)
    path.write_text("measure,from,value,digits\nmessages,2031,many,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.csv, line 2, column 'value': 'many'"):
        PUBLISHED.with_csv(path)


def test_what_leaves_as_rows_is_what_the_file_holds():
    with open(DATA / "published.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(PUBLISHED)
    for row, figure in zip(rows, PUBLISHED, strict=True):
        assert row["measure"] == figure.measure
        assert row["value"] == "" or Fraction(row["value"]) == figure.value
        assert figure.qualifier == "exact" or int(row["digits"]) == figure.digits


# Against each other


def one_of(verdicts, value, published):
    found = [
        one for one in verdicts if one.value.startswith(value) and one.published.words == published
    ]
    assert found, (value, published)
    return found


def test_rates_close_as_they_are_printed():
    derived = PUBLISHED.derive()
    (year,) = one_of(
        derived, "about 8 billion (read to 1 digit: 253.7 a second)", "more than 250 a second"
    )
    assert year
    loose, strict = one_of(derived, "20 million a day", "250 a second")
    assert loose and "read to 1 digit" in loose.value
    assert not strict and "read to 2 digits" in strict.value
    (read,) = one_of(PUBLISHED.derive(digits=2), "20 million a day", "250 a second")
    assert not read


@given(st.integers(1, 9), st.integers(1900, 2100), st.integers(10, 99))
def test_rates_agree_as_the_twin_says(billions, year, tens):
    figures = bcn.Published(())
    figures = figures.add("searches", f"about {billions} billion", year)
    figures = figures.add("searches", f"about {tens * 10} a second", year, digits=2)
    found = [one for one in figures.derive() if "read to 1 digit" in one.value]
    total = (billions * 10**9 - 5 * 10**8, billions * 10**9 + 5 * 10**8)
    rate = fewest_digits(tens * 10)
    expected = slow.per_second_meets(total, year, (tens * 10 - 5, tens * 10 + 5))
    assert rate <= 2 and bool(found[0]) == expected


def test_a_leap_year_has_its_own_length():
    sis = bcn.Published(()).add("searches", 15_021_198_103, 2024)
    sis = sis.add("searches", "41.04 million a day", 2024).add(
        "searches", "41.15 million a day", 2024
    )
    derived = [one for one in sis.derive() if one.check == "period and day"]
    assert [bool(one) for one in derived] == [True, False]


def test_sums_and_growth_close():
    derived = PUBLISHED.derive()
    sums = [one for one in derived if one.check == "sum of parts"]
    assert [one.published.value for one in sums] == [2462, 389, 1360] and all(sums)
    growth = [one for one in derived if one.check == "growth"]
    assert [one.measure for one in growth] == ["searches", "notices refused or cancelled"] and all(
        growth
    )
    wrong = PUBLISHED.figures("messages", 2004).add(
        "messages", 1, 2004, name="whole", scope="kind=x"
    ).add("messages", 2, 2004, part_of="whole")  # fmt: skip
    assert [bool(one) for one in wrong.derive() if one.check == "sum of parts"] == [False]


# Logs


def log_of(rows, period, weight):
    return bcn.read_messages(
        {
            "sent_at": rows,
            "sender": ["FRA"] * len(rows),
            "receiver": ["DEU"] * len(rows),
            "messages": weight,
        },
        period=period,
    )


def test_a_log_is_compared_with_all_that_it_can_answer():
    log = log_of(["2023-03-01", "2023-10-01"], "2023", [18_000_000, 204_551])
    verdicts = PUBLISHED.check(log)
    assert verdicts and [one.measure for one in verdicts] == ["messages", "members", "members"]
    assert verdicts[0].value == "18,204,551" and "2 of 196 members" in verdicts[0].reason
    assert verdicts.to_table()["agrees"].tolist() == [True] * 3
    assert not PUBLISHED.check(log_of(["2023-03-01"], "2023", [17_000_000]))


def test_of_a_longer_log_only_the_year_is_compared():
    log = log_of(["2022-12-31", "2023-10-01"], ("2022", "2024"), [5, 18_204_551])
    found = [one for one in PUBLISHED.check(log) if one.measure == "messages"]
    assert [one.value for one in found] == ["18,204,551"]


def test_part_of_a_year_is_not_compared_and_says_so():
    verdicts = PUBLISHED.check(log_of(["2023-03-01", "2023-10-01"], None, [9, 9]))
    assert [one.measure for one in verdicts] == ["members"]
    assert "messages, 2023: the log covers only 2023-03-01 .. 2023-10-01" in verdicts.skipped[0]
    assert "not compared" in verdicts.to_table().note


def test_another_closed_world_is_not_compared():
    log = bcn.read_messages(
        {"sent_at": ["2023-03-01"], "sender": ["LHR"], "receiver": ["CDG"]},
        members="infer", period="2023",
    )  # fmt: skip
    verdicts = PUBLISHED.check(log)
    assert not verdicts and "not those of the network" in verdicts.skipped[0]


def test_synthetic_data_stay_labelled():
    (verdict, *_) = PUBLISHED.check(bcn.simulate_messages(1000))
    assert not verdict and "synthetic data" in verdict.reason
