"""What leaves a table is what was in it, in every form."""

import csv
import gc
import io
import json
import sys
from array import array
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpol_bcn import _core
from interpol_bcn.errors import MissingExtra, QueryError
from interpol_bcn.table import Column, Table

AT = [datetime(2023, 1, 31, 9, 30, tzinfo=UTC), None, datetime(1999, 12, 31, 23, 59, 59, 5, UTC)]


def sample():
    names = {"fr": ["Allemagne", "France"], "en": ["Germany", "France"]}
    return Table(
        {
            "sender": Column("sender", b"\1\0\2", labels=["DEU", "FRA", None], names=names),
            "messages": array("q", [2**62, 0, 12]),
            "share": [0.1, None, 1e-300],
            "at": AT,
            "note": ["né", "", None],
            "replies": [1, None, 0],
            "public": [True, False, None],
        },
        title="Sent",
        note="2023 UTC",
    )


def plain(rows):
    """Rows as tuples, with every library's missing value as None."""
    return [tuple(None if value is None or value != value else value for value in r) for r in rows]


EXPECTED = [tuple(row.values()) for row in sample()]

# CSV


def test_csv_is_written_in_full():
    assert sample().to_csv() == (
        "sender,messages,share,at,note,replies,public\n"
        "FRA,4611686018427387904,0.1,2023-01-31T09:30:00Z,né,1,true\n"
        'DEU,0,,,"",,false\n'
        ",12,1e-300,1999-12-31T23:59:59.000005Z,,0,\n"
    )


texts = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=8)


@given(texts)
def test_any_text_survives_csv(values):
    table = Table({"a": Column("a", values, "text"), "b": range(len(values))})
    read = list(csv.reader(io.StringIO(table.to_csv(formulas="keep"), newline="")))
    assert read == [["a", "b"], *([text, str(i)] for i, text in enumerate(values))]
    labelled = Table({"a": Column("a", values, "label"), "b": range(len(values))})
    assert labelled.to_csv() == table.to_csv()


def test_a_missing_value_alone_in_its_row_is_not_an_empty_line():
    assert Table({"a": ["x", None]}).to_csv() == 'a\nx\n""\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_cannot_become_a_formula_in_a_spreadsheet(start):
    bad = start + "cmd|' /C calc'!A0"
    table = Table({bad: Column(bad, b"\0", labels=[bad]), "n": [-5], "x": [-0.5]})
    guarded = next(csv.reader(io.StringIO(table.to_csv().partition("\n")[2], newline="")))
    if start not in "\r":
        assert guarded == ["'" + bad, "-5", "-0.5"]
    assert table.to_csv().count("'" + start) == 2
    assert ("'" + start) not in table.to_csv(formulas="keep")
    with pytest.raises(QueryError, match="formulas is"):
        table.to_csv(formulas="no")


def test_labels_leave_as_codes_or_as_names():
    table = sample().select(["sender"])
    assert table.to_csv(labels="name", language="fr") == 'sender\nFrance\nAllemagne\n""\n'
    assert table.to_dicts(labels="name")[1] == {"sender": "Germany"}
    assert table.in_language("fr").to_dicts()[1] == {"sender": "DEU"}
    assert table.in_language("fr").to_dicts(labels="name")[1] == {"sender": "Allemagne"}
    with pytest.raises(QueryError, match='"code" or "name"'):
        table.to_csv(labels="names")
    with pytest.raises(QueryError, match="no language 'de'"):
        table.to_csv(labels="name", language="de")


def test_zeros_stay_unless_dropped():
    table = sample()
    assert [row["messages"] for row in table.to_dicts(zeros=False)] == [2**62, 12]
    assert len(table.to_csv(zeros=False).splitlines()) == 3
    assert len(json.loads(table.to_json())) == 3


def test_files_hold_what_is_returned_as_text(tmp_path):
    path = tmp_path / "a"
    assert sample().to_csv(path) is None
    assert path.read_bytes() == sample().to_csv().encode()
    assert sample().to_json(path) is None
    assert path.read_bytes() == sample().to_json().encode()


# JSON


