"""Requests and their answers against the slow twin, lifelines, and known cases."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import leaks
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import responses as twin

import interpol_bcn as bcn

START = 1_677_628_800_000_000  # 2023-03-01
HOUR, DAY = 3_600_000_000, 86_400_000_000
BUREAUS = ["FRA", "DEU", "ITA"]
ORIGIN = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
WORLD = bcn.Domain(BUREAUS)
PERIOD = ("2023-03-01", "2023-03-11")


def moment(time: int) -> datetime.datetime:
    return ORIGIN + datetime.timedelta(microseconds=time)


def log_of(rows: list[dict[str, Any]], **options: Any) -> Any:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns["sent_at"] = [moment(time) for time in columns["sent_at"]]
    domains = {"kind": ["request", "reply"]}
    return bcn.read_messages(columns, period=PERIOD, members=WORLD, domains=domains, **options)


@st.composite
def message(draw: st.DrawFn, number: Callable[[int], Any]) -> dict[str, Any]:
    some = st.integers(1, 6).map(number)
    return {
        "sent_at": START + draw(st.integers(0, 39)) * 6 * HOUR + draw(st.integers(0, 1)),
        "sender": draw(st.sampled_from(BUREAUS)),
        "receiver": draw(st.sampled_from(BUREAUS)),
        "message_id": draw(st.one_of(some, some, st.none())),
        "reply_to": draw(st.one_of(st.none(), some)),
        "kind": draw(st.sampled_from(["request", "reply"])),
    }


def tables(number: Callable[[int], Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of which no two have one id, sender and receiver: those are duplicates."""
    key = lambda row: (  # noqa: E731
        (row["message_id"], row["sender"], row["receiver"])
        if row["message_id"] is not None
        else object()
    )
    return st.lists(message(number), min_size=1, max_size=16, unique_by=key)


IDS: dict[str, Callable[[int], Any]] = {
    "numbers": lambda one: one * 7 - 20,
    "texts": lambda one: f"m{one}",
}


def check(rows: list[dict[str, Any]], by_kind: bool, anyone: bool, until: int | None) -> None:
    log = log_of(rows)
    end = log.period[1] if until is None else until
    asks: Any = (
        (lambda row: row["kind"] == "request") if by_kind else (lambda row: row["reply_to"] is None)
    )
    found = log.responses(
        {"kind": "request"} if by_kind else None,
        answered_by="anyone" if anyone else "recipient",
        until=None if until is None else moment(until),
    )
    states, kinds, waits = twin.matched(rows, asks, anyone, end)
    told = {(row["what"], row["state"]): row["messages"] for row in found.account}
    for (what, state), number in told.items():
        assert number == (states if what == "request" else kinds).count(state), (what, state)
    assert sum(n for (what, _), n in told.items() if what == "reply") == sum(map(bool, kinds))
    assert sum(n for (what, _), n in told.items() if what == "request") == sum(map(asks, rows))
    assert found.requests == found.answered + found.open
    assert found.replies().total() == sum(map(bool, kinds))
    horizon, limit = 30 * HOUR, 24 * HOUR
    table = found.by("receiver", within="24h", horizon="30h", unit="microsecond", zeros=True)
    for row in table:
        own = [at for at, one in enumerate(rows) if one["receiver"] == row["receiver"]]
        ended = [waits[at] for at in own if states[at] == "answered"]
        opened = [waits[at] for at in own if states[at] == "open"]
        assert (row["requests"], row["answered"], row["open"]) == (
            len(ended) + len(opened), len(ended), len(opened)
        )  # fmt: skip
        assert row["median"] == twin.at_rank(ended, Fraction(1, 2))
        assert row["p90"] == twin.at_rank(ended, Fraction(9, 10))
        assert row["oldest open"] == max(opened, default=None)
        steps = twin.survival(ended, opened)
        assert row["median of all"] == twin.quantile(steps, Fraction(1, 2))
        assert row["p90 of all"] == twin.quantile(steps, Fraction(1, 10))
        if ended or opened:
            mean = twin.restricted_mean(steps, horizon)
            assert row["mean to horizon"] == pytest.approx(float(mean), rel=1e-12)
        due = len(ended) + sum(one > limit for one in opened)
        kept = sum(one <= limit for one in ended)
        assert (row["due"], row["in time"]) == (due, kept)


