"""Domain: a closed, ordered set of labels, and the tables over its codes."""

import copy
import datetime
import os
import pickle
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import domain as twin

from interpol_bcn._days import first_day, last_day
from interpol_bcn.domain import Domain, fold
from interpol_bcn.errors import InputError, LabelError, QueryError

WORDS = st.text("aAbBéÉ-. 1", min_size=1, max_size=6)
DAYS = st.dates(datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)).map(str)


def test_a_label_is_its_place():
    domain = Domain(["b", "a", "c"])
    assert [domain.index(label) for label in domain] == [0, 1, 2]
    assert (len(domain), domain[1], "c" in domain, "d" in domain) == (3, "a", True, False)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([], "a domain has 1 to 65,535 labels, not 0"),
        ([str(i) for i in range(65_536)], "a domain has 1 to 65,535 labels, not 65,536"),
        (["a", ""], "row 2: \"''\": a label must be a text that is not empty"),
        (["a", None], "row 2: 'None': a label must be a text that is not empty"),
        (["a", "b", "a"], "row 3: 'a': a label may not be repeated"),
        ("abc", "'abc': labels must be a list of texts, not one text"),
    ],
)
def test_bad_labels_are_refused_with_their_place(labels, reason):
    with pytest.raises(InputError) as caught:
        Domain(labels)
    assert str(caught.value) == reason


def test_the_largest_domain_is_taken():
    domain = Domain(f"L{i}" for i in range(65_535))
    assert domain.lookup("l65534") == 65_534


@given(st.lists(WORDS, min_size=1, max_size=6, unique=True), WORDS)
def test_texts_resolve_as_in_the_obvious_twin(labels, text):
    assert Domain(labels).lookup(text) == twin.lookup(labels, text)


@given(st.text(max_size=30))
def test_any_text_is_answered_and_resolve_agrees_with_lookup(text):
    domain = Domain(["France", "Niger", "Nigeria"], aliases={"Hexagone": "France"})
    code = domain.lookup(text)
    try:
        assert domain.resolve(text) == code
    except LabelError as error:
        assert (code, error.reason) == (-1, "unknown label")


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_reasons_come_with_choices_and_hints():
    domain = Domain(
        ["COG", "COD", "FRA"],
        names={"FRA": "France"},
        aliases={"Congo": ("Brazzaville", "Kinshasa")},
        refused={"Tuvalu": "Pass extra="},
    )
    assert [domain.lookup(text) for text in ("france", "Frnace", "CONGO", "tuvalu")] == [
        2, -1, -2, -3,
    ]  # fmt: skip
    for text, reason, choices, hint in [
        ("Frnace", "unknown label", ("France",), ""),
        ("congo", "ambiguous label", ("Brazzaville", "Kinshasa"), ""),
        ("TUVALU", "not a member", (), "Pass extra="),
        (7, "unknown label", (), ""),
    ]:
        with pytest.raises(LabelError) as caught:
            domain.resolve(text)
        error = caught.value
        assert (error.label, error.reason, error.choices, error.hint) == (
            text, reason, choices, hint,
        )  # fmt: skip


def test_texts_that_differ_only_by_what_folding_drops_are_ambiguous_unless_exact():
    domain = Domain(["Saint Lucia", "ST. LUCIA"])
    assert [domain.lookup(t) for t in ("Saint Lucia", "st. lucia", "saint-lucia")] == [0, 1, -2]
    with pytest.raises(LabelError) as caught:
        domain.resolve("saint-lucia")
    assert caught.value.choices == ("Saint Lucia", "ST. LUCIA")


def test_short_texts_are_compared_blind_to_case_alone():
    domain = Domain(["NA", "US"], names={"NA": "Namibia"})
    texts = ("na", "N/A", "n.a.", "N A", "Ná", "us", "U.S.")
    assert [domain.lookup(text) for text in texts] == [0, -1, -1, -1, -1, 1, -1]


def test_suggestions_name_each_label_once():
    domain = Domain(["FRA"], names={"FRA": {"en": "France", "es": "Francia"}})
    assert domain.suggestions("Frnace") == ["France"]


