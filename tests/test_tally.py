"""Tallies: equal to their slow twin and to logs, for any split, order and tree of merges."""

from __future__ import annotations

import copy
import datetime
import pickle
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests import strategies
from tests.reference import messages
from tests.reference.tally import Twin

AXES = ("day", "sender", "kind")
RULES = messages.Rules(known=strategies.BUREAUS)
COLUMNS = {
    "sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30Z", "2023-03-01T09:15Z"],
    "sender": ["FRA", "DEU", "FRA"],
    "receiver": ["DEU", "FRA", "ITA"],
    "kind": ["request", None, "reply"],
}


def columns_of(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def tally(*axes: str, **options: Any) -> bcn.Tally:
    return bcn.Tally.for_messages(*(axes or AXES), errors="reject", **options)


def fed(rows: list[dict[str, Any]], part: str | None = None, **options: Any) -> bcn.Tally:
    made = tally(**options)
    made.update(columns_of(rows), part=part)
    return made


def figures(cube: bcn.Cube) -> dict[tuple[str, ...], int]:
    names = [*cube.dims, cube.measure]
    table = cube.to_table(zeros=False)
    return {tuple(row[n] for n in names[:-1]): row[names[-1]] for row in table}


def labelled(cells: dict[tuple[str, ...], int]) -> dict[tuple[Any, ...], int]:
    return {key: count for key, count in cells.items() if count}


# --- against the twin, and against logs ---


@given(st.lists(strategies.tables(most=8), min_size=1, max_size=4), st.randoms())
@settings(max_examples=12)
def test_a_tally_of_parts_is_its_slow_twin(sources: list[Any], rng: random.Random) -> None:
    twin, one = Twin(AXES), tally()
    given_twice = [*enumerate(sources), *enumerate(sources)]
    rng.shuffle(given_twice)
    for number, rows in given_twice:
        twin.update(str(number), rows, RULES)
        one.update(columns_of(rows), part=str(number))
    account = one.account
    assert (account.seen, account.accepted) == (twin.rows["seen"], twin.rows["accepted"])
    assert (account.rejected.count, account.duplicates) == (
        twin.rows["rejected"], twin.rows["duplicates"],
    )  # fmt: skip
    told = {(row["reason"], row["column"]): row["rows"]
            for row in account.rejected.by("reason", "column")}  # fmt: skip
    assert told == dict(twin.refused)
    if one.account.accepted and "kind" in {name for rows in sources for name in rows[0]}:
        assert figures(one.cube()) == labelled(twin.cells)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "axes",
    [
        ("hour", "sender", "receiver"),
        ("sender", "hour_of_week", "month", "kind"),
        ("sender", "receiver"),
        ("kind", "week", "sender.region"),
        ("day", "year"),
        (),
    ],
)
def test_a_tally_of_parts_gives_the_cube_of_the_log(axes: tuple[str, ...], zone: str) -> None:
    log = bcn.simulate_messages(3000, seed=2)
    where = {"kind": bcn.Not("diffusion"), "sent_at": ("2023-02-03", "2023-11-07")}
    one = bcn.Tally.for_messages(*axes, tz=zone, where=where)
    one.update(log)
    expected = log.count(*axes, tz=zone, where=where)
    cube = one.cube()
    assert cube == expected
    assert type(cube) is (bcn.FlowMatrix if axes == ("sender", "receiver") else bcn.Cube)
    assert cube.note() == expected.note()
    assert bcn.Tally.from_bytes(one.to_bytes()).cube() == expected


def test_clocks_that_go_back_are_two_hours_in_any_split() -> None:
    times = [f"2023-10-{day:02}T{hour:02}:30Z" for day in (28, 29) for hour in range(24)]
    whole = bcn.read_messages(
        {"sent_at": times, "sender": ["FRA"] * 48, "receiver": ["DEU"] * 48}
    ).count("hour", tz="Europe/Paris")
    one = tally("hour", tz="Europe/Paris")
    for at in range(0, 48, 5):
        part = times[at : at + 5]
        n = len(part)
        one.update({"sent_at": part, "sender": ["FRA"] * n, "receiver": ["DEU"] * n})
    assert one.cube() == whole


