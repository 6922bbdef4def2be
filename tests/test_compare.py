"""Two vintages of the same figures, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import compare as twin

LABELS = ["A", "B", "C", "D", "E"]
KINDS = ["alert", "reply"]


def log_of(cells: dict[tuple[str, str], int], labels: list[str]) -> bcn.MessageLog:
    rows = list(cells)
    return bcn.read_messages(
        {
            "sent_at": ["2023-01-05"] * len(rows),
            "sender": [sender for sender, _ in rows],
            "receiver": [receiver for _, receiver in rows],
            "messages": [cells[row] for row in rows],
        },
        members=bcn.Domain(labels),
        period=("2023-01", "2023-02"),
    )


def found(table: bcn.Table, keys: list[str]) -> dict[Any, tuple[str, int]]:
    return {tuple(row[key] for key in keys): (row["status"], row["change"]) for row in table}


squares = st.dictionaries(
    st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), st.integers(0, 3), max_size=12
)
worlds = st.lists(st.sampled_from(LABELS), min_size=1, unique=True)


@given(squares, squares, worlds, worlds)
def test_cubes_are_compared_as_their_twin_does(
    one: dict[tuple[str, str], int],
    other: dict[tuple[str, str], int],
    first: list[str],
    second: list[str],
) -> None:
    sides, cubes = [], []
    for cells, labels in ((one, first), (other, second)):
        kept = {pair: n for pair, n in cells.items() if set(pair) <= set(labels)}
        cubes.append(log_of(kept, labels).count("sender", "receiver"))
        sides.append({(a, b): kept.get((a, b), 0) for a in labels for b in labels})
    table = bcn.compare(*cubes)
    expected = {
        key: value
        for key, value in twin.revisions(sides[0], sides[1]).items()
        if value[1]  # cells of new labels are told where they are not 0
    }
    assert found(table, ["sender", "receiver"]) == expected
    assert sum(table["change"].tolist()) == cubes[1].total() - cubes[0].total()
    for row in table:
        key = (row["sender"], row["receiver"])
        assert row["before"] == (None if row["status"] == "added" else sides[0][key])
        assert row["after"] == (None if row["status"] == "removed" else sides[1][key])
        assert row["relative"] == (row["change"] / row["before"] if row["before"] else None)
    equal = sum(1 for key, n in sides[0].items() if n and sides[1].get(key) == n)
    assert f"{equal} the same" in (table.note or "")


@given(
    st.dictionaries(st.sampled_from(LABELS), st.integers(-(2**70), 2**70)),
    st.dictionaries(st.sampled_from(LABELS), st.integers(-(2**70), 2**70)),
)
def test_tables_are_compared_as_their_twin_does(one: dict[str, int], other: dict[str, int]) -> None:
    sides = [
        bcn.Table.from_columns(
            [bcn.Table({"k": list(d)})["k"], bcn.table.Column("n", list(d.values()), "integer")]
        )
        for d in (one, other)
    ]
    table = bcn.compare(*sides)
    assert found(table, ["k"]) == {
        (key,): value for key, value in twin.revisions(one, other).items()
    }
    assert sum(table["change"].tolist()) == sum(other.values()) - sum(one.values())


def test_equal_axes_take_the_short_way_to_the_same_answer() -> None:
    one = log_of({("A", "B"): 2, ("B", "A"): 1}, LABELS).count("sender", "receiver")
    other = log_of({("A", "B"): 5, ("C", "A"): 1}, LABELS).count("sender", "receiver")
    short = bcn.compare(one, other)
    turned = bcn.compare(one, other[["E", "D", "C", "B", "A"]])
    keys = ["sender", "receiver"]
    assert found(short, keys) == found(turned, keys) == {
        ("A", "B"): ("changed", 3), ("B", "A"): ("changed", -1), ("C", "A"): ("changed", 1),
    }  # fmt: skip
    assert short["sender"].languages == one.to_table()["sender"].languages
    assert short["relative"].tolist() == [1.5, -1.0, None]
    assert len(bcn.compare(one, one)) == 0


def test_a_longer_vintage_adds_its_months_in_order() -> None:
    source = {"sent_at": ["2023-01-05", "2023-02-01", "2023-03-01"], "sender": ["FRA"] * 3,
              "receiver": ["DEU"] * 3}  # fmt: skip
    late = {name: values[1:] for name, values in source.items()}
    early = {name: values[:2] for name, values in source.items()}
    table = bcn.compare(bcn.read_messages(late).count("month"),
                        bcn.read_messages(early).count("month"))  # fmt: skip
    assert [(row["month"], row["status"]) for row in table] == [
        ("2023-01", "added"), ("2023-03", "removed"),
    ]  # fmt: skip
    assert table.note is not None
    assert "before: 2023-02-01 .. 2023-03-01 UTC" in table.note
    assert "after: 2023-01-05 .. 2023-02-01 UTC" in table.note


def test_figures_beyond_64_bits_and_single_figures_are_compared() -> None:
    def total(size: int) -> bcn.Cube:
        return bcn.read_messages(
            {"sent_at": ["2023-01-05"] * 3, "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3,
             "size": [size] * 3}
        ).sum("size")  # fmt: skip

    row = bcn.compare(total(2**62), total(2**62 + 1))[0]
    assert (row["before"], row["change"]) == (3 * 2**62, 3)
    assert len(bcn.compare(total(5), total(5))) == 0


def test_keys_of_tables_are_all_but_figures_unless_said() -> None:
    one = bcn.Table({"k": ["x", None], "year": [2014, 2014], "n": [1, None], "share": [0.5, 0.5]},
                    formats={"year": "plain"}, measure="n", units={"n": "alerts"})  # fmt: skip
    other = bcn.Table({"share": [0.1, 0.1], "n": [1, 4], "year": [2014, 2014], "k": ["x", None]},
                      formats={"year": "plain"}, measure="n", units={"n": "alerts"})  # fmt: skip
    table = bcn.compare(one, other)
    assert table.columns == ("k", "year", "status", "before", "after", "change", "relative")
    assert table.to_dicts() == [
        {"k": None, "year": 2014, "status": "changed", "before": None, "after": 4, "change": 4,
         "relative": None}
    ]  # fmt: skip
    assert bcn.compare(one, other, on="k", measure="share")["change"].tolist() == [-0.4, -0.4]


LOG = log_of({("A", "B"): 2}, LABELS)
NOT_THE_SAME: list[tuple[Any, Any, dict[str, Any], str]] = [
    (LOG.count("sender"), LOG.count("receiver"), {}, "different axes: sender"),
    (LOG.count("sender"), LOG.sum("messages", "sender").to_table(), {}, "not Cube and Table"),
    (LOG.count("day"), LOG.count("day", tz="Europe/Paris"), {}, "is in UTC here and in Europe"),
    (LOG.count("sender"), LOG.count("sender"), {"on": "sender"}, "for tables"),
    (bcn.Table({"k": ["x"], "n": [1]}), bcn.Table({"k": ["x"], "m": [1]}), {},
     "compared are 'n' and 'm'"),
    (bcn.Table({"k": ["x"], "n": [1]}), bcn.Table({"j": ["x"], "n": [1]}), {},
     "the keys are k and j"),
    (bcn.Table({"k": ["x", "x"], "n": [1, 2]}), bcn.Table({"k": ["x"], "n": [1]}), {},
     "two rows of the first table have k='x'"),
    (bcn.Table({"k": ["x"], "n": [1]}, units={"n": "alerts"}), bcn.Table({"k": ["x"], "n": [1]}),
     {}, "'n' is of alerts here and of None there"),
    (bcn.Table({"status": ["x"], "n": [1]}), bcn.Table({"status": ["x"], "n": [1]}), {},
     "'status' may not be a key"),
    (bcn.Table({"k": ["x"], "n": [1]}), bcn.Table({"k": ["x"], "n": [1]}), {"measure": "k"},
     "column of texts"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "options", "words"), NOT_THE_SAME)
def test_what_is_not_the_same_is_refused_in_words(
    one: Any, other: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(bcn.QueryError, match=words):
        bcn.compare(one, other, **options)


def test_other_measures_are_refused() -> None:
    rows = {"sent_at": ["2023-01-05"], "sender": ["A"], "receiver": ["B"], "size": [3],
            "message_id": ["1"]}  # fmt: skip
    log = bcn.read_messages(rows, members=bcn.Domain(LABELS))
    with pytest.raises(bcn.QueryError, match="are not two vintages of the same"):
        bcn.compare(log.count("sender"), log.sum("size", "sender"))
    with pytest.raises(bcn.QueryError, match="each once"):
        bcn.compare(log.count("sender"), log.count("sender", unit="message"))


def test_hours_keep_their_order_where_a_clock_goes_back() -> None:
    def hours(*times: str) -> bcn.Cube:
        return bcn.read_messages(
            {"sent_at": list(times), "sender": ["FRA"] * len(times),
             "receiver": ["DEU"] * len(times)}
        ).count("hour", tz="Europe/Paris")  # fmt: skip

    late = ["2023-10-29T00:30Z", "2023-10-29T01:30Z"]
    table = bcn.compare(hours("2023-10-28T12:00Z"), hours(*late))
    assert [(row["hour"], row["status"]) for row in table] == [
        ("2023-10-28T14+02:00", "removed"),
        ("2023-10-29T02+02:00", "added"), ("2023-10-29T02+01:00", "added"),
    ]  # fmt: skip


def test_revisions_are_printed_in_four_languages() -> None:
    one, other = (bcn.Table({"k": ["x"], "n": [n]}) for n in (1, 3))
    text = bcn.compare(one, other).in_language("fr").to_text()
    assert {"statut", "avant", "après", "modifié"} <= set(text.split())
