"""Tables on their way out: what other libraries see, and how they let go."""

import gc
import subprocess
import sys
import threading
from array import array

import pytest

from interpol_bcn import _core

NAMES = ["sender", "count", "share", "person", "open", "sent_at", "day"]


def bytes_of(format, values):
    return array(format, values)


def example():
    return _core.arrow_export(
        [
            ("sender", "label", bytes_of("B", [1, 255, 0]), ["FRA", "DEU"], None),
            ("count", "integer", bytes_of("q", [-1, 2**63 - 1, 0]), None, b"\0\0\1"),
            ("share", "float", bytes_of("d", [0.5, float("inf"), -0.25]), None, None),
            ("person", "text", ["é", None, ""], None, None),
            ("open", "bool", b"\1\0\1", None, b"\0\1\0"),
            ("sent_at", "time", bytes_of("q", [0, -(2**63), 1]), None, None),
            ("day", "date", bytes_of("i", [0, 19358, -1]), None, None),
        ]
    )


ROWS = [
    {"sender": "DEU", "count": -1, "share": 0.5, "person": "é", "open": True},
    {"sender": None, "count": 2**63 - 1, "share": float("inf"), "person": None, "open": None},
    {"sender": "FRA", "count": None, "share": -0.25, "person": "", "open": True},
]


def test_pyarrow_reads_every_kind_with_its_nulls():
    pa = pytest.importorskip("pyarrow")
    table = pa.table(example())
    table.validate(full=True)
    assert table.schema.names == NAMES
    assert [str(type) for type in table.schema.types] == [
        "dictionary<values=string, indices=uint8, ordered=0>",
        "int64",
        "double",
        "string",
        "bool",
        "timestamp[us, tz=UTC]",
        "date32[day]",
    ]
    assert table.select(NAMES[:5]).to_pylist() == ROWS
    assert table["sent_at"].cast(pa.int64()).to_pylist() == [0, None, 1]
    assert table["day"].cast(pa.int32()).to_pylist() == [0, 19358, -1]


def test_polars_reads_every_kind_with_its_nulls():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(example())
    assert frame.columns == NAMES
    assert frame.select(NAMES[:5]).with_columns(pl.col("sender").cast(pl.String)).to_dicts() == ROWS


def test_duckdb_reads_the_table_by_its_name_twice():
    duckdb = pytest.importorskip("duckdb")
    figures = example()
    connection = duckdb.connect()
    for _ in range(2):
        found = connection.sql("select sender, count from figures where count is not null")
        assert found.fetchall() == [("DEU", -1), (None, 2**63 - 1)]
    assert len(figures) == 3


def test_a10_each_call_gives_a_fresh_stream():
    pa = pytest.importorskip("pyarrow")
    table = example()
    assert pa.table(table).equals(pa.table(table))
    first, second = table.__arrow_c_stream__(), table.__arrow_c_stream__()
    assert first is not second


def test_a11_the_schema_is_there_without_opening_a_stream():
    pa = pytest.importorskip("pyarrow")
    table = example()
    assert pa.schema(table).names == NAMES
    assert pa.table(table).num_rows == 3


def test_the_record_batch_form_is_the_same_table():
    pa = pytest.importorskip("pyarrow")
    table = example()
    assert pa.Table.from_batches([pa.record_batch(table)]).equals(pa.table(table))


def test_a12_memory_outlives_the_table_and_is_released_by_another_thread():
    pa = pytest.importorskip("pyarrow")
    held = [pa.table(example())]
    gc.collect()
    assert held[0]["count"].to_pylist() == [-1, 2**63 - 1, None]
    thread = threading.Thread(target=held.clear)
    thread.start()
    thread.join()
    assert held == []