# --- laws of merging ---


@given(st.lists(strategies.tables(most=6), min_size=3, max_size=3), st.booleans())
@settings(max_examples=8)
def test_merging_is_a_sum(sources: list[Any], named: bool) -> None:
    a, b, c = (fed(rows, str(at) if named else None) for at, rows in enumerate(sources))
    before = [one.to_bytes() for one in (a, b, c)]
    assert (a + b).to_bytes() == (b + a).to_bytes()
    assert ((a + b) + c).to_bytes() == (a + (b + c)).to_bytes()
    assert (a + tally()).to_bytes() == a.to_bytes() == (tally() + a).to_bytes()
    assert [one.to_bytes() for one in (a, b, c)] == before
    step = tally()
    for at, rows in enumerate(sources):
        step.update(columns_of(rows), part=str(at) if named else None)
    assert step == a + b + c
    if named:
        assert (a + b).merge(a).merge(b) == a + b == (a + b).merge(a + b)
        both = a + b
        assert both.merge(both) == a + b
    for one in (a, a + b, a + b + c):
        assert bcn.Tally.from_bytes(one.to_bytes()).to_bytes() == one.to_bytes()
        assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)


def test_pickles_leave_their_bytes_out_of_band() -> None:
    one = fed([dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)])
    buffers: list[pickle.PickleBuffer] = []
    stream = pickle.dumps(one, protocol=5, buffer_callback=buffers.append)
    assert len(stream) < 300
    assert pickle.loads(stream, buffers=buffers) == one
    again = pickle.loads(stream, buffers=[bytes(one) for one in buffers])
    again.update(COLUMNS | {"sender": ["Frnace"] * 3})  # reading options travel too
    assert again.rejected.count == 3


def test_labels_that_are_met_grow_and_merge_in_order() -> None:
    def one(senders: list[str], part: str) -> bcn.Tally:
        made = bcn.Tally.for_messages("sender", "receiver", "kind", members="infer")
        n = len(senders)
        made.update({"sent_at": ["2023-01-05"] * n, "sender": senders, "receiver": ["x"] * n,
                     "kind": [f"k{len(sender)}" for sender in senders]}, part=part)  # fmt: skip
        return made

    parts = [one(["b", "aa"], "1"), one(["z", "b"], "2"), one(["Å", "0"], "3")]
    sums = {
        (parts[i] + parts[j] + parts[k]).to_bytes()
        for i, j, k in [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)]
    }
    assert len(sums) == 1
    cube = bcn.Tally.from_bytes(sums.pop()).cube()
    assert cube.axis("sender").labels == ("0", "aa", "b", "x", "z", "Å")
    assert cube["b"].total() == 2
    assert cube.total() == 6


def test_a_filter_on_labels_that_a_part_does_not_have() -> None:
    one = tally("kind", where={"kind": ["request", "notice"]})
    one.update(COLUMNS, part="a")
    one.update({**COLUMNS, "kind": ["notice", "reply", None]}, part="b")
    one.update({name: COLUMNS[name] for name in ("sent_at", "sender", "receiver")}, part="c")
    assert figures(one.cube()) == {("notice",): 1, ("request",): 1}
    assert one.cube().filters == ("kind request, notice",)
    assert tally("sender", where={"kind": bcn.Not("x")}).update(COLUMNS).accepted == 3


# --- ids ---