def test_json_is_an_array_of_objects():
    rows = json.loads(sample().to_json())
    expected = [
        {k: v.isoformat().replace("+00:00", "Z") if k == "at" and v else v for k, v in row.items()}
        for row in sample()
    ]
    assert rows == expected
    assert json.loads(Table({}).to_json()) == []
    assert json.loads(Table({"x": [float("inf")]}).to_json()) == [{"x": None}]


# Arrow


def test_arrow_holds_the_same_values_and_types():
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    arrow = sample().to_arrow()
    arrow.validate(full=True)
    assert plain(row.values() for row in arrow.to_pylist()) == EXPECTED
    kinds = [str(kind) for kind in arrow.schema.types]
    assert kinds[0] == "dictionary<values=string, indices=uint8, ordered=0>"
    assert kinds[1:] == [
        "int64",
        "double",
        "timestamp[us, tz=UTC]",
        "string",
        "int64",
        "bool",
    ]
    assert arrow.schema.metadata == {b"title": b"Sent", b"note": b"2023 UTC"}
    assert arrow["sender"].chunk(0).dictionary == pyarrow.array(["DEU", "FRA"])


def test_any_arrow_library_reads_a_table_through_capsules():
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert pyarrow.table(sample()).to_pylist() == sample().to_arrow().to_pylist()
    assert pyarrow.schema(sample()) == sample().to_arrow().schema
    with pytest.raises(QueryError, match="integers beyond 64 bits"):
        pyarrow.table(Table({"n": [2**70]}))


def test_integers_beyond_64_bits_leave_arrow_as_decimals():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    arrow = Table({"n": [2**70, None, -1]}).to_arrow()
    assert str(arrow.schema.types[0]) == "decimal128(38, 0)"
    assert [value and int(value) for value in arrow["n"].to_pylist()] == [2**70, None, -1]
    with pytest.raises(QueryError, match="over 38 digits"):
        Table({"n": [10**40]}).to_arrow()


def test_parts_and_empty_tables_leave_too():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert plain(r.values() for r in sample()[1:].to_arrow().to_pylist()) == EXPECTED[1:]
    assert sample()[:0].to_arrow().num_rows == 0
    assert sample()[:0].to_arrow().schema == sample().to_arrow().schema


def test_figures_of_the_core_leave_without_a_copy():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    cube = _core.Cube.from_cells((2, 3), array("q", [5, 0, 7, 0, 9, 0]))
    (rows, columns), values, _ = cube.columns(True)
    table = Table.from_columns(
        [
            Column("sender", rows, labels=["DEU", "FRA"]),
            Column("receiver", columns, labels=["DEU", "FRA", None]),
            Column("messages", values),
        ]
    )
    assert table.to_csv(zeros=False) == "sender,receiver,messages\nDEU,DEU,5\nDEU,,7\nFRA,FRA,9\n"
    addresses = [table.to_arrow()["messages"].chunk(0).buffers()[1].address for _ in range(2)]
    assert addresses[0] == addresses[1]
    lent = table.to_arrow()
    del table, cube, rows, columns, values
    gc.collect()
    assert lent["messages"].to_pylist() == [5, 0, 7, 0, 9, 0]
    assert lent["receiver"].to_pylist() == ["DEU", "FRA", None] * 2


# pandas and polars


def test_pandas_holds_the_same_values_and_types():
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = sample().to_pandas()
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    assert plain(rows) == EXPECTED
    kinds = {name: str(kind) for name, kind in frame.dtypes.items() if name != "note"}
    assert kinds == {
        "sender": "category",
        "messages": "int64",
        "share": "float64",
        "at": "datetime64[us, UTC]",
        "replies": "Int64",
        "public": "boolean",
    }
    assert list(frame["sender"].cat.categories) == ["DEU", "FRA"]
    assert (len(sample()[:0].to_pandas()), len(Table({}).to_pandas())) == (0, 0)


def test_a_pandas_frame_may_be_changed_without_changing_the_table():
    pytest.importorskip("pandas", reason="pandas is not installed")
    table = sample()
    frame = table.to_pandas()
    frame.loc[0, "messages"] = 7
    frame.loc[0, "share"] = 7.0
    assert table == sample()


def test_pandas_keeps_large_integers_exact():
    pytest.importorskip("pandas", reason="pandas is not installed")
    assert list(Table({"n": [2**70, 1]}).to_pandas()["n"]) == [2**70, 1]


