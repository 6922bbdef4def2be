"""Record batches on their way in: pitfalls of Arrow interchange, and the rules of types."""

import datetime

import pytest

import interpol_bcn as bcn

pa = pytest.importorskip("pyarrow")

UTC = datetime.UTC
START = datetime.datetime(2023, 1, 1, tzinfo=UTC)
LABELS = ["FRA", "DEU", "ESP", "ITA", "FRA", "USA"]
LONG = ["a label of more than twelve bytes", "short", "another label that is long", "", "x"]


class Stream:
    """An object with the stream method alone, over batches that may differ in form."""

    def __init__(self, data):
        self.data = data

    def __arrow_c_stream__(self, requested_schema=None):
        return self.data.__arrow_c_stream__(requested_schema)


class Batch:
    """An object with the array method alone."""

    def __init__(self, data):
        self.data = data

    def __arrow_c_array__(self, requested_schema=None):
        return self.data.__arrow_c_array__(requested_schema)


def table_of(senders, **columns):
    rows = len(senders)
    times = pa.array([START + datetime.timedelta(seconds=i) for i in range(rows)])
    receivers = pa.array(["GBR"] * rows)
    return pa.table({"sent_at": times, "sender": senders, "receiver": receivers, **columns})


def labels(log, column):
    values = memoryview(log._infos[column]["values"]).tolist()
    known = log.domains[column].labels
    return [known[code] if code < len(known) else None for code in values]


def numbers(log, column):
    return memoryview(log._infos[column]["values"]).tolist()


def times_of(array, **options):
    """Read a column of times, in microseconds UTC."""
    rows = len(array)
    table = pa.table({"sent_at": array, "sender": ["FRA"] * rows, "receiver": ["GBR"] * rows})
    return numbers(bcn.read_messages(table, **options), "sent_at")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.string_view()])
def test_a1_the_offset_of_a_slice_is_applied_once(kind):
    table = table_of(pa.array(LABELS).cast(kind)).slice(2, 3)
    assert labels(bcn.read_messages(table), "sender") == LABELS[2:5]


def test_a2_offsets_that_do_not_start_at_zero_are_read_from_where_they_start():
    offsets = pa.array([3, 6, 9], pa.int32()).buffers()[1]
    texts = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"xxxFRADEU")])
    assert labels(bcn.read_messages(table_of(texts)), "sender") == ["FRA", "DEU"]
    assert labels(bcn.read_messages(table_of(texts).slice(1)), "sender") == ["DEU"]


def test_a3_nulls_of_columns_sliced_apart_stay_with_their_rows():
    whole = pa.array(["FRA", None, "DEU", None, "ESP", "ITA"])
    sizes = pa.array([None, 1, 2, None, 4, 5, 6, None, 8])
    table = table_of(pa.array(["FRA"] * 4), kind=whole.slice(1, 4), size=sizes.slice(5, 4))
    log = bcn.read_messages(table)
    assert labels(log, "kind") == [None, "DEU", None, "ESP"]
    assert log.sum("size").total() == 5 + 6 + 8


def test_a4_an_unknown_null_count_without_a_bitmap_means_no_nulls():
    # pyarrow counts before it exports; the count of -1 itself is tested in C.
    buffers = pa.array(["FRA", "DEU"]).buffers()
    texts = pa.Array.from_buffers(pa.string(), 2, [None, *buffers[1:]], null_count=-1)
    assert labels(bcn.read_messages(table_of(texts)), "sender") == ["FRA", "DEU"]


def test_a5_a_record_batch_is_cut_and_masked_as_its_struct_says():
    table = table_of(pa.array(LABELS))
    columns = [table[name].combine_chunks() for name in table.column_names]
    mask = pa.array([False, False, True, False, False, False])
    struct = pa.StructArray.from_arrays(columns, names=table.column_names, mask=mask)
    log = bcn.read_messages(Batch(struct.slice(1, 4)), errors="reject")
    assert labels(log, "sender") == ["DEU", "ITA", "FRA"]
    assert (log.seen, log.accepted, log.rejected.count) == (4, 3, 1)
    assert log.rejected.rows[0]["row"] == 2


def test_a6_string_views_long_and_short_are_followed():
    texts = pa.array(LONG + LONG, pa.string_view())
    log = bcn.read_messages(table_of(pa.array(["FRA"] * 8), kind=texts.slice(1, 8)))
    assert labels(log, "kind") == [text or None for text in (LONG + LONG)[1:9]]


@pytest.mark.parametrize("values", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.parametrize("bits", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"])
def test_a7_dictionaries_have_any_index_type_and_any_texts(bits, values):
    indices = pa.array([2, None, 0, 1], getattr(pa, bits)())
    kinds = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b", "c"]).cast(values))
    table = table_of(pa.array(["FRA"] * 4), kind=kinds)
    assert labels(bcn.read_messages(table), "kind") == ["c", None, "a", "b"]


def test_a7_an_enum_of_polars_is_a_dictionary_of_views():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(table_of(pa.array(LABELS))).with_columns(
        pl.col("sender").cast(pl.Enum(["USA", "ITA", "ESP", "DEU", "FRA"]))
    )
    assert labels(bcn.read_messages(frame), "sender") == LABELS


def test_a8_each_batch_may_bring_another_dictionary():
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), ["FRA", "DEU"])
    second = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), ["DEU", "ESP", "FRA"])
    table = table_of(pa.chunked_array([first, second]))
    log = bcn.read_messages(Stream(table))
    assert labels(log, "sender") == ["FRA", "DEU", "DEU", "ESP", "FRA"]