@given(st.data())
@settings(max_examples=15)
def test_ids_hold_across_any_split(data: st.DataObject) -> None:
    texts = st.sampled_from(["1", "2", "a", "07", None])
    row = st.tuples(texts, st.sampled_from(["FRA", "DEU"]), st.just("ITA"),
                    st.sampled_from(["2023-01-05", "2023-01-06"]),
                    st.sampled_from(["p", "q"]))  # fmt: skip
    rows = data.draw(st.lists(row, min_size=1, max_size=14))
    names = ("message_id", "sender", "receiver", "sent_at", "kind")

    def of(some: list[Any]) -> bcn.Tally:
        made = bcn.Tally.for_messages("day", "sender", "kind", dedupe="all")
        made.update(columns_of([dict(zip(names, one, strict=True)) for one in some]))
        return made

    whole = of(rows)
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)))) | {len(rows)})
    parts = [of(shuffled[a:b]) for a, b in zip([0, *cuts], cuts, strict=False) if a < b]
    while len(parts) > 1:
        at = data.draw(st.integers(0, len(parts) - 2))
        parts.append(parts.pop(at + 1) + parts.pop(at))
    assert parts[0].to_bytes() == whole.to_bytes()
    keyed = [one[:3] for one in rows if one[0] is not None]
    account = whole.account
    assert account.seen == len(rows)
    assert account.accepted == len(set(keyed)) + len(rows) - len(keyed) == whole.cube().total()
    assert account.duplicates + account.rejected.count == len(keyed) - len(set(keyed))
    different = len({one for one in rows if one[0] is not None})
    assert account.rejected.count >= different - len(set(keyed))
    assert bcn.Tally.from_bytes(whole.to_bytes()) == whole


def test_ids_are_refused_where_they_cannot_hold() -> None:
    with pytest.raises(bcn.QueryError, match="have no ids"):
        bcn.Tally.for_searches("hour", dedupe="all")
    with pytest.raises(bcn.QueryError, match="one axis of time"):
        bcn.Tally.for_messages("hour", "month", dedupe="all")
    with pytest.raises(bcn.QueryError, match="did you mean 'part'"):
        bcn.Tally.for_messages("hour", dedupe="parts")
    with pytest.raises(bcn.QueryError, match="do not add up over parts"):
        bcn.Tally.for_messages("hour", unit="message")


# --- parts ---


def write(path: Path, rows: int, seed: int = 0) -> Path:
    rng = random.Random(seed)
    lines = [
        f"2023-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00Z,"
        f"{rng.choice(['FRA', 'DEU', 'ITA'])},GBR,{rng.choice(['a', 'b', ''])}\n"
        for _ in range(rows)
    ]
    path.write_text("sent_at,sender,receiver,kind\n" + "".join(lines))
    return path


def test_files_are_parts_that_count_once(tmp_path: Path) -> None:
    for at in range(3):
        write(tmp_path / f"{at}.csv", 50 + at, at)
    one = tally()
    first = one.update(str(tmp_path / "[01].csv"))
    assert (first.added, first.skipped, first.seen) == (["0.csv", "1.csv"], [], 101)
    again = one.update(str(tmp_path / "*.csv"))
    assert (again.added, again.skipped, again.seen) == (["2.csv"], ["0.csv", "1.csv"], 52)
    assert "2 parts in before, skipped" in repr(again)
    assert one.parts["seen"].tolist() == [50, 51, 52]
    log = bcn.read_messages(str(tmp_path / "*.csv"))
    assert one.cube() == log.count(*AXES)
    write(tmp_path / "1.csv", 7)
    before = one.to_bytes()
    with pytest.raises(bcn.InputError, match=r"another part is called '1\.csv'"):
        one.update(str(tmp_path / "*.csv"))
    other = tally()
    other.update(tmp_path / "1.csv")
    with pytest.raises(bcn.InputError, match="another part"):
        one.merge(other)
    assert one.to_bytes() == before
    one.update(tmp_path / "1.csv", part="second try")
    assert one.seen == 160
    folders = tally()
    folders.update([write(tmp_path / "0.csv", 3), tmp_path / "2.csv"], part=str)
    assert folders.parts["part"].tolist() == sorted(
        map(str, (tmp_path / "0.csv", tmp_path / "2.csv"))
    )


