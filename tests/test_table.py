"""The table that people read: columns, rows, sorting, joining, printing."""

import copy
import html.parser
import pickle
from array import array
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpol_bcn.errors import InputError, LabelError, QueryError
from interpol_bcn.table import Column, Table

NAMES = {"en": ["Germany", "France"], "fr": ["Allemagne", "France"], "ar": ["ألمانيا", "فرنسا"]}


def sample(**options):
    sender = Column("sender", b"\1\0\2", labels=["DEU", "FRA"], names=NAMES)
    columns = {"sender": sender, "messages": [1_204_551, 0, 12], "share": [0.99, None, 0.01]}
    return Table(columns, formats={"share": "percent"}, **options)


# Columns


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, -2, None], "integer"),
        ([1, 2**70], "integer"),
        ([1, 2.5, None], "number"),
        (["a", None, ""], "text"),
        ([True, False, None], "boolean"),
        ([datetime(2023, 1, 1, tzinfo=UTC), None], "time"),
        ([None, None], "text"),
        ([], "text"),
    ],
)
def test_a_list_becomes_a_column_of_its_kind_and_reads_back(values, kind):
    column = Column("a", values)
    assert (column.kind, column.tolist(), len(column)) == (kind, values, len(values))
    assert [column[i] for i in range(len(values))] == values


@pytest.mark.parametrize("letter", "bBhHiIlLqQ")
def test_integer_buffers_of_every_width_are_read(letter):
    low = 0 if letter.isupper() else -3
    assert Column("a", array(letter, [low, 7])).tolist() == [low, 7]
    assert Column("a", array(letter, [low, 7])).kind == "integer"


def test_integers_past_64_bits_stay_exact():
    assert Column("a", array("Q", [2**64 - 1, 0])).tolist() == [2**64 - 1, 0]


def test_number_buffers_take_nan_as_missing():
    assert Column("a", array("d", [0.5, float("nan")])).tolist() == [0.5, None]
    assert Column("a", array("f", [0.5])).tolist() == [0.5]


def test_an_int64_or_float64_buffer_is_not_copied():
    integers, numbers = array("q", [1, 2]), array("d", [1.0])
    columns = [Column("a", integers), Column("b", numbers)]
    integers[0], numbers[0] = 9, 9.0  # a lender must not; this shows that nothing was copied
    assert [column[0] for column in columns] == [9, 9.0]


def test_a_strided_view_is_read_by_its_values():
    assert Column("a", memoryview(array("q", range(6)))[::2]).tolist() == [0, 2, 4]


@pytest.mark.parametrize("letter", "BHI")
def test_codes_past_the_labels_are_not_stated(letter):
    ones = 256 ** array(letter).itemsize - 1
    for labels in (["DEU", "FRA"], ["DEU", "FRA", None]):
        column = Column("a", array(letter, [1, 2, 0, ones]), labels=labels)
        assert column.tolist() == ["FRA", None, "DEU", None]
        assert [column[i] for i in range(4)] == ["FRA", None, "DEU", None]


def test_a_code_without_a_label_is_refused_with_its_row():
    with pytest.raises(InputError) as caught:
        Column("sender", array("H", [0, 9, 1]), labels=["DEU", "FRA"])
    assert (caught.value.row, caught.value.value) == (2, "9")


def test_labels_may_be_computed_on_demand():
    class Seconds:
        def __init__(self):
            self.read = 0

        def __len__(self):
            return 31_536_000

        def __getitem__(self, code):
            self.read += 1
            return f"second {code}"

    labels = Seconds()
    column = Column("second", array("I", [5, 31_535_999, 5]), labels=labels)
    assert column.tolist() == ["second 5", "second 31535999", "second 5"]
    assert column.dictionary()[0] == ["second 5", "second 31535999"]
    assert list(column.dictionary()[1]) == [0, 1, 0]
    assert labels.read < 10


def test_all_256_labels_of_a_byte_may_be_taken_and_missed():
    column = Column("a", bytes([255, 0]), labels=[str(i) for i in range(256)])
    assert column.take([0, -1]).tolist() == ["255", None]