def test_labels_outrank_aliases_and_aliases_outrank_names():
    domain = Domain(["a1", "b1"], names={"a1": "Shared name"}, aliases={"Shared name": "b1"})
    assert domain.lookup("shared name") == 1
    assert Domain(["Abcd", "b"], names={"b": "abcd"}).lookup("ABCD") == 0


def test_exact_labels_resolve_as_they_stand():
    domain = Domain(["FRA", "DEU"], names={"FRA": "France"}, aliases={"X": ("a", "b"), "FR": "FRA"})
    assert domain.exact_labels() == [("FRA", 0), ("DEU", 1), ("FR", 0), ("France", 0)]


def test_aliases_of_the_user_outrank_those_of_the_domain():
    domain = Domain(["FRA", "DEU"], aliases={"Paris": "FRA", "Berlin": "DEU"})
    moved = domain.with_aliases({"PARIS": "berlin"})
    assert [moved.lookup(t) for t in ("Paris", "PARIS", "Berlin")] == [1, 1, 1]
    assert domain.lookup("PARIS") == 0
    with pytest.raises(InputError, match="may not be another label"):
        domain.with_aliases({"FRA": "DEU"})
    with pytest.raises(LabelError, match="'Rome': unknown label"):
        domain.with_aliases({"IP ROME": "Rome"})


def test_names_by_language():
    domain = Domain(["a", "b", "c"], names={"a": {"en": "A", "fr": "Â"}, "b": "B"})
    assert domain.names_in("fr") == ["Â", "B", "c"]
    assert domain.languages == ("en", "fr")
    with pytest.raises(QueryError, match="no names in 'de'; there are: en, fr"):
        domain.name("a", "de")
    with pytest.raises(LabelError):
        domain.name("z")


def test_a_table_covers_every_label():
    with pytest.raises(InputError) as caught:
        Domain(["a", "b", "c"], size={"b": "big"})
    assert str(caught.value) == "column 'size': no value for 2 of 3 labels: a, c"
    with pytest.raises(InputError, match="one value for each of 2 labels"):
        Domain(["a", "b"], size=["big"])
    with pytest.raises(InputError, match="column 'size': 'bb': unknown label"):
        Domain(["a"], size={"a": "big", "bb": "big"})
    with pytest.raises(InputError, match="must be a text, None, or a list"):
        Domain(["a"], size=[7])
    with pytest.raises(InputError, match="two values from the same day"):
        Domain(["a"], size=[[("2006", "x"), ("2006-01", "y")]])


def test_table_labels_are_sorted_or_in_the_given_order():
    domain = Domain(["a", "b", "c"], size=["S", None, "B"])
    assert domain.tables["size"] == (("B", "S"), (1, -1, 0))
    ordered = domain.with_table("size", ["S", "B", "S"], order=["S", "M", "B"])
    assert ordered.tables["size"] == (("S", "M", "B"), (0, 2, 0))
    assert domain.tables["size"] == (("B", "S"), (1, -1, 0))
    with pytest.raises(InputError, match="'B': not in the given order"):
        domain.with_table("size", ["S", "B", "S"], order=["S"])


def test_an_unknown_table_is_refused_with_what_there_is():
    with pytest.raises(QueryError, match="no table 'regoin' over these labels; there are: region"):
        Domain(["a"], region=["x"], size=["y"]).table("regoin")


@given(st.dictionaries(DAYS, st.sampled_from("xyz"), min_size=1, max_size=4), DAYS)
def test_a_dated_table_has_the_latest_value_begun(spans, day):
    values = list(spans.items())
    labels, codes = Domain(["a"], t=[values]).table("t", day)
    expected = twin.value_on(values, day)
    assert codes == (-1 if expected is None else labels.index(expected),)


def test_changes_are_listed():
    domain = Domain(["a", "b"], t=["x", [("2006-09", "x"), ("2001", "y")]])
    assert domain.changes("t") == ("2001-01-01", "2006-09-01")
    assert domain.table("t", "2000") == (("x", "y"), (0, -1))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2004", "2004-01-01", "2004-12-31"),
        ("2004-02", "2004-02-01", "2004-02-29"),
        ("2004-12", "2004-12-01", "2004-12-31"),
        ("2004-02-03", "2004-02-03", "2004-02-03"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        (datetime.date(2004, 2, 3), "2004-02-03", "2004-02-03"),
        (datetime.datetime(2004, 2, 3, 23, 59), "2004-02-03", "2004-02-03"),
    ],
)
def test_days_months_and_years(day, first, last):
    assert (first_day(day), last_day(day)) == (first, last)