def test_files_with_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    def put(folder: str, seed: int) -> Path:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        return write(tmp_path / folder / "part-0.csv", 10 + seed, seed)

    first = put("2023/01", 1)
    every = str(tmp_path / "*" / "*" / "part-0.csv")
    one = tally()
    assert one.update(every).added == ["part-0.csv"]
    put("2023/02", 2)
    more = one.update(every)  # the first is in already, under a shorter name
    assert (more.added, more.skipped) == (["02/part-0.csv"], ["part-0.csv"])
    put("2024/01", 3)
    write(tmp_path / "2024" / "01" / "other.csv", 5)
    more = one.update([every, tmp_path / "2024" / "01" / "other.csv"])
    assert more.added == ["2024/01/part-0.csv", "other.csv"]
    assert more.skipped == ["part-0.csv", "02/part-0.csv"]
    before = one.to_bytes()
    assert one.update(every).added == [] == one.update(first).added
    assert one.to_bytes() == before
    assert one.seen == 11 + 12 + 13 + 5
    whole = tally()
    whole.update(every)
    assert whole.parts["part"].tolist() == [
        f"{month}/part-0.csv" for month in ("2023/01", "2023/02", "2024/01")
    ]
    with pytest.raises(
        bcn.InputError, match=r"part-0\.csv' is called '2023/0\d/part-0\.csv' there"
    ):
        one.merge(whole)
    assert one.to_bytes() == before
    put("2023/02", 9)  # another content
    with pytest.raises(bcn.InputError, match=r"another part is called '2023/02/part-0\.csv'"):
        whole.update(every)
    # The same bytes in two folders are one part, in one call as in two.
    both = tally()
    twin = tmp_path / "2025" / "01" / "part-0.csv"
    twin.parent.mkdir(parents=True)
    twin.write_bytes(first.read_bytes())
    assert len(both.update([first, twin]).skipped) == 1
    assert both.seen == 11


def test_parts_that_only_partly_agree_do_not_merge() -> None:
    a, b, c = tally(), tally(), tally()
    a.update(COLUMNS, part="x")
    b.update(COLUMNS, part="x")
    assert (a + b) == a
    b.update(COLUMNS, part="y")
    assert (a + b) == b
    c.update(COLUMNS, part="x")
    c.update(COLUMNS, part="z")
    for one, other in ((b, c), (c, b)):
        before = one.to_bytes()
        with pytest.raises(bcn.QueryError, match="parts are in both tallies"):
            one.merge(other)
        assert one.to_bytes() == before
    a.update(COLUMNS)
    with pytest.raises(bcn.QueryError, match="rows that are in no part"):
        a.merge(a)


def test_bad_rows_raise_and_leave_the_tally(tmp_path: Path) -> None:
    one = bcn.Tally.for_messages(*AXES)
    one.update(COLUMNS)
    before = one.to_bytes()
    good, bad = write(tmp_path / "a.csv", 5), tmp_path / "b.csv"
    bad.write_text("sent_at,sender,receiver,kind\n2023-01-01T00:00Z,Frnace,DEU,a\n")
    with pytest.raises(bcn.InputError, match="did you mean 'France'"):
        one.update({**COLUMNS, "sender": ["FRA", "Frnace", "DEU"]})
    assert one.to_bytes() == before
    with pytest.raises(bcn.InputError, match="line 2, column 'sender'"):
        one.update([good, bad])
    assert one.parts["part"].tolist() == ["a.csv"]  # what was whole is in
    with pytest.raises(bcn.QueryError, match="holds dates without hours"):
        bcn.Tally.for_messages("hour").update({**COLUMNS, "sent_at": ["2023-01-05"] * 3})
    with pytest.raises(bcn.QueryError, match="takes no log"):
        one.update(bcn.simulate_searches(10))


