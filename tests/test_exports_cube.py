"""Every way out of a cube: the same figures, with or without zeros, in labels or names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn

LOG = bcn.read_messages(
    {
        "sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30Z", "2023-02-01T09:15Z"],
        "sender": ["FRA", "DEU", "NAM"],
        "receiver": ["DEU", "FRA", "DEU"],
        "kind": ["request", None, "=reply"],
    },
    domains={"kind": ["request", "=reply"]},
)
CUBE = LOG.count("sender", "kind")
NONZERO = [
    {"sender": "DEU", "kind": "not stated", "messages": 1},
    {"sender": "FRA", "kind": "request", "messages": 1},
    {"sender": "NAM", "kind": "=reply", "messages": 1},
]


def test_dicts_keep_zeros_unless_told_otherwise() -> None:
    assert CUBE.to_dicts(zeros=False) == NONZERO
    whole = CUBE.to_dicts()
    assert len(whole) == CUBE.size
    assert [row for row in whole if row["messages"]] == NONZERO
    assert whole[0] == {"sender": "ABW", "kind": "request", "messages": 0}


def test_names_leave_in_the_language_asked_for() -> None:
    for language, france in (("en", "France"), ("es", "Francia"), ("ar", "فرنسا")):
        rows = CUBE.to_dicts(labels="name", language=language, zeros=False)
        assert rows[1]["sender"] == france
    rows = LOG.count("sender.region").to_dicts(labels="name", language="fr", zeros=False)
    assert {row["sender.region"] for row in rows} == {"Europe", "Afrique"}
    assert {row["sender"] for row in CUBE.to_dicts(zeros=False)} == {"DEU", "FRA", "NAM"}


def test_csv_and_json_are_read_back_as_the_same_figures() -> None:
    text = CUBE.to_csv(zeros=False)
    assert text is not None
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["messages"]) for row in rows] == [1, 1, 1]
    assert rows[2]["kind"] == "'=reply"  # no formula for a spreadsheet
    assert rows[2]["sender"] == "NAM"
    assert json.loads(CUBE.to_json() or "") == CUBE.to_dicts()


def test_markdown_and_html_hold_the_figures() -> None:
    assert "| FRA " in CUBE.to_markdown(zeros=False)
    assert "<td>FRA</td>" in CUBE.to_html(zeros=False) or "FRA" in CUBE.to_html(zeros=False)


def test_arrow_pandas_and_polars_have_int64_and_ordered_labels() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    table = CUBE.to_arrow()
    assert table.schema.field("messages").type == pyarrow.int64()
    assert pyarrow.types.is_dictionary(table.schema.field("sender").type)
    assert table.to_pylist() == CUBE.to_dicts()
    assert pyarrow.table(CUBE).to_pylist() == CUBE.to_dicts()
    frame = CUBE.to_pandas()
    assert str(frame["messages"].dtype) == "int64"
    assert list(frame["kind"].cat.categories) == ["request", "=reply", "not stated"]
    assert frame["messages"].sum() == 3 and len(frame) == CUBE.size
    assert frame.groupby("kind", observed=False)["messages"].sum().tolist() == [1, 1, 1]
    assert isinstance(frame, pandas.DataFrame)
    other = CUBE.to_polars(zeros=False)
    assert other.to_dicts() == NONZERO
    assert polars.DataFrame(CUBE).height == CUBE.size


def test_a_flow_is_wide_in_pandas_unless_told_otherwise() -> None:
    pytest.importorskip("pandas")
    flow = LOG.flow()
    wide = flow.to_pandas()
    assert wide.shape == flow.shape
    assert wide.loc["FRA", "DEU"] == 1 and wide.to_numpy().sum() == 3
    long = flow.to_pandas(wide=False, zeros=False)
    assert list(long.columns) == ["sender", "receiver", "messages"] and len(long) == 3


def test_xarray_has_the_same_words() -> None:
    pytest.importorskip("xarray")
    cube = LOG.count("sender", "month", tz="Europe/Paris")
    array = cube.to_xarray()
    assert array.dims == cube.dims and array.name == "messages"
    assert int(array.sel(sender="FRA", month="2023-01")) == cube["FRA", "2023-01"] == 1
    assert array.sum("month").to_numpy().tolist() == cube.sum("month").to_numpy().tolist()
    assert array.attrs == {"unit": "messages", "note": cube.note()}


def test_a_workbook_holds_the_figures(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    path = tmp_path / "cube.xlsx"
    CUBE.to_excel(path, zeros=False)
    book = calamine.CalamineWorkbook.from_path(path)
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert {"FRA", "NAM", "=reply"} <= set(cells)


def test_integers_beyond_64_bits_leave_exactly() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2,
         "size": [2**63 - 1] * 2}
    )  # fmt: skip
    cube = log.sum("size", "sender")
    assert cube.to_dicts(zeros=False) == [{"sender": "FRA", "size": 2**64 - 2}]
    assert sum(value.as_py() for value in cube.to_arrow()["size"]) == 2**64 - 2
    with pytest.raises(bcn.QueryError, match="integers beyond 64 bits"):
        pyarrow.table(cube)


def test_sparse_cubes_leave_by_their_cells() -> None:
    log = bcn.simulate_messages(500, seed=1)
    cube = log.count("minute", "sender")
    assert cube.is_sparse
    rows = cube.to_dicts(zeros=False)
    assert sum(row["messages"] for row in rows) == 500
    assert all(cube[row["minute"], row["sender"]] == row["messages"] for row in rows)
    dense = log.count("day", "sender")
    assert not dense.is_sparse and sum(row["messages"] for row in dense.to_dicts()) == 500


def test_a_cube_without_axes_leaves_as_one_row() -> None:
    cube: Any = LOG.count()
    assert cube.to_dicts() == [{"messages": 3}]
    assert cube.to_csv() == "messages\n3\n"
    assert int(cube.to_numpy() if not hasattr(cube, "item") else cube.item()) == 3
