"""What goes wrong between libraries when columns change hands: each pitfall, as it comes in."""

from __future__ import annotations

import ctypes
import datetime
import threading
from typing import Any

import pytest
from reference import messages as twin

import interpol_bcn as bcn
from interpol_bcn.errors import InputError

pa = pytest.importorskip("pyarrow")

BUREAUS = ["FRA", "DEU", "ITA", "ESP", "NAM", "JPN"]
TIMES = [f"2023-01-0{i + 1}T00:00:00Z" for i in range(6)]


def table(**columns: Any) -> Any:
    """A table of six valid rows, some columns replaced."""
    filled = {"sent_at": TIMES, "sender": BUREAUS, "receiver": ["FRA"] * 6, **columns}
    return pa.table(filled)


def senders(source: Any, **options: Any) -> list[Any]:
    return [row["sender"] for row in twin.rows_of(bcn.read_messages(source, **options))]


def column(source: Any, name: str, **options: Any) -> list[Any]:
    return [row[name] for row in twin.rows_of(bcn.read_messages(source, **options))]


TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_a1_the_offset_of_a_slice_counts_once(kind: Any) -> None:
    whole = table(sender=pa.array(BUREAUS).cast(kind))
    for start in range(5):
        assert senders(whole.slice(start, 2)) == BUREAUS[start : start + 2]
        batch = whole.to_batches()[0].slice(start).slice(1)
        assert senders(batch) == BUREAUS[start + 1 :]


def test_a2_offsets_need_not_begin_at_zero() -> None:
    letters = b"xxxxFRADEUITAESPNAMJPN"
    offsets = pa.array([4 + 3 * i for i in range(7)], pa.int32()).buffers()[1]
    array = pa.StringArray.from_buffers(6, offsets, pa.py_buffer(letters))
    assert senders(table(sender=array)) == BUREAUS
    assert senders(table(sender=array).slice(2, 3)) == BUREAUS[2:5]


def test_a3_bitmaps_cut_apart_from_their_values() -> None:
    for start in range(9):
        kinds = pa.array([None] * start + ["a", None, "b", None, "c", "d"]).slice(start)
        sizes = pa.array([7] * (2 * start) + [1, None, 3, None, 5, 6]).slice(2 * start)
        source = table(kind=kinds, size=sizes)
        assert column(source, "kind") == ["a", None, "b", None, "c", "d"]
        assert column(source, "size") == [1, None, 3, None, 5, 6]


class Hand:
    """An object that hands over one array, changed by ``change`` on its way."""

    def __init__(self, batch: Any, change: Any) -> None:
        self.batch = batch
        self.change = change
        self.released = 0

    def __arrow_c_array__(self, requested: Any = None) -> Any:
        schema, array = self.batch.__arrow_c_array__()
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self.change(CArray.from_address(get(array, b"arrow_array")))
        return schema, array


class CArray(ctypes.Structure):
    """struct ArrowArray."""


CArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(CArray))),
    ("dictionary", ctypes.POINTER(CArray)),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]


def test_a4_a_null_count_that_is_not_known_without_a_bitmap() -> None:
    def unknown(array: CArray) -> None:
        array.null_count = -1
        for i in range(array.n_children):
            array.children[i].contents.null_count = -1

    assert senders(Hand(table().to_batches()[0], unknown)) == BUREAUS


def test_a5_a_record_batch_has_an_offset_and_nulls_of_its_own() -> None:
    mask = pa.py_buffer(bytes([0b00101110]))  # rows 1 2 3 5 have values

    def hide(array: CArray) -> None:
        array.buffers[0] = mask.address
        array.null_count = -1

    def cut(array: CArray) -> None:
        array.offset, array.length = 2, 3

    batch = table().to_batches()[0]
    assert senders(Hand(batch, cut)) == BUREAUS[2:5]
    log = bcn.read_messages(Hand(batch, hide), errors="reject")
    assert [row["sender"] for row in twin.rows_of(log)] == ["DEU", "ITA", "ESP", "JPN"]
    assert log.rejected.by("column", "reason").to_dicts() == [
        {"column": "sent_at", "reason": "missing", "rows": 2}
    ]