def test_refused_rows_are_kept_by_their_order_not_by_their_coming() -> None:
    from interpol_bcn import _tally_ledger as ledger

    rng = random.Random(1)
    bad = [f"x{rng.randrange(3000):04}" for _ in range(5000)]
    halves = []
    for name, some in (("1", bad[:2500]), ("2", bad[2500:])):
        n = len(some)
        halves.append(fed(
            [{"sent_at": "2023-01-05", "sender": text, "receiver": "DEU"} for text in some], name,
        ))  # fmt: skip
        assert halves[-1].rejected.count == n
    both = halves[0] + halves[1]
    assert both.to_bytes() == (halves[1] + halves[0]).to_bytes()
    told = {row["value"]: row["rows"] for row in both.rejected.by("value")}
    first = sorted(set(bad))[: ledger.VALUES]
    assert {text: told[text] for text in first} == {text: bad.count(text) for text in first}
    assert told[""] == len(bad) - sum(map(bad.count, first))
    assert len(both.rejected.rows) == 5000


# --- domains ---


def test_declared_domains_extend_each_other_or_are_told_apart() -> None:
    def one(labels: list[str], part: str, **tables: Any) -> bcn.Tally:
        made = bcn.Tally.for_messages(
            "sender", *(["receiver.bloc"] if tables else []), members=bcn.Domain(labels, **tables)
        )
        n = len(labels)
        made.update(
            {"sent_at": ["2023-01-05"] * n, "sender": labels, "receiver": labels}, part=part
        )
        return made

    short, long = one(["A", "B"], "1"), one(["A", "B", "C"], "2")
    assert (short + long) == (long + short)
    assert (short + long).cube().to_numpy().tolist() == [2, 2, 1]
    with pytest.raises(bcn.QueryError, match="label 2 is 'B' here and 'C' there"):
        short.merge(one(["A", "C"], "3"))
    east = one(["A", "B"], "1", bloc=["East", "West"])
    assert (east + one(["A", "B", "C"], "2", bloc=["East", "West", "North"])).cube().total() == 5
    with pytest.raises(bcn.QueryError, match="'B' is in 'West' here and in 'South' there"):
        east.merge(one(["A", "B", "C"], "2", bloc=["East", "South", "West"]))


def test_tallies_of_different_questions_do_not_merge() -> None:
    for options, words in [
        ({"where": {"sender": "FRA"}}, "where="),
        ({"tz": "Europe/Paris"}, "clocks differ"),
        ({"measure": "size"}, "measure"),
        ({"period": "2023"}, "asof"),
        ({"dedupe": "none"}, "dedupe"),
        ({"measures": ["pages"]}, "columns"),
    ]:
        with pytest.raises(bcn.QueryError, match=words):
            tally().merge(tally(**options))
    with pytest.raises(bcn.QueryError, match="axes"):
        tally().merge(tally("day"))
    with pytest.raises(bcn.QueryError, match="records"):
        tally("day").merge(bcn.Tally.for_searches("day"))
    with pytest.raises(TypeError, match="merges with a tally"):
        tally().merge(3)  # type: ignore[arg-type]


# --- words ---


def test_every_kind_of_record_is_tallied() -> None:
    searches = bcn.simulate_searches(20_000)
    one = bcn.Tally.for_searches("month", "database", measure="hits")
    one.update(searches)
    assert one.cube() == searches.sum("hits", "month", "database")
    delegates = bcn.simulate_delegates()
    people = bcn.Tally.for_delegates("edition", "bureau")
    people.update(delegates)
    assert figures(people.cube()) == figures(delegates.count("edition", "bureau"))
    operations, notices = bcn.simulate_operations(), bcn.simulate_notices()
    for made, log, axes in [
        (bcn.Tally.for_operations, operations, ("operation", "outcome")),
        (bcn.Tally.for_notices, notices, ("month", "colour", "closed_at.year")),
    ]:
        one = made(*axes)
        one.update(log)
        assert one.cube() == log.count(*axes)
    stocks = bcn.Tally.for_records("day", "database", measure="stock")
    stocks.update({"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA"] * 2,
                   "database": ["SLTD"] * 2, "stock": [5, 7]})  # fmt: skip
    assert stocks.cube().total() == 12
    with pytest.raises(bcn.QueryError, match="is a stock"):
        bcn.Tally.for_records("database", measure="stock").update(
            {"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA"] * 2,
             "database": ["SLTD"] * 2, "stock": [5, 7]}
        )  # fmt: skip