@pytest.mark.parametrize(
    ("values", "row", "reason"),
    [
        ([1, "2"], 2, "not an integer"),
        ([1, True], 2, "not an integer"),
        (["a", 1.5], 2, "not a text"),
        ([None, 1, 2.5, "x"], 4, "not a number"),
        ([True, 1], 2, "not true or false"),
        ([1, object()], 2, "a table cannot hold object"),
        ([datetime(2023, 1, 1)], 1, "a time without a zone"),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_row(values, row, reason):
    with pytest.raises(InputError, match=reason) as caught:
        Column("a", values)
    assert (caught.value.column, caught.value.row) == ("a", row)


def test_times_keep_their_moment_in_any_zone():
    paris = timezone(timedelta(hours=1))
    column = Column("at", [datetime(2023, 1, 1, 1, tzinfo=paris)])
    assert column[0] == datetime(2023, 1, 1, tzinfo=UTC)
    assert column[0].tzinfo is UTC


def test_times_outside_the_calendar_are_refused():
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        Column("at", array("q", [2**62]), "time")


def test_numpy_arrays_and_scalars_are_read_as_they_are():
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    cases = [
        (numpy.array([1, -2]), "integer", [1, -2]),
        (numpy.array([1, 2], ">i8"), "integer", [1, 2]),
        (numpy.array([1, 2], "u1"), "integer", [1, 2]),
        (numpy.array([0.5, numpy.nan]), "number", [0.5, None]),
        (numpy.array([0.5], "f2"), "number", [0.5]),
        (numpy.array([True, False]), "boolean", [True, False]),
        (numpy.array(["a", "é"]), "text", ["a", "é"]),
        ([numpy.int64(1), None], "integer", [1, None]),
        ([numpy.float32(0.5), 1], "number", [0.5, 1.0]),
        ([numpy.bool_(True)], "boolean", [True]),
    ]
    for data, kind, values in cases:
        column = Column("a", data)
        assert (column.kind, column.tolist()) == (kind, values)
    with pytest.raises(InputError, match="a table cannot hold datetime64"):
        Column("a", numpy.array(["2023-01-01"], "M8[s]"))


# The table


def test_columns_of_different_length_are_refused_with_their_lengths():
    with pytest.raises(QueryError, match="a 1, b 2"):
        Table({"a": [1], "b": [1, 2]})


def test_a_unit_or_format_of_no_column_is_refused():
    with pytest.raises(LabelError, match="did you mean 'messages'"):
        Table({"messages": [1]}, units={"mesages": "messages"})


def test_an_unknown_column_suggests_the_nearest():
    with pytest.raises(LabelError, match="did you mean 'messages'"):
        sample()["mesages"]
    with pytest.raises(LabelError, match="the columns are sender, messages, share"):
        sample()["zzz"]


def test_rows_are_dicts():
    table = sample()
    assert table[0] == {"sender": "FRA", "messages": 1_204_551, "share": 0.99}
    assert table[-1] == {"sender": None, "messages": 12, "share": 0.01}
    assert list(table) == [table[0], table[1], table[2]] == table.to_dicts()
    with pytest.raises(IndexError, match="no row 3; the table has 3"):
        table[3]


def test_many_rows_are_iterated_in_order():
    table = Table({"n": range(10_000)})
    assert [row["n"] for row in table] == list(range(10_000))


def test_parts_share_the_words_around_them():
    table = sample(title="T", note="N", explain="E", language="fr")
    for part in (table.head(1), table.tail(2), table[1:], table.sort("messages"), table.top(1)):
        assert (part.title, part.note, part.explain(), part.language) == ("T", "N", "E", "fr")
    assert table.head(2)["sender"].tolist() == ["FRA", "DEU"]
    assert table.tail(1)["sender"].tolist() == [None]
    assert table[::-1]["messages"].tolist() == [12, 0, 1_204_551]
    assert (len(table.head(99)), len(table.tail(0))) == (3, 0)


def test_columns_are_selected_and_renamed():
    table = sample().select(["messages", "sender"]).rename({"messages": "n"})
    assert (table.columns, table.measure) == (("n", "sender"), "n")
    assert sample()[["share"]].columns == ("share",)
    with pytest.raises(QueryError, match="the same name: sender"):
        sample().rename({"messages": "sender"})


values = st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=30)


@given(values, st.booleans())
def test_sorting_is_stable_and_puts_missing_last(numbers, descending):
    table = Table({"n": Column("n", numbers, "integer"), "row": range(len(numbers))})
    known = [(n, row) for row, n in enumerate(numbers) if n is not None]
    expected = [row for _, row in sorted(known, key=lambda one: -one[0] if descending else one[0])]
    expected += [row for row, n in enumerate(numbers) if n is None]
    assert table.sort("n", descending=descending)["row"].tolist() == expected
    assert table.sort("n", descending=True).head(5) == table.top(5, by="n")


def test_several_columns_sort_each_its_way():
    table = Table({"a": [1, 2, 1, 2], "b": ["x", "y", "z", "w"]})
    ordered = table.sort(["a", "b"], descending=[True, False])
    assert ordered["b"].tolist() == ["w", "y", "x", "z"]


def test_labels_sort_by_their_place_in_the_domain():
    days = Column("day", bytes([2, 0, 1]), labels=["Monday", "Tuesday", "Friday"])
    ordered = Table.from_columns([days]).sort("day")["day"].tolist()
    assert ordered == ["Monday", "Tuesday", "Friday"]


def test_top_needs_figures_or_a_column():
    with pytest.raises(QueryError, match="say by which column"):
        Table({"a": ["x"]}).top(3)
    with pytest.raises(QueryError, match="0 or more"):
        sample().top(-1)


def test_nonzero_drops_rows_whose_measure_is_zero():
    assert sample().nonzero()["messages"].tolist() == [1_204_551, 12]
    assert sample(measure="share").nonzero() == sample()


rows = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 9)), max_size=6)