@pytest.mark.parametrize(
    "day",
    ["", "04", "2004-13", "2004-02-30", "2004-2", "0000", 2004, None, "2004-00", "2004-01-00"],
)
def test_what_is_not_a_day_is_refused(day):
    for function in (first_day, last_day):
        with pytest.raises(QueryError, match="is not a day"):
            function(day)


def test_members_at_a_time():
    domain = Domain(
        ["A", "OLD", "NEW", "HQ"],
        members=["A", "OLD", "NEW"],
        since={"NEW": "2011-10"},
        until={"OLD": "2010-10-10"},
    )
    assert domain.member_mask == (True, False, True, False)
    assert domain.members_in("2010") == (0, 1)
    assert domain.members_in("2010-10-10") == domain.members_in("2010-11") == (0,)
    assert domain.members_in("2010-10-09", "2011-10-01") == (0, 1, 2)
    assert domain.since == (None, None, "2011-10-01", None)
    assert domain.until == (None, "2010-10-10", None, None)
    assert Domain(["a", "b"]).member_mask == (True, True)


def test_extending_keeps_codes_and_states_nothing_of_the_new():
    small = Domain(["a", "b"], members=["a"], size=["S", "B"])
    large = small.extended(["c"])
    assert (large.labels, large.tables["size"]) == (("a", "b", "c"), (("B", "S"), (1, 0, -1)))
    assert large.member_mask == (True, False, False)
    assert (large.extends(small), small.extends(large)) == (True, False)
    assert len(small) == 2
    with pytest.raises(InputError, match="repeated"):
        small.extended(["a"])


@pytest.mark.parametrize(
    "other",
    [
        Domain(["b", "a"]),
        Domain(["a", "b"], names={"a": "A"}),
        Domain(["a", "b"], aliases={"A.": "a"}),
        Domain(["a", "b"], members=["a"]),
        Domain(["a", "b"], since={"a": "2001"}),
        Domain(["a", "b"], until={"a": "2001"}),
        Domain(["a", "b"], refused={"c": ""}),
        Domain(["a", "b"], size=["S", "S"]),
    ],
)
def test_any_difference_shows_in_equality_and_digest(other):
    domain = Domain(["a", "b"])
    assert domain != other
    assert domain.digest != other.digest


def test_equal_domains_have_one_hash_and_digest_whatever_the_order_of_names():
    one = Domain(["a", "b"], names={"a": {"en": "A", "fr": "Â"}, "b": "B"})
    two = Domain(["a", "b"], names={"b": "B", "a": {"fr": "Â", "en": "A"}})
    assert (one == two, hash(one) == hash(two), one.digest == two.digest) == (True, True, True)


def test_the_digest_is_the_same_in_another_process():
    code = (
        "from interpol_bcn.domain import Domain;"
        "print(Domain(['a','b','c'], members=['c','a','b'], size=['S',None,'B']).digest)"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    here = Domain(["a", "b", "c"], members=["c", "a", "b"], size=["S", None, "B"]).digest
    assert made == {here}


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_copies_and_pickles_are_equal(again):
    domain = Domain(["a1", "b1"], names={"a1": "Alpha"}, size=["S", [("2001", "B")]])
    domain.lookup("alpha")
    other = again(domain)
    assert (other, other.digest, other.lookup("ALPHA")) == (domain, domain.digest, 0)


def test_values_have_names():
    names = {"S": {"fr": "petit"}}
    domain = Domain(["a"]).with_table("size", ["S"], names=names)
    assert domain.value_name("size", "S", "fr") == "petit"
    assert domain.value_name("size", "S", "es") == "S"


def test_many_threads_may_ask_at_once():
    domain = Domain([f"label {i}" for i in range(2000)])
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(domain.lookup("LABEL-1999")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1999] * 8


def test_letters_of_other_forms_are_letters():
    domain = Domain(["France", "Ørland"])
    assert [domain.lookup(t) for t in ("𝕱𝖗𝖆𝖓𝖈𝖊", "ＦＲＡＮＣＥ", "ORLAND")] == [0, 0, 1]