def test_questions_that_no_part_could_answer() -> None:
    for axes, options, words in [
        (("sendr",), {}, "did you mean 'sender'"),
        (("day", "day"), {}, "named twice"),
        ((), {"where": {"sent_at": bcn.last("1 month")}}, "no meaning part by part"),
        ((), {"where": {"sender": "Frnace"}}, "did you mean"),
        ((), {"measure": "sise"}, "no measure"),
        ((), {"colums": {}}, "no option"),
        ((), {"where": 3}, "give a dict"),
    ]:
        with pytest.raises((bcn.QueryError, bcn.LabelError), match=words):
            tally(*(axes or ("day",)), **options)
    with pytest.raises(TypeError, match="for_messages"):
        bcn.Tally()
    one = tally("kind")
    one.update({name: COLUMNS[name] for name in ("sent_at", "sender", "receiver")})
    with pytest.raises(bcn.QueryError, match="no part had a column 'kind'"):
        one.cube()
    with pytest.raises(bcn.QueryError, match="is fixed in a tally"):
        bcn.Tally.from_bytes(one.to_bytes(), members="infer")
    with pytest.raises(bcn.QueryError, match="names one part"):
        one.update([__file__, __file__], part="x")


def test_a_tally_says_what_it_is() -> None:
    one = tally(where={"sender": ["FRA", "DEU"], "sent_at": (datetime.date(2023, 1, 1), None)})
    one.update({**COLUMNS, "sender": ["FRA", "x", "FRA"]}, part="a")
    assert "duplicates are known within a part" in repr(one)
    assert "3 rows seen, 2 accepted, 1 rejected" in repr(one)
    assert "<br>" in one._repr_html_()
    words = one.explain()
    assert "exact number of messages" in words
    assert "Parts: a." in words
    assert "across all parts" in repr(bcn.Tally.for_messages("day", dedupe="all"))
    empty = bcn.Tally.for_messages("month", "sender")
    assert repr(empty).startswith("no messages")
    assert empty.cube().total() == 0
    assert one.nbytes > 0
    assert one.axes == AXES
    assert len(one.update(COLUMNS, progress=None).added) == 0


# --- threads ---


def test_threads_add_each_part_once_and_merges_cross(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{at}.csv", 40, at) for at in range(6)]
    one = tally()
    workers = [threading.Thread(target=one.update, args=([*files[at:], *files[:at]],))
               for at in range(6)]  # fmt: skip
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    single = tally()
    single.update(files)
    assert one == single
    a, b = fed([dict(zip(COLUMNS, ("2023-01-05", "FRA", "DEU", "a"), strict=True))], "a"), single
    crossing = [threading.Thread(target=x.merge, args=(y,)) for x, y in [(a, b), (b, a)] * 8]
    for worker in crossing:
        worker.start()
    for worker in crossing:
        worker.join()
    assert a == b


def test_a_call_from_within_a_call_is_refused() -> None:
    one = tally()
    with one._held(), pytest.raises(RuntimeError, match="interrupts"):
        one.cube()
    assert one.cube().total() == 0


def test_the_page_about_tallies_says_what_happens() -> None:
    import doctest

    page = Path(__file__).resolve().parents[1] / "docs" / "tally.md"
    assert doctest.testfile(str(page), module_relative=False).failed == 0