@given(rows, rows, st.sampled_from(["inner", "left", "outer"]))
def test_a_join_is_every_pair_of_rows_with_equal_keys(left, right, how):
    mine = Table({"k": Column("k", [k for k, _ in left], "text"), "x": [x for _, x in left]})
    its = Table({"k": Column("k", [k for k, _ in right], "text"), "y": [y for _, y in right]})
    expected = []
    for k, x in left:
        found = [y for other, y in right if other == k]
        expected += [(k, x, y) for y in found] or ([(k, x, None)] if how != "inner" else [])
    if how == "outer":
        keys = {k for k, _ in left}
        expected += [(k, None, y) for k, y in right if k not in keys]
    joined = mine.join(its, on="k", how=how, many=True)
    assert [tuple(row.values()) for row in joined] == expected


def test_keys_that_would_multiply_rows_are_refused():
    left = Table({"k": ["a"], "x": [1]})
    right = Table({"k": ["a", "a", "b", "b"], "y": [1, 2, 3, 4]})
    with pytest.raises(QueryError, match=r"2 rows of the other table have k='a'.*many=True"):
        left.join(right, on="k")
    assert len(left.join(right, on="k", many=True)) == 2
    assert len(right.join(left, on="k")) == 2


def test_columns_of_both_tables_need_a_suffix():
    table = sample()
    with pytest.raises(QueryError, match="both tables have messages, share"):
        table.join(table, on="sender")
    joined = table.join(table, on="sender", suffix="_2")
    assert joined.columns == ("sender", "messages", "share", "messages_2", "share_2")
    assert joined["messages_2"] == Column("messages_2", table["messages"])


def test_an_outer_join_of_the_same_labels_keeps_labels_and_names():
    other = Table({"sender": Column("sender", b"\0", labels=["DEU", "FRA"]), "region": ["Europe"]})
    joined = sample().select(["sender"]).head(1).join(other, on="sender", how="outer")
    assert (joined["sender"].kind, joined["sender"].tolist()) == ("label", ["FRA", "DEU"])
    assert joined["sender"].shown("fr").tolist() == ["France", "Allemagne"]
    assert joined["region"].tolist() == [None, "Europe"]


def test_joining_on_two_columns_and_wrong_options():
    left = Table({"a": ["x", "x"], "b": [1, 2], "n": [5, 6]})
    right = Table({"a": ["x"], "b": [2], "m": [7]})
    assert left.join(right, on=["a", "b"]).to_dicts() == [{"a": "x", "b": 2, "n": 6, "m": 7}]
    with pytest.raises(QueryError, match="how is"):
        left.join(right, on="a", how="right")
    with pytest.raises(LabelError):
        left.join(right, on="n")


def test_tables_are_equal_by_content():
    listed = Table({"sender": ["FRA", "DEU", None], "messages": [1_204_551, 0, 12]})
    assert sample().select(["sender", "messages"]) == listed
    assert sample() != listed
    assert listed != listed.head(2)
    assert listed != 7


def test_tables_survive_pickling_and_copying():
    table = sample(title="T", note="N", explain="E", language="fr", labels="name")
    for twin in (pickle.loads(pickle.dumps(table)), copy.deepcopy(table)):
        assert twin == table
        assert repr(twin) == repr(table)
        assert twin.explain() == "E"


def test_tables_have_no_hash_and_no_setters():
    with pytest.raises(TypeError):
        hash(sample())
    with pytest.raises(AttributeError):
        sample().title = "other"
    with pytest.raises(TypeError):
        sample()["messages"].data[0] = 1


def test_keys_are_completed_in_a_notebook():
    assert sample()._ipython_key_completions_() == ["sender", "messages", "share"]
    assert {"to_pandas", "join", "top"} <= set(dir(sample()))


# Printing


def test_a_table_prints_aligned_with_its_title_and_note():
    assert repr(sample(title="Sent", note="2023 UTC")).splitlines() == [
        "Sent",
        "sender       messages  share",
        "──────────  ─────────  ─────",
        "FRA         1,204,551  99.0%",
        "DEU                 0",
        "not stated         12   1.0%",
        "2023 UTC",
    ]