def test_a12_release_works_after_the_interpreter_is_finalized():
    pytest.importorskip("pyarrow")
    program = """
import ctypes
from array import array
from interpol_bcn import _core
pointer = ctypes.pythonapi.PyCapsule_GetPointer
pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
table = _core.arrow_export([("n", "integer", array("q", [1, 2]), None, None)])
stream = table.__arrow_c_stream__()
at = pointer(stream, b"arrow_array_stream")
# Move the struct (five words) away: the capsule has nothing left to release.
moved = (ctypes.c_void_p * 5)(*(ctypes.c_void_p * 5).from_address(at))
ctypes.c_void_p.from_address(at + 24).value = None
release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
del table, stream
libc = ctypes.CDLL(None)
# A C function run by exit() after Python is gone: release(&moved).
keep = ctypes.pythonapi.Py_IncRef
keep.argtypes = [ctypes.py_object]
keep(moved)
libc.__cxa_atexit.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
libc.__cxa_atexit(moved[3], ctypes.addressof(moved), None)
print("ready")
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs __cxa_atexit of a Linux C library")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_unused_capsules_free_what_they_hold():
    table = example()
    for _ in range(1000):
        table.__arrow_c_stream__()
        table.__arrow_c_array__()
        table.__arrow_c_schema__()
    assert len(table) == 3


def test_a_requested_schema_of_other_columns_is_refused():
    table = example()
    other = _core.arrow_export([("n", "integer", array("q", [1]), None, None)])
    with pytest.raises(ValueError, match="the requested schema has 1 columns, the table 7"):
        table.__arrow_c_stream__(requested_schema=other.__arrow_c_schema__())
    with pytest.raises(ValueError):
        table.__arrow_c_stream__(requested_schema=table.__arrow_c_stream__())
    assert table.__arrow_c_stream__(table.__arrow_c_schema__()) is not None


@pytest.mark.parametrize(
    ("column", "error", "words"),
    [
        (("a", "label", array("B", [2]), ["x", "y"], None), ValueError, "row 0: code 2, but 2 la"),
        (("a", "integer", array("d", [2]), None, None), TypeError, "are not integers"),
        (("a", "time", array("i", [2]), None, None), TypeError, "do not fit the kind 'time'"),
        (("a", "text", ["x", 3], None, None), TypeError, "row 1: 3 is not a text"),
        (("a", "integer", array("q", [1, 2]), None, b"\0"), ValueError, "2 rows, but nulls for 1"),
        (("a", "colour", array("q", [1]), None, None), ValueError, "no kind 'colour'"),
        (("a", "integer", [1], None, None), TypeError, "bytes-like"),
        (("a",), TypeError, "exactly 5 arguments"),
    ],
)
def test_a_column_that_is_not_what_it_says_is_refused(column, error, words):
    with pytest.raises(error, match=words):
        _core.arrow_export([column])


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="column 'b' has 2 rows, column 'a' has 1"):
        _core.arrow_export(
            [
                ("a", "integer", array("q", [1]), None, None),
                ("b", "integer", array("q", [1, 2]), None, None),
            ]
        )


def test_a_lent_table_is_never_handed_out():
    table = _core.arrow_export([("a", "integer", array("q", [1]), None, None)], True)
    with pytest.raises(ValueError, match="borrows its memory"):
        table.__arrow_c_stream__()


def test_a_stream_is_taken_once():
    source = _core.arrow_open(example())
    assert source.fields == (
        ("sender", "dictionary(utf8)"),
        ("count", "int64"),
        ("share", "float64"),
        ("person", "utf8"),
        ("open", "bool"),
        ("sent_at", "timestamp[us, UTC]"),
        ("day", "date32"),
    )
    assert source.fields is source.fields
    again = _core.arrow_open(source)
    assert again.fields == source.fields
    with pytest.raises(ValueError, match="already been read"):
        _core.arrow_open(source)
    capsule = example().__arrow_c_stream__()
    assert _core.arrow_open(capsule).fields == source.fields
    with pytest.raises(ValueError, match="already been read"):
        _core.arrow_open(capsule)
    with pytest.raises(TypeError, match="neither __arrow_c_stream__"):
        _core.arrow_open(3)


def test_an_object_with_only_the_array_method_is_a_stream_of_one_batch():
    pa = pytest.importorskip("pyarrow")

    class Batch:
        def __arrow_c_array__(self, requested_schema=None):
            return pa.record_batch({"n": [1, 2]}).__arrow_c_array__()

    assert _core.arrow_open(Batch()).fields == (("n", "int64"),)
