"""Figures and words in Arabic, English, French and Spanish."""

import csv
import string
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from interpol_bcn._i18n import (
    LANGUAGES,
    check_format,
    format_integer,
    format_number,
    format_percent,
    format_time,
    format_value,
    heading,
    message,
)
from interpol_bcn.errors import QueryError

INTEGERS = [0, 7, -7, 999, 1000, -1234, 18_204_551, 2**70]
NUMBERS = [0.0, 0.5, -0.25, 3.14159, 999.96, 1234.5678, -98765.4321, 1e9]


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_are_those_of_the_cldr(language):
    numbers = pytest.importorskip("babel.numbers", reason="Babel, the oracle, is not installed")
    options = {"locale": language, "numbering_system": "latn"}
    for value in INTEGERS:
        expected = numbers.format_decimal(value, **options).strip("\u200e")
        assert format_integer(value, language).strip("\u200e") == expected.replace("\u200e", "")
    for value in NUMBERS:
        expected = numbers.format_decimal(value, format="#,##0.0", **options)
        assert format_number(value, language, 1) == expected.replace("\u200e", "")
    expected = numbers.format_percent(0.375, format=None, **options).replace("\u200e", "")
    assert format_percent(0.38, language, 0) == expected


def test_four_figures_are_kept_where_no_digits_are_asked():
    values = [1234567.8, 999.96, 99.996, 3.14159, 0.012345, 0.5, 100.0, -0.0, 1e-9]
    expected = ["1,234,568", "1,000", "100", "3.142", "0.01235", "0.5", "100", "0", "1.000e-09"]
    assert [format_number(value) for value in values] == expected


def test_rounding_to_zero_leaves_no_minus():
    assert format_number(-0.001, digits=1) == "0.0"


def test_not_finite_numbers_say_so():
    assert [format_number(float(one)) for one in ("inf", "-inf", "nan")] == ["inf", "-inf", "nan"]


def test_times_show_what_they_have():
    times = [
        datetime(2023, 1, 31, 9, 30, tzinfo=UTC),
        datetime(2023, 1, 31, 9, 30, 5, tzinfo=UTC),
        datetime(23, 1, 31, 9, 30, 5, 120, tzinfo=UTC),
    ]
    expected = ["2023-01-31 09:30", "2023-01-31 09:30:05", "0023-01-31 09:30:05.00012"]
    assert [format_time(time) for time in times] == expected


@pytest.mark.parametrize(
    ("value", "format", "expected"),
    [
        (None, None, ""),
        (True, None, "yes"),
        ("text", "percent", "text"),
        (0.25, "percent", "25.0%"),
        (0.25, "percent.0", "25%"),
        (2.5e-6, "per million", "2.5"),
        (2023, "plain", "2023"),
        (2023, None, "2,023"),
        (1.5, "digits.3", "1.500"),
    ],
)
def test_a_format_says_how_a_value_is_read(value, format, expected):
    assert format_value(value, format) == expected


@pytest.mark.parametrize("wrong", ["percents", "percent.x", "", "percent.-1"])
def test_an_unknown_format_is_refused(wrong):
    with pytest.raises(QueryError, match="no display format"):
        check_format(wrong)


def test_an_unknown_language_names_the_four():
    with pytest.raises(QueryError, match="no language 'de'; there are ar, en, fr, es"):
        format_integer(1, "de")


def test_every_message_is_in_four_languages_with_the_same_fields():
    text = (files("interpol_bcn") / "data" / "messages.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    keys = [row["key"] for row in rows]
    assert sorted(set(keys)) == sorted(keys)
    for row in rows:
        fields = [
            sorted(field for _, field, _, _ in string.Formatter().parse(row[language]) if field)
            for language in LANGUAGES
        ]
        assert all(row[language] for language in LANGUAGES), row["key"]
        assert fields == [fields[0]] * 4, row["key"]


def test_headings_are_translated_where_known():
    assert [heading("sender", one) for one in ("en", "fr", "es")] == [
        "sender",
        "expéditeur",
        "remitente",
    ]
    assert heading("sender.region", "fr") == "région (expéditeur)"
    assert heading("sender.bloc", "en") == "bloc (sender)"
    assert heading("column of mine", "fr") == "column of mine"
    assert heading("a.b", "fr") == "a.b"
    assert message("true", "fr") == "oui"