def test_a_table_speaks_another_language():
    assert repr(sample().in_language("fr")).splitlines() == [
        "expéditeur    messages    part",
        "───────────  ─────────  ──────",
        "France       1\u202f204\u202f551  99,0\u00a0%",
        "Allemagne            0",
        "non précisé         12   1,0\u00a0%",
    ]


def test_a_long_table_prints_its_head_and_says_how_many_more():
    table = Table({"n": range(196)})
    assert repr(table).splitlines()[-1] == "… 176 more rows"
    assert len(repr(table).splitlines()) == 23
    assert repr(table.head(21)).splitlines()[-1] == "… 1 more row"
    assert table._repr_html_().count("<tr>") == 62
    assert "… 136 more rows" in table._repr_html_()


def test_an_empty_table_says_so():
    assert repr(Table({"a": [], "b": []})).splitlines() == ["a  b", "─  ─", "no rows"]
    assert repr(Table({})) == "no rows"
    assert "no rows" in Table({})._repr_html_()


@pytest.mark.parametrize("width", [10, 20, 40, 79, 200])
def test_a_print_fits_its_width(width):
    names = {"name": ["République démocratique du Congo" * 2, "日本国" * 20], "n": [10**8, 5]}
    table = Table({**names, **{f"c{i}": [1.5, 2] for i in range(9)}})
    from interpol_bcn._text import text_width

    lines = table.to_text(width=width).splitlines()
    kept = [line for line in lines if "not shown" not in line]
    assert max(map(text_width, kept)) <= max(width, 8)
    assert ("not shown" in lines[-1]) == (width < 79)


def test_the_measure_is_the_last_to_be_left_out():
    table = Table({"a": ["x"], "b": [0.5], "n": [123456]}, measure="n")
    assert table.to_text(width=12).splitlines()[2:] == ["x  123,456", "columns not shown: b"]


def test_the_terminal_says_the_width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    table = Table({"a": ["x" * 100], "n": [1]})
    assert max(map(len, repr(table).splitlines())) == 30


def test_labels_cannot_drive_the_terminal():
    text = repr(Table({"a": ["\x1b[31mred\x07", "two\nlines", "\u202egnp.exe"]}))
    assert "\\x1b[31mred\\x07" in text
    assert "two\\nlines" in text
    assert "\u202e" not in text


def test_arabic_cells_keep_the_figures_beside_them_in_place():
    line = sample().in_language("ar").to_text().splitlines()[2]
    assert line.startswith("\u200eفرنسا\u200e")
    assert line.index("1,204,551") < line.index("99.0%")


class Outline(html.parser.HTMLParser):
    """Checks that tags nest, and collects them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_html_is_a_headed_table_with_caption_and_footer():
    outline = Outline(sample(title="Sent", note="2023 UTC").to_html())
    tags = [tag for tag, _ in outline.tags]
    scopes = [attributes.get("scope") for tag, attributes in outline.tags if tag == "th"]
    assert {"table", "caption", "thead", "tbody", "tfoot"} <= set(tags)
    assert scopes == ["col"] * 3 + ["row"] * 3
    assert {"Sent", "2023 UTC", "1,204,551", "99.0%", "not stated"} <= set(outline.texts)
    assert ("th", "Germany") in [(tag, one.get("title")) for tag, one in outline.tags]


def test_html_is_escaped_everywhere():
    bad = '<script>alert("1")</script>&'
    column = Column(bad, b"\0", labels=[bad], names={"en": [bad]}, unit="<b>&")
    for labels in ("code", "name"):
        table = Table.from_columns([column], title=bad, note=bad, labels=labels)
        outline = Outline(table._repr_html_())
        assert "script" not in [tag for tag, _ in outline.tags]
        assert "<script" not in table._repr_html_()
        assert outline.texts.count(bad) == 3
        assert f"{bad} (<b>&)" in outline.texts


def test_arabic_html_runs_from_right_to_left():
    text = sample().in_language("ar").to_html()
    assert text.startswith('<table lang="ar" dir="rtl"')
    assert sample().to_html(language="ar", labels="name") == text
    assert "Allemagne" in sample().to_markdown(language="fr", labels="name")
    assert "Allemagne" not in sample().to_markdown(language="fr", labels="name", zeros=False)
    assert '<bdi dir="ltr">1,204,551</bdi>' in text


def test_markdown_is_escaped():
    text = Table({"a|b": ["x|y", "*z*", "<b>"]}).to_markdown()
    assert text.splitlines()[0] == r"| a\|b  |"
    assert text.splitlines()[2:] == [r"| x\|y  |", r"| \*z\* |", r"| \<b\> |"]


def test_explain_falls_back_to_the_note():
    assert sample(note="N").explain() == "N"
    assert sample().explain() == ""