@settings(max_examples=25)
@given(st.data(), st.booleans(), st.booleans(), st.sampled_from([None, START + 4 * DAY]))
def test_answers_are_those_of_the_twin(
    data: st.DataObject, by_kind: bool, anyone: bool, until: int | None
) -> None:
    for number in IDS.values():
        rows = data.draw(tables(number))
        check(rows, by_kind, anyone, until)
        # Ids in order take another road.
        check(sorted(rows, key=lambda row: str(row["message_id"])), by_kind, anyone, until)


def rising(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -99 if row["message_id"] is None else row["message_id"])


@settings(max_examples=25)
@given(tables(IDS["numbers"]), st.booleans(), st.booleans(), st.randoms())
def test_any_order_of_rows_gives_the_same(
    rows: list[dict[str, Any]], by_kind: bool, anyone: bool, random: Any
) -> None:
    check(rising(rows), by_kind, anyone, None)
    mixed = list(rows)
    random.shuffle(mixed)
    requests = {"kind": "request"} if by_kind else None
    way = "anyone" if anyone else "recipient"
    one, other = (
        log_of(some).responses(requests, answered_by=way) for some in (rising(rows), mixed)
    )
    assert repr(one) == repr(other)
    assert one.by("sender", "receiver").to_dicts() == other.by("sender", "receiver").to_dicts()
    assert one.curve("kind").to_dicts() == other.curve("kind").to_dicts()
    assert one.flow().to_dicts() == other.flow().to_dicts()
    assert one.backlog().to_dicts() == other.backlog().to_dicts()


@settings(max_examples=25)
@given(tables(IDS["numbers"]), st.sampled_from([None, START + 3 * DAY + HOUR]))
def test_the_backlog_is_what_is_open_at_each_moment(
    rows: list[dict[str, Any]], until: int | None
) -> None:
    log = log_of(rows)
    end = until or log.period[1]
    found = log.responses(until=None if until is None else moment(until))
    states, _, waits = twin.matched(rows, lambda row: row["reply_to"] is None, False, end)
    table = found.backlog(bands=["0h", "1d", "2d"])
    sent = [row["sent_at"] for row in rows]
    before = 0
    for at, row in enumerate(table):
        now = min(log.period[0] + (at + 1) * DAY, end)
        for band, age in (("open", 0), ("open 0h", 0), ("open 1d", DAY), ("open 2d", 2 * DAY)):
            assert row[band] == twin.open_at(sent, waits, states, now, age)
        assert row["open"] == before + row["sent"] - row["answered"]
        before = row["open"]
    assert before == found.open


# lifelines: the same estimate, interval and mean


def spread(count: int, seed: int) -> list[dict[str, Any]]:
    import random

    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for at in range(count):
        sent = START + draw.randrange(9 * 24) * HOUR
        pair = {"sender": "FRA", "receiver": draw.choice(BUREAUS[1:])}
        rows.append({"sent_at": sent, **pair, "message_id": at + 1, "reply_to": None})
        answer = sent + draw.randrange(1, 90) * HOUR
        if answer < START + 10 * DAY and draw.random() < 0.7:
            back = {"sender": pair["receiver"], "receiver": "FRA"}
            rows.append({"sent_at": answer, **back, "message_id": 10_000 + at, "reply_to": at + 1})
    return rows


def test_the_curve_is_that_of_lifelines() -> None:
    lifelines: Any = pytest.importorskip("lifelines", reason="the oracle of survival")
    rows = spread(120, 5)
    log = log_of(rows)
    found = log.responses()
    states, _, waits = twin.matched(rows, lambda row: row["reply_to"] is None, False, log.period[1])
    table = found.by("receiver", horizon="2d").to_dicts()
    for bureau in BUREAUS[1:]:
        own = [at for at, row in enumerate(rows) if states[at] and row["receiver"] == bureau]
        fitter = lifelines.KaplanMeierFitter()
        fitter.fit([waits[at] / HOUR for at in own], [states[at] == "answered" for at in own])
        curve = found.curve("receiver", where={"receiver": bureau}, level=0.95)
        estimate = fitter.survival_function_["KM_estimate"]
        ends = fitter.confidence_interval_
        assert len(curve) > 20
        for row in curve:
            assert row["survival"] == pytest.approx(estimate[row["time"]], rel=1e-12)
            low, high = ends.loc[row["time"]]
            assert row["low"] == pytest.approx(low, rel=1e-9)
            assert row["high"] == pytest.approx(high, rel=1e-9)
            events = fitter.event_table.loc[row["time"]]
            assert row["at risk"] == events["at_risk"]
        row = next(row for row in table if row["receiver"] == bureau)
        assert row["median of all"] == fitter.median_survival_time_
        mean = lifelines.utils.restricted_mean_survival_time(fitter, t=48)
        assert row["mean to horizon"] == pytest.approx(mean, rel=1e-9)
        chosen = found.curve(where={"receiver": bureau}, at=["1d", "12h"]).to_dicts()
        assert [one["time"] for one in chosen] == [12, 24]
        for one in chosen:
            assert one["survival"] == pytest.approx(fitter.predict(one["time"]), rel=1e-12)
            assert one["at risk"] == sum(waits[at] >= one["time"] * HOUR for at in own)