def test_a6_views_inline_and_beyond_and_a_wrong_count_of_buffers() -> None:
    names = ["FRA", "exactly 12 b", "thirteen byte", "a name far beyond twelve bytes", "", None]
    source = table(kind=pa.array(names, pa.string_view()))
    assert column(source, "kind") == [*names[:4], None, None]
    sent = [*names[:4], None, None]
    assert column(source.slice(1, 3), "kind") == sent[1:4]

    def fewer(array: CArray) -> None:
        array.children[3].contents.n_buffers = 1

    with pytest.raises(InputError, match="kind"):
        bcn.read_messages(Hand(source.to_batches()[0], fewer))


@pytest.mark.parametrize(
    "index", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
@pytest.mark.parametrize("values", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_a7_dictionaries_with_any_index_and_any_text(index: str, values: Any) -> None:
    codes = pa.array([3, None, 0, 2, 1, 3], getattr(pa, index)())
    words = pa.array(["w", "x", None, "z"], values)
    source = table(kind=pa.DictionaryArray.from_arrays(codes, words))
    assert column(source, "kind") == ["z", None, "w", None, "x", "z"]
    assert column(source.slice(2), "kind") == ["w", None, "x", "z"]


def test_a7_an_index_outside_the_dictionary_is_refused() -> None:
    for bad in (2, -1):
        codes = pa.array([0, 1, 0, bad, 1, 0], pa.int8())
        array = pa.DictionaryArray.from_arrays(codes, pa.array(["x", "y"]), safe=False)
        with pytest.raises(InputError, match=r"kind.*outside the dictionary"):
            bcn.read_messages(table(kind=array))


def test_a7_enumerations_of_polars() -> None:
    pl = pytest.importorskip("polars")
    for kind in (pl.Enum(BUREAUS), pl.Categorical):
        frame = pl.DataFrame({"sent_at": TIMES, "sender": BUREAUS, "receiver": ["FRA"] * 6})
        frame = frame.with_columns(pl.col("sender").cast(kind))
        assert senders(frame) == BUREAUS
        assert senders(frame[2:5]) == BUREAUS[2:5]
        assert senders(frame.lazy()) == BUREAUS


def test_a8_every_batch_may_bring_another_dictionary() -> None:
    batches = []
    for shift in range(4):
        words = BUREAUS[shift:] + BUREAUS[:shift]
        codes = pa.array([0, 1, 2, 3, 4, 5], pa.int32())
        array = pa.DictionaryArray.from_arrays(codes, pa.array(words))
        batches += table(sender=array).to_batches()
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    expected = [name for shift in range(4) for name in BUREAUS[shift:] + BUREAUS[:shift]]
    assert senders(reader) == expected


@pytest.mark.parametrize("zone", ["UTC", "+01:00", "Europe/Paris", "America/New_York", "Etc/UTC"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a9_times_with_a_zone_are_utc_whatever_its_name(zone: str, unit: str) -> None:
    moments = [1_683_195_630 + i for i in range(6)]
    factor = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    stamps = pa.array([m * factor for m in moments], pa.int64()).cast(pa.timestamp(unit, zone))
    assert column(table(sent_at=stamps), "sent_at") == [m * 10**6 for m in moments]


def test_a9_times_without_a_zone_need_one() -> None:
    naive = [datetime.datetime(2023, 6, 1, 12)] * 6
    source = table(sent_at=pa.array(naive, pa.timestamp("us")))
    with pytest.raises(InputError, match="time without a zone"):
        bcn.read_messages(source)
    expected = datetime.datetime(2023, 6, 1, 10) - twin.EPOCH
    times = column(source, "sent_at", source_tz="Europe/Paris")
    assert times == [expected // twin.MICROSECOND] * 6


def test_a9_dates_of_both_widths_are_dates() -> None:
    days = [datetime.date(2023, 1, i + 1) for i in range(6)]
    for kind in (pa.date32(), pa.date64()):
        log = bcn.read_messages(table(sent_at=pa.array(days, kind)))
        assert log.dates_only
        assert log.count("day").total() == 6


@pytest.mark.parametrize(
    "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float64"]
)
def test_numbers_of_every_type(kind: str) -> None:
    source = table(size=pa.array([0, 1, None, 100, 127, 5], getattr(pa, kind)()))
    assert column(source, "size") == [0, 1, None, 100, 127, 5]


def test_numbers_that_are_not_whole_or_too_large_are_refused() -> None:
    for bad, reason in ((1.5, "not a whole number"), (1e300, "number out of range")):
        with pytest.raises(InputError) as caught:
            bcn.read_messages(table(size=pa.array([0.0, 1.0, bad, 3.0, 4.0, 5.0])))
        assert (caught.value.row, caught.value.column) == (3, "size")
        assert caught.value.reason == reason


def test_chunks_that_end_at_different_rows() -> None:
    source = pa.table(
        {
            "sent_at": pa.chunked_array([TIMES[:1], TIMES[1:5], TIMES[5:]]),
            "sender": pa.chunked_array([BUREAUS[:4], BUREAUS[4:]]),
            "receiver": pa.chunked_array([["FRA"] * 6, []], pa.string()),
        }
    )
    assert senders(source) == BUREAUS
    assert senders([source, source.slice(3)]) == BUREAUS + BUREAUS[3:]


def test_a_stream_is_read_once_and_said_so() -> None:
    reader = table().to_reader()
    assert senders(reader) == BUREAUS
    stream = table().__arrow_c_stream__()

    class Given:
        def __arrow_c_stream__(self, requested: Any = None) -> Any:
            return stream

    given = Given()
    assert senders(given) == BUREAUS
    with pytest.raises((InputError, ValueError)):
        bcn.read_messages(given)


def test_what_is_handed_over_is_released_once_also_after_an_error() -> None:
    before = pa.total_allocated_bytes()
    for bad in (False, True):
        for _ in range(20):
            source = pa.table(
                {
                    "sent_at": TIMES * 1000,
                    "sender": ([*BUREAUS[:5], "Frnace" if bad else "JPN"]) * 1000,
                    "receiver": ["FRA"] * 6000,
                }
            ).to_reader()
            if bad:
                with pytest.raises(InputError):
                    bcn.read_messages(source)
            else:
                bcn.read_messages(source)
            del source
    assert pa.total_allocated_bytes() <= before


def test_a12_reading_and_releasing_on_other_threads() -> None:
    found: list[list[Any]] = []
    source = table()

    def read() -> None:
        found.append(senders(source.to_reader()))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [BUREAUS] * 8


def test_an_error_of_the_producer_is_told_in_its_words() -> None:
    def batches() -> Any:
        yield table().to_batches()[0]
        raise ValueError("the disk is on fire")

    reader = pa.RecordBatchReader.from_batches(table().schema, batches())
    with pytest.raises((InputError, OSError), match="the disk is on fire"):
        bcn.read_messages(reader)


def test_duckdb_and_nanoarrow_are_sources() -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = ", ".join(f"('{t}', '{s}', 'FRA')" for t, s in zip(TIMES, BUREAUS, strict=True))
    query = f"select * from (values {rows}) as t(sent_at, sender, receiver)"
    assert senders(duckdb.sql(query)) == BUREAUS
    enum = f"select sent_at, sender::enum({', '.join(map(repr, BUREAUS))}) as sender, receiver"
    assert senders(duckdb.sql(f"{enum} from ({query})")) == BUREAUS
    nanoarrow = pytest.importorskip("nanoarrow")
    assert senders(nanoarrow.ArrayStream(table())) == BUREAUS
