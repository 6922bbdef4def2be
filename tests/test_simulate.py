"""The synthetic year: the same everywhere, exact in size, and plausible."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from interpol_bcn._simulate import (
    _AREAS,
    _SINCE,
    KINDS,
    PRIORITIES,
    SECRETARIAT,
    _World,
    simulate_columns,
)

BUREAUS = sorted(
    code for zones in _AREAS.values() for text in zones.values() for code in text.split()
)
NAMES = (
    "sent_at", "sender", "receiver", "kind", "priority", "size", "message_id", "reply_to",
    "no_reply",
)  # fmt: skip
FORMATS = dict(zip(NAMES, "qBBBBIqqB", strict=True))
NONE = -(2**63)
ROWS = 200_000
GOLDEN = "63d57173d80aa213b662cee71d66bd16a53a091a70dde012d24323f9ee25e5d2"


def digest(columns) -> str:
    """SHA-256 of the columns, each with its name, in little-endian order."""
    whole = hashlib.sha256()
    for name in NAMES:
        view = memoryview(columns[name])
        data = view.tobytes()
        if sys.byteorder == "big":
            size = view.itemsize
            data = b"".join(data[i : i + size][::-1] for i in range(0, len(data), size))
        whole.update(name.encode() + b"\0" + data)
    return whole.hexdigest()


@pytest.fixture(scope="module")
def year():
    columns = simulate_columns(ROWS, labels=BUREAUS)
    return {name: memoryview(columns[name]).tolist() for name in NAMES}


def moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def test_the_same_seed_gives_the_same_bytes_everywhere():
    assert digest(simulate_columns(ROWS, labels=BUREAUS)) == GOLDEN


def test_another_seed_gives_another_year():
    assert digest(simulate_columns(ROWS, labels=BUREAUS, seed=1)) != GOLDEN


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_any_number_of_threads_gives_the_same_bytes(threads):
    rows = 2_100_000  # fewer are made by one thread anyway
    one = simulate_columns(rows, labels=BUREAUS, threads=1)
    more = simulate_columns(rows, labels=BUREAUS, threads=threads)
    assert digest(more) == digest(one)


def test_columns_are_read_only_arrays_of_their_type():
    columns = simulate_columns(10, labels=BUREAUS)
    assert list(columns) == list(NAMES)
    for name, memory in columns.items():
        view = memoryview(memory)
        assert (view.format, view.shape, view.readonly) == (FORMATS[name], (10,), True)


@pytest.mark.parametrize("n", [0, 1, 2, 365, 17_520, 99_999])
@pytest.mark.parametrize("year", [1, 1969, 2023, 2024, 9999])
def test_a_year_has_exactly_the_rows_asked_for_and_stays_within_itself(n, year):
    sent_at = memoryview(simulate_columns(n, labels=BUREAUS, year=year)["sent_at"]).tolist()
    assert len(sent_at) == n
    assert sent_at == sorted(sent_at)
    if n:
        assert {moment(sent_at[0]).year, moment(sent_at[-1]).year} == {year}


def test_rows_of_one_message_are_neighbours_that_differ_only_in_the_receiver(year):
    receivers: dict[int, list[int]] = {}
    facts: dict[int, tuple[int, ...]] = {}
    for i, key in enumerate(year["message_id"]):
        fact = tuple(year[name][i] for name in NAMES if name != "receiver")
        assert facts.setdefault(key, fact) == fact
        receivers.setdefault(key, []).append(year["receiver"][i])
    assert year["message_id"] == sorted(year["message_id"])
    assert list(facts) == [i + 1 for i, key in enumerate(year["message_id"]) if key == i + 1]
    for key, codes in receivers.items():
        assert len(set(codes)) == len(codes)
        if len(codes) > 1:
            assert KINDS[facts[key][NAMES.index("kind") - 1]] == "diffusion"
    assert max(map(len, receivers.values())) > 20


def test_some_diffusions_go_to_all():
    columns = simulate_columns(6_000_000, labels=BUREAUS)
    ids = memoryview(columns["message_id"])
    assert 190 < max(later - earlier for earlier, later in pairwise(ids)) < len(BUREAUS)


def test_a_reply_goes_back_to_who_asked_and_no_request_is_answered_twice(year):
    row = {key: i for i, key in reversed(list(enumerate(year["message_id"])))}
    answered = Counter()
    delays = []
    for i, key in enumerate(year["reply_to"]):
        assert (KINDS[year["kind"][i]] == "reply") == (key != NONE)
        if key != NONE:
            asked = row[key]
            assert KINDS[year["kind"][asked]] == "request"
            assert year["sender"][asked] == year["receiver"][i]
            assert year["receiver"][asked] == year["sender"][i]
            answered[key] += 1
            delays.append(year["sent_at"][i] - year["sent_at"][asked])
    assert set(answered.values()) == {1}
    delays.sort()
    assert delays[0] >= 60_000_000
    assert timedelta(microseconds=delays[len(delays) // 20]) < timedelta(minutes=20)
    assert timedelta(microseconds=delays[-1]) > timedelta(weeks=3)


def test_a_third_of_the_requests_are_answered():
    kinds = Counter(memoryview(simulate_columns(2_000_000, labels=BUREAUS)["kind"]).tolist())
    share = kinds[KINDS.index("reply")] / kinds[KINDS.index("request")]
    assert 0.32 < share < 0.35


def test_palau_is_silent_until_it_joins_in_november_2023():
    columns = simulate_columns(2_000_000, labels=BUREAUS)
    palau = BUREAUS.index("PLW")
    sent_at = memoryview(columns["sent_at"])
    rows = [
        i
        for name in ("sender", "receiver")
        for i, code in enumerate(memoryview(columns[name]))
        if code == palau
    ]
    first = moment(sent_at[min(rows)])
    assert (first.year, first.month) == (2023, 11)


def test_nobody_writes_before_the_day_it_joined():
    columns = simulate_columns(
        50_000, labels=BUREAUS, since={"FRA": "2023-06-15", "DEU": "2024-01", "ITA": "1923-01"}
    )
    codes = list(zip(memoryview(columns["sender"]), memoryview(columns["receiver"]), strict=True))
    first = {code: i for i, pair in reversed(list(enumerate(codes))) for code in pair}
    assert (
        moment(columns["sent_at"][first[BUREAUS.index("FRA")]]).date().isoformat() == "2023-06-15"
    )
    assert BUREAUS.index("DEU") not in first
    assert first[BUREAUS.index("ITA")] < 100


def test_pairs_that_the_world_keeps_silent_never_write():
    matrix = _World(BUREAUS).pairs()
    count = len(BUREAUS)
    silent = {(i // count, i % count) for i, weight in enumerate(matrix) if weight == 0}
    columns = simulate_columns(2_000_000, labels=BUREAUS)
    met = set(zip(memoryview(columns["sender"]), memoryview(columns["receiver"]), strict=True))
    assert met.isdisjoint(silent)
    between = sum(a != b for a, b in silent)
    assert 20 < between < 400
    assert sum(a == b for a, b in met) == 5  # a few write to themselves


def test_the_week_looks_like_life(year):
    days = Counter(moment(time).weekday() for time in year["sent_at"])
    assert min(days[day] for day in range(5)) > 1.8 * max(days[5], days[6])
    france = BUREAUS.index("FRA")
    local = Counter(
        (moment(time).hour + 1) % 24
        for time, sender, reply in zip(
            year["sent_at"], year["sender"], year["reply_to"], strict=True
        )
        if sender == france and reply == NONE
    )
    assert local[9] > 8 * local[3]
    months = Counter(moment(time).month for time in year["sent_at"])
    assert min(months, key=months.__getitem__) in (8, 12)


def test_each_bureau_works_by_its_own_clock_and_weekend():
    columns = simulate_columns(1_000_000, labels=BUREAUS)
    japan, egypt = BUREAUS.index("JPN"), BUREAUS.index("EGY")
    hours: Counter[int] = Counter()
    weekdays: Counter[int] = Counter()
    for time, sender in zip(
        memoryview(columns["sent_at"]), memoryview(columns["sender"]), strict=True
    ):
        if sender == japan:
            hours[moment(time).hour] += 1
        elif sender == egypt:
            weekdays[moment(time + 2 * 3_600_000_000).weekday()] += 1
    assert hours[1] > 3 * hours[12]  # 10:00 and 21:00 in Tokyo
    assert weekdays[6] > 1.8 * weekdays[4]  # Sunday and Friday in Cairo


def test_senders_are_unequal_and_every_bureau_writes():
    sent = Counter(memoryview(simulate_columns(2_000_000, labels=BUREAUS)["sender"]).tolist())
    assert len(sent) == len(BUREAUS) == 197
    top = sorted(sent.values(), reverse=True)
    assert 0.05 < top[0] / 2_000_000 < 0.12
    assert sum(top[:20]) > sum(top[20:]) * 0.8


def test_notices_are_asked_of_the_secretariat(year):
    secretariat = BUREAUS.index(SECRETARIAT)
    notices = [i for i, kind in enumerate(year["kind"]) if KINDS[kind] == "notice"]
    others = [i for i in notices if year["sender"][i] != secretariat]
    assert others
    assert {year["receiver"][i] for i in others} == {secretariat}


def test_sizes_are_spread_over_octaves_and_priorities_are_mostly_normal(year):
    sizes = sorted(year["size"])
    assert sizes[0] >= 256 and sizes[-1] < 2**22
    assert 4096 < sizes[len(sizes) // 2] < 32768
    priorities = Counter(year["priority"])
    assert [PRIORITIES[code] for code, _ in priorities.most_common()] == list(PRIORITIES)


def test_labels_that_are_no_bureau_stay_silent_and_codes_follow_the_labels():
    labels = ["nobody", "USA", "FRA", "RB-ABJ", "IPSG"]
    columns = simulate_columns(1000, labels=labels)
    assert {*memoryview(columns["sender"]), *memoryview(columns["receiver"])} == {1, 2, 4}


def test_every_zone_and_date_table_is_complete():
    assert len(BUREAUS) == len(set(BUREAUS)) == 197
    assert set(_SINCE) < set(BUREAUS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": -1}, "n is -1"),
        ({"n": 2**32 - 1}, "n is 4294967295"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is"),
        ({"threads": -1}, "threads is -1"),
        ({"labels": ["FRA"]}, "two bureaus"),
        ({"labels": ["x", "y"]}, "two bureaus"),
        ({"labels": [*BUREAUS, *map(str, range(59))]}, "256 bureaus, and at most 255"),
        ({"year": 0}, "year"),
        ({"year": 10_000}, "year"),
        ({"since": {"FRA": "soon"}}, "soon"),
        ({"since": dict.fromkeys(BUREAUS, "2023-02")}, "nobody"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_reason(arguments, words):
    with pytest.raises(ValueError, match=words):
        simulate_columns(**{"n": 10, "labels": BUREAUS, **arguments})


def test_the_core_refuses_tables_of_the_wrong_type_or_length():
    from array import array

    from interpol_bcn import _core

    def call(**changes):
        tables = {
            "weight": array("H", [1, 1]),
            "pairs": array("H", [0, 1, 1, 0]),
            "offset": array("b", [0, 0]),
            "week": array("B", [0, 0]),
            "pace": array("B", [0, 0]),
            "since": array("H", [0, 0]),
            "hours": array("B", [1] * 336),
            "day": array("H", [1]),
        }
        numbers = {"rows": 5, "seed": 0, "threads": 1, "start": 0, "weekday": 0}
        numbers |= {"bureaus": 2, "days": 1, "weeks": 1, "secretariat": -1}
        return _core.simulate_messages(**{**numbers, **tables, **changes})

    assert len(call()["sent_at"]) == 5
    for name, format, count in [
        ("weight", "H", 3),
        ("weight", "I", 1),
        ("pairs", "H", 3),
        ("offset", "B", 2),
        ("hours", "B", 335),
        ("day", "H", 2),
    ]:
        with pytest.raises(ValueError, match=f"{name}: an array of"):
            call(**{name: array(format, [1] * count)})
    for changes in [{"bureaus": 256}, {"days": -1}, {"weeks": 257}, {"threads": -1}]:
        with pytest.raises(ValueError, match="out of range"):
            call(**changes)
    with pytest.raises(TypeError):
        call(weight=[1, 1])
    with pytest.raises(ValueError, match="weekday 7"):
        call(weekday=7)