# Known cases


def some(**columns: Any) -> Any:
    size = max(len(values) for values in columns.values())
    base = {
        "sent_at": [f"2023-03-01T{at:02}:00Z" for at in range(size)],
        "sender": ["FRA"] * size,
        "receiver": ["DEU"] * size,
        "message_id": list(range(1, size + 1)),
        "reply_to": [None] * size,
    }
    return bcn.read_messages({**base, **columns}, period=("2023-03-01", "2023-03-03"))


def test_a_broadcast_is_answered_by_some_of_its_recipients() -> None:
    log = some(
        sender=["FRA"] * 3 + ["DEU", "ITA"],
        receiver=["DEU", "ITA", "ESP", "FRA", "FRA"],
        message_id=[1, 1, 1, 2, 3],
        reply_to=[None, None, None, 1, 1],
    )
    found = log.responses()
    assert (found.requests, found.answered, found.open) == (3, 2, 1)
    assert log.responses(answered_by="anyone").answered == 3
    rows = found.by("receiver").to_dicts()
    assert [(row["receiver"], row["answered"]) for row in rows] == [
        ("DEU", 1), ("ESP", 0), ("ITA", 1)
    ]  # fmt: skip


def test_numbers_and_texts_are_one_id_where_they_are_written_alike() -> None:
    log = some(
        sender=["FRA", "FRA", "DEU"], receiver=["DEU", "DEU", "FRA"],
        message_id=["7", "a", "b"], reply_to=[None, None, 7],
    )  # fmt: skip
    assert log.responses().answered == 1


def test_limits_may_differ_by_priority() -> None:
    log = some(
        sender=["FRA", "FRA", "DEU", "DEU"], receiver=["DEU", "DEU", "FRA", "FRA"],
        message_id=[1, 2, 3, 4], reply_to=[None, None, 1, 2],
        priority=["urgent", "normal", None, None],
    )  # fmt: skip
    row = log.responses().by(within={"urgent": "1h", "normal": "3h"}).row(0)
    assert (row["due"], row["in time"], row["within"]) == (2, 1, 0.5)
    row = log.responses().by(within={"normal": "3h"}).row(0)
    assert (row["due"], row["in time"]) == (1, 1)


def test_who_answers_more_slowly() -> None:
    log = some(
        sender=["FRA", "DEU", "DEU", "FRA"], receiver=["DEU", "FRA", "FRA", "DEU"],
        message_id=[1, 2, 3, 4], reply_to=[None, None, 1, 2],
        sent_at=["2023-03-01T00:00Z"] * 2 + ["2023-03-01T06:00Z", "2023-03-01T02:00Z"],
    )  # fmt: skip
    assert log.responses().asymmetry(least=1).to_dicts() == [
        {"slower": "DEU", "quicker": "FRA", "slow": 6, "quick": 2, "difference": 4, "ratio": 3}
    ]
    assert len(log.responses().asymmetry()) == 0


def test_a_log_without_rows_has_no_requests() -> None:
    log = bcn.read_messages(
        {name: [] for name in ("sent_at", "sender", "receiver", "message_id", "reply_to")},
        period=("2023-03-01", "2023-03-03"),
    )
    found = log.responses()
    assert repr(found).startswith("0 requests")
    assert found.by().to_dicts()[0]["median"] is None
    assert len(found.by("receiver")) == len(found.curve()) == len(found.flow()) == 0
    assert found.backlog().to_dicts()[-1]["open"] == 0