def test_polars_holds_the_same_values_and_types():
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = sample().to_polars()
    assert plain(frame.rows()) == EXPECTED
    assert frame.dtypes == [
        polars.Enum(["DEU", "FRA"]),
        polars.Int64,
        polars.Float64,
        polars.Datetime("us", "UTC"),
        polars.String,
        polars.Int64,
        polars.Boolean,
    ]
    assert sample()[:0].to_polars().height == 0
    assert Table({"n": [2**70]}).to_polars()["n"].to_list() == [2**70]


def test_labels_with_the_same_name_become_one_category():
    column = Column("a", b"\0\1\2", labels=["x", "y", "z"], names={"en": ["N", "N", "M"]})
    table = Table.from_columns([column])
    for library, export in (("pandas", table.to_pandas), ("polars", table.to_polars)):
        pytest.importorskip(library, reason=f"{library} is not installed")
        assert list(export(labels="name")["a"]) == ["N", "N", "M"]


@pytest.mark.parametrize("letter", "BHI")
def test_codes_of_every_width_leave_with_their_missing(letter):
    ones = 256 ** array(letter).itemsize - 1
    table = Table.from_columns([Column("a", array(letter, [1, ones, 2, 0]), labels=["x", "y"])])
    expected = ["y", None, None, "x"]
    assert table.to_csv() == 'a\ny\n""\n""\nx\n'
    for library in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(library, reason=f"{library} is not installed")
    assert plain([list(table.to_pandas()["a"])]) == [tuple(expected)]
    assert table.to_polars()["a"].to_list() == expected
    assert table.to_arrow()["a"].to_pylist() == expected


# Excel


def test_excel_holds_the_same_values(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, the reader, is not installed")
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    path = tmp_path / "a.xlsx"
    sample().to_excel(path)
    book = openpyxl.load_workbook(path)
    rows = list(book["table"].iter_rows(values_only=True))
    assert rows[0] == ("sender", "messages", "share", "at (UTC)", "note", "replies", "public")
    assert rows[1][:3] == ("FRA", str(2**62), 0.1)
    assert rows[1][3] == AT[0].replace(tzinfo=None)
    assert rows[2][:3] == ("DEU", 0, None)
    assert rows[3][5:] == (0, None)
    assert [row[0] for row in book["about"].iter_rows(values_only=True)] == ["Sent", "2023 UTC"]
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_excel_never_gets_a_formula_or_a_link(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, the reader, is not installed")
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    bad = ["=1+1", "http://example.org", "{=A1}", "@x", "007"]
    path = tmp_path / "a.xlsx"
    Table({"=a": bad}).to_excel(path)
    cells = [row[0] for row in openpyxl.load_workbook(path)["table"].iter_rows()]
    assert [cell.value for cell in cells] == ["=a", *bad]
    assert {cell.data_type for cell in cells[2:]} == {"s"}
    import zipfile

    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_excel_names_the_cell_and_the_limit(tmp_path):
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(QueryError, match="row 2, column 'a': a text of 40,000 letters"):
        Table({"a": ["x", "y" * 40_000]}).to_excel(path)
    with pytest.raises(QueryError, match="1,048,576 rows and 1 columns do not fit a sheet"):
        Table({"a": array("q", bytes(8 * 1_048_576))}).to_excel(path)
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_excel_speaks_the_language_of_its_names(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, the reader, is not installed")
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    sample().to_excel(tmp_path / "a.xlsx", labels="name", language="fr")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["table"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["expéditeur", "France", "Allemagne"]


@pytest.mark.parametrize(
    ("library", "export", "extra"),
    [
        ("pyarrow", "to_arrow", "parquet"),
        ("pandas", "to_pandas", "pandas"),
        ("polars", "to_polars", "polars"),
        ("xlsxwriter", "to_excel", "excel"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    monkeypatch, tmp_path, library, export, extra
):
    monkeypatch.setitem(sys.modules, library, None)
    arguments = [tmp_path / "a.xlsx"] if export == "to_excel" else []
    with pytest.raises(MissingExtra, match=rf"pip install 'interpol_bcn\[{extra}\]'"):
        getattr(sample(), export)(*arguments)
    assert list(tmp_path.iterdir()) == []