@pytest.mark.parametrize("zone", ["UTC", "+01:00", "/etc/localtime", "Europe/Paris", "no zone"])
def test_a9_a_time_with_a_zone_is_utc_whatever_the_zone_is_called(zone):
    ticks = pa.array([1672531200000000, 1672531200000001], pa.int64())
    assert times_of(ticks.cast(pa.timestamp("us", tz=zone))) == ticks.to_pylist()


def test_a9_a_time_without_a_zone_needs_the_callers():
    naive = pa.array([datetime.datetime(2023, 1, 1, 1)])
    with pytest.raises(bcn.InputError, match="'2023-01-01T01:00:00': time without a zone"):
        times_of(naive)
    assert times_of(naive, source_tz="Europe/Paris") == [1672531200000000]


@pytest.mark.parametrize(
    ("unit", "ticks"),
    [("s", 1672531199), ("ms", 1672531199_999), ("us", 1672531199_999_999)],
)
def test_every_unit_of_time_is_read_exactly(unit, ticks):
    scale = {"s": 10**6, "ms": 10**3, "us": 1}[unit]
    stamps = pa.array([ticks], pa.int64()).cast(pa.timestamp(unit, tz="UTC"))
    assert times_of(stamps) == [ticks * scale]


def test_nanoseconds_become_the_microsecond_they_lie_in():
    stamps = pa.array([999, 1000, -1, -1000, -1001], pa.int64()).cast(pa.timestamp("ns", tz="UTC"))
    assert times_of(stamps) == [0, 1, -1, -1, -2]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_need_no_zone_and_are_known_to_be_dates(kind):
    dates = pa.array([datetime.date(2023, 1, 1), datetime.date(2023, 1, 2)], kind)
    table = pa.table({"sent_at": dates, "sender": ["FRA"] * 2, "receiver": ["GBR"] * 2})
    log = bcn.read_messages(table)
    assert numbers(log, "sent_at") == [1672531200000000, 1672617600000000]
    assert log.dates_only


def test_times_outside_the_years_1_to_9999_are_refused():
    late = pa.array([253402300800], pa.int64()).cast(pa.timestamp("s", tz="UTC"))
    with pytest.raises(bcn.InputError, match="'253402300800': time outside the years 1 to 9999"):
        times_of(late)


def test_written_times_in_a_dictionary_are_parsed():
    texts = pa.array(["2023-01-01T01:00:00+01:00", "2023-01-01T00:00:01Z"]).dictionary_encode()
    assert times_of(texts) == [1672531200000000, 1672531201000000]


@pytest.mark.parametrize(
    "kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float64"]
)
def test_whole_numbers_of_every_type_are_summed(kind):
    sizes = pa.array([1, None, 100], getattr(pa, kind)())
    log = bcn.read_messages(table_of(pa.array(["FRA"] * 3), size=sizes))
    assert log.sum("size").total() == 101


def test_a_number_that_is_not_whole_is_refused_by_row_and_column():
    with pytest.raises(bcn.InputError, match=r"row 2, column 'size': '1\.5': not a whole number"):
        bcn.read_messages(table_of(pa.array(["FRA"] * 2), size=pa.array([1.0, 1.5])))


def test_a_type_that_cannot_be_read_is_named():
    with pytest.raises(bcn.InputError, match="column 'sender' has the type list"):
        bcn.read_messages(table_of(pa.array([["FRA"]])))


def test_a_text_that_is_no_utf8_is_refused():
    with pytest.raises(bcn.InputError, match=r"row 1, column 'sender': .*not valid UTF-8"):
        bcn.read_messages(table_of(pa.array([b"\xff\xfe", b"FRA"])))


def test_a_producer_that_fails_is_quoted():
    table = table_of(pa.array(LABELS))

    def batches():
        yield from table.to_batches()
        raise RuntimeError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(table.schema, batches())
    with pytest.raises((bcn.InputError, OSError), match="the disk is gone"):
        bcn.read_messages(reader)


def test_a_hundred_thousand_rows_in_odd_batches_are_the_same_log():
    rows = 100_003
    senders = [LABELS[i * 7 % 6] for i in range(rows)]
    table = table_of(pa.array(senders), size=pa.array(range(rows)))
    chunks = pa.concat_tables([table.slice(0, 1), table.slice(1, 70_001), table.slice(70_002)])
    for log in (bcn.read_messages(table), bcn.read_messages(Stream(chunks))):
        assert labels(log, "sender") == senders
        assert log.sum("size").total() == rows * (rows - 1) // 2
