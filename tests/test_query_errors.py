"""What a question that cannot be asked is answered with: the exact words."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

import interpol_bcn as bcn

ZONED = ["2023-01-05T10:00Z", "2023-02-01T09:15Z"]
BASE: dict[str, list[Any]] = {"sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]}
LOG = bcn.read_messages(
    {**BASE, "sent_at": ZONED, "kind": ["request", None], "size": [1, 2]},
    domains={"kind": ["reply", "request"]},
)
DATES = bcn.read_messages({**BASE, "sent_at": ["2023-01-05", "2023-02-01"]})
TIMELESS = bcn.read_messages(BASE, only=["sender", "receiver"])
AXES = (
    "sender, sender.region, sender.region5, sender.type, "
    "receiver, receiver.region, receiver.region5, receiver.type, kind, "
    "year, quarter, month, week, day, hour, minute, second, month_of_year, day_of_week, "
    "hour_of_day, hour_of_week"
)

QUERY: list[tuple[Callable[[], object], str]] = [
    (lambda: LOG.count("sendr"),
     f"no axis 'sendr'; did you mean 'sender' or 'second'? Axes are: {AXES}"),
    (lambda: LOG.count("zzz"), f"no axis 'zzz'. Axes are: {AXES}"),
    (lambda: LOG.count("sender.regio"),
     "no axis 'sender.regio'; did you mean 'sender.region' or 'sender.region5' or "
     f"'sender.type'? Axes are: {AXES}"),
    (lambda: LOG.count("sender."),
     "no axis 'sender.'; did you mean 'sender' or 'sender.type' or 'sender.region'? "
     f"Axes are: {AXES}"),
    (lambda: LOG.count(3), "an axis is a name such as 'sender' or 'month', not 3"),
    (lambda: LOG.count("size"),
     f"'size' is a column of whole numbers, not an axis; axes are: {AXES}"),
    (lambda: LOG.count("sent_at"),
     f"'sent_at' is a column of times, not an axis; axes are: {AXES}"),
    (lambda: LOG.count("priority"),
     "'priority': this log has no column 'priority'; it was not in the source, or not read"),
    (lambda: LOG.count("sender", "sender"), "the axis 'sender' is named twice"),
    (lambda: LOG.count("sender", where={"priority": "x"}),
     "'priority': this log has no column 'priority'; it was not in the source, or not read"),
    (lambda: LOG.count(where={"siz": 3}), "no axis or column 'siz'; did you mean 'size'?"),
    (lambda: LOG.count(where="request"),
     "where='request': give a dict such as {'kind': 'request'}"),
    (lambda: LOG.count(where={"kind": ("request", "reply")}),
     "where={'kind': ('request', 'reply')}: round brackets mean a range of times or numbers; "
     "for these labels write a list: ['request', 'reply']"),
    (lambda: LOG.count(where={"month": ("2023-01", "2023-02")}),
     "where={'month': ('2023-01', '2023-02')}: round brackets mean a range of times or numbers; "
     "for a range of times write {'sent_at': ('2023-01', '2023-02')}, for these labels write a "
     "list: ['2023-01', '2023-02']"),
    (lambda: LOG.count(where={"sent_at": ["2023-01", "2023-02"]}),
     "where={'sent_at': ['2023-01', '2023-02']}: a range of times is a pair (from, to), in round "
     "brackets"),
    (lambda: LOG.count(where={"sent_at": ("2023-02", "2023-01")}),
     "where={'sent_at': ...}: ('2023-02', '2023-01') holds no moment: put the earlier one first"),
    (lambda: LOG.count(where={"sent_at": bcn.Not(["2023-02"])}),
     "where={'sent_at': ['2023-02']}: a range of times is a pair (from, to), in round brackets"),
    (lambda: LOG.count(where={"size": (5, 5)}),
     "where={'size': (5, 5)} holds no number: a range goes from its first number up to, not "
     "including, its second"),
    (lambda: LOG.count(where={"size": "big"}),
     "where={'size': 'big'}: size takes a whole number or a half-open range (from, to)"),
    (lambda: LOG.count(where={"size": 1.5}),
     "where={'size': 1.5}: size takes a whole number or a half-open range (from, to)"),
    (lambda: LOG.count(tz="Europe/Pariss"),
     "unknown time zone 'Europe/Pariss'; did you mean 'Europe/Paris' or 'Europe/Warsaw' or "
     "'Europe/Madrid'? A zone is an IANA name "
     "such as 'Europe/Paris', 'UTC', or an offset such as '+05:30'."),
    (lambda: LOG.count(unit="messages"),
     "unit='messages': count per 'recipient' or per 'message'"),
    (lambda: LOG.count(unit="message"), "unit='message' needs the message_id of each row"),
    (lambda: LOG.sum("siez"), "no measure 'siez'; did you mean 'size'? Measures are: 'size'"),
    (lambda: LOG.sum("kind"), "no measure 'kind'. Measures are: 'size'"),
    (lambda: DATES.sum("size"), "no measure 'size'. Measures are: none here"),
    (lambda: LOG.flow(measure="kind"), "no measure 'kind'. Measures are: 'size'"),
    (lambda: DATES.count("hour"),
     "'hour' needs times, but 'sent_at' holds dates without hours; ask for day, week, month, "
     "quarter or year"),
    (lambda: DATES.count(where={"hour_of_day": "10"}),
     "'hour_of_day' needs times, but 'sent_at' holds dates without hours; ask for day, week, "
     "month, quarter or year"),
    (lambda: TIMELESS.count("month"),
     "'month' needs times, but this log has no column 'sent_at'; it was not in the source, or "
     "not read"),
    (lambda: TIMELESS.count(where={"sent_at": "2023"}),
     "'sent_at': this log has no column 'sent_at'; it was not in the source, or not read"),
    (lambda: LOG.count(*[f"axis{number}" for number in range(17)]),
     "17 axes; a cube has at most 16"),
    (lambda: LOG.count("year", "quarter", "month", "week", "day", "month_of_year", "day_of_week",
                       "hour_of_day", "hour_of_week"),
     "a question may have 8 axes and filters over one time; where={'sent_at': (from, to)} is "
     "none of them"),
    (lambda: bcn.Not(), "Not() needs what it shall leave out"),
    (lambda: LOG.count("kind")["request", "x"], "2 labels for 1 axes (kind)"),
    (lambda: LOG.count("kind")["reply":"request":2], "a slice of labels has no step"),
    (lambda: LOG.count("kind").to_csv(labels="names"),
     'labels leave as "code" or "name", not \'names\''),
    (lambda: LOG.rejected.by("reasons"), "rejected.by('reasons'): ask for 'reason'"),
]  # fmt: skip

LABEL: list[tuple[Callable[[], object], str]] = [
    (lambda: LOG.count(where={"sender": "Frnace"}),
     "'Frnace': unknown label; did you mean 'France'?"),
    (lambda: LOG.count(where={"kind": "reqest"}),
     "'reqest': unknown label; did you mean 'request'?"),
    (lambda: LOG.count(where={"sender.region": "Europ"}),
     "'Europ': no label of 'sender.region'; did you mean 'Europe'? There are: Africa, Americas, "
     "Asia and South Pacific, Europe, International"),
    (lambda: LOG.count(where={"sender": 5}), "5: no label of 'sender': labels are texts"),
    (lambda: LOG.count(where={"sender": None}), "None: 'sender' is always stated here"),
    (lambda: LOG.count(where={"month": "2023-13"}),
     "'2023-13': no month. Labels of the month axis look like '2023-03'."),
    (lambda: LOG.count(where={"month": "2024-01"}),
     "'2024-01': not on the month axis, which goes from 2023-01 to 2023-02"),
    (lambda: LOG.count(where={"day_of_week": "monday"}),
     "'monday': no label of the day_of_week axis, which goes from 'Mon' to 'Sun'; did you mean "
     "'Mon'?"),
    (lambda: LOG.count("sender")["Congo"],
     "'Congo': ambiguous label; did you mean 'Democratic Republic of the Congo' or 'Republic of "
     "the Congo'?"),
    (lambda: LOG.flow()["France", "Germny"],
     "'Germny': unknown label; did you mean 'Germany'?"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "words"), QUERY, ids=range(len(QUERY)))
def test_a_question_that_is_none_is_refused_in_words(ask: Callable[[], object], words: str) -> None:
    with pytest.raises(bcn.QueryError) as raised:
        ask()
    assert str(raised.value) == words


@pytest.mark.parametrize(("ask", "words"), LABEL, ids=range(len(LABEL)))
def test_an_unknown_label_is_refused_with_the_nearest(
    ask: Callable[[], object], words: str
) -> None:
    with pytest.raises(bcn.LabelError) as raised:
        ask()
    assert str(raised.value) == words


def test_a_refused_question_leaves_the_log_as_it_was() -> None:
    before = LOG.count("sender", "kind")
    for ask, _ in [*QUERY, *LABEL]:
        with pytest.raises(bcn.BcnError):
            ask()
    assert LOG.count("sender", "kind") == before


def test_moments_are_taken_as_people_have_them() -> None:
    for value in (
        ("2023-01-05", "2023-01-06"),
        "2023-01-05",
        datetime.date(2023, 1, 5),
        (datetime.date(2023, 1, 5), None),
        (datetime.datetime(2023, 1, 5, 10, tzinfo=datetime.UTC), "2023-01-05T11:00"),
    ):
        assert LOG.count(where={"sent_at": value, "kind": "request"}).total() == 1