def test_backlogs_by_other_units() -> None:
    found = some(sender=["FRA"] * 20).responses()
    hours = found.backlog("hour", bands=[])
    assert (len(hours), hours.row(3)["open"], hours.row(47)["open"]) == (48, 4, 20)
    days = found.backlog(tz="Europe/Paris", bands=[])
    assert days["day"].tolist() == ["2023-03-01", "2023-03-02", "2023-03-03"]
    assert [row["sent"] for row in days] == [20, 0, 0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda log: log.responses(answered_by="recipent"), "did you mean 'recipient'"),
        (lambda log: log.responses({"knd": "a"}), "knd"),
        (lambda log: log.responses().by("recever"), "recever"),
        (lambda log: log.responses().by(within="1 fortnight"), "no unit"),
        (lambda log: log.responses().by(within="-1h"), "from 0 on"),
        (lambda log: log.responses().by(within={"urgent": "1h"}), "priority"),
        (lambda log: log.responses().by(unit="hours"), "did you mean 'hour'"),
        (lambda log: log.responses().by(where={"request_state": "open"}), "already"),
        (lambda log: log.responses().curve(at="1h"), "list"),
        (lambda log: log.responses().curve(level=2), "level"),
        (lambda log: log.responses().backlog("dya"), "did you mean 'day'"),
        (lambda log: log.responses().backlog(bands="1d"), "list"),
        (lambda log: log.responses().flow("mean"), "statistic"),
        (lambda log: log.responses().asymmetry(0), "from 1 on"),
    ],
)
def test_what_cannot_be_asked_is_said(call: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(bcn.QueryError, match=words):
        call(some(sender=["FRA"] * 3))


def test_logs_that_cannot_be_matched_say_why() -> None:
    base = {"sent_at": ["2023-03-01"], "sender": ["FRA"], "receiver": ["DEU"]}
    with pytest.raises(bcn.QueryError, match="'message_id' was not read"):
        bcn.read_messages(base).responses()
    ids = {**base, "message_id": [1], "reply_to": [2]}
    with pytest.raises(bcn.QueryError, match="holds dates"):
        bcn.read_messages(ids).responses()
    timed = {**ids, "sent_at": ["2023-03-01T00:00Z"], "messages": [3]}
    with pytest.raises(bcn.QueryError, match="stand for several"):
        bcn.read_messages(timed).responses()
    with pytest.raises(TypeError, match="made by a log"):
        bcn.Responses()


def test_many_rows_take_the_same_answers_on_both_roads() -> None:
    """Ids in order and hashed, one worker and several, agree on a synthetic year."""
    log = bcn.simulate_messages(30_000, seed=3)
    found = log.responses({"kind": "request"})
    arrow = log.to_arrow()
    back = arrow.take(list(range(len(log) - 1, -1, -1)))
    other = bcn.read_messages(back, period="2023").responses({"kind": "request"})
    assert repr(found).splitlines()[1] == repr(other).splitlines()[1]
    mine, theirs = (
        one.by("receiver", "priority", unit="microsecond").to_dicts() for one in (found, other)
    )
    assert mine == theirs
    matched = found._matched
    question, _, laid = matched.question(("sender",), None, "UTC", None, ("answered",))
    ranks = [(rule, 1, 3) for rule in range(3)]
    for workers in (1, 3):
        counts, values = matched.log.run_select(
            question, matched.number("response_time"), ranks, workers
        )
        assert memoryview(counts).tolist() == matched.select(question, laid.cells, ranks)[0]
        assert memoryview(values).tolist() == matched.select(question, laid.cells, ranks)[1]


def test_the_binding_leaks_nothing_and_refuses_nonsense() -> None:
    log = some(
        sender=["FRA", "DEU"] * 4, receiver=["DEU", "FRA"] * 4,
        reply_to=[None, 1, None, 3, None, 9, None, 1],
    )  # fmt: skip

    def ask() -> None:
        found = log.responses()
        found.by("receiver", within="1h", horizon="1d")
        found.curve()
        found.backlog()

    ask()
    leaks.assert_no_leak(ask, 20, 64)
    matched = log.responses()._matched
    question = matched.question((), None, "UTC", None, ("answered",))[0]
    for call in (
        lambda: matched.log.run_select(question, 14, [(3, 1, 2)]),
        lambda: matched.log.run_select(question, 14, [(0, 3, 2)]),
        lambda: matched.log.run_select(question, 14, [(0, 1, 2)] * 65),
        lambda: matched.log.run_survival(question, (1, 12), [0.5], 1),
        lambda: matched.log.run_survival(question, (14, 0), [0.5], 1),
        lambda: matched.log.run_survival(question, (14, 12), [0.5] * 65, 1),
        lambda: matched.log.run_match(question, (0, 1, 2, 3, 4), False, False, 1),
        lambda: matched.log.run_backlog(question, (0, 1, 2), b"", b""),
    ):
        with pytest.raises((ValueError, IndexError)):
            call()
    assert math.isinf(memoryview(matched.log.run_survival(question, (14, 12))[5])[-1])
