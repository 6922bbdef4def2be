"""What may be read, and in what words the rest is refused."""

import array
import datetime
import gzip
import sys

import pytest

from interpol_bcn import _core
from interpol_bcn.errors import InputError, MissingExtra
from interpol_bcn.sources import ArrowSource, CsvSource, open_sources

CSV = b"sent_at,sender,receiver\n2023-01-01T00:00Z,FRA,DEU\n"


def write(path, data):
    path.write_bytes(data)
    return str(path)


def fields(source):
    (one,) = open_sources(source)
    return dict(one.fields)


def rows_of(source, **options):
    """The rows a source gives, as pyarrow sees them (it cannot see lent tables)."""
    pa = pytest.importorskip("pyarrow")
    (one,) = open_sources(source)
    return [row for batch in one.batches(**options) for row in pa.table(batch).to_pylist()]


# --- paths ---


def test_a_path_a_list_and_a_pattern_are_files_in_order(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        write(tmp_path / name, CSV)
    found = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    assert [source.name for source in open_sources(str(tmp_path / "*.csv"))] == found
    assert [source.name for source in open_sources([tmp_path / "b.csv", found[0]])] == found[::-1]
    assert [source.kind for source in open_sources(tmp_path / "c.txt")] == ["csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    path = write(tmp_path / "log[1].csv", CSV)
    assert [source.name for source in open_sources(path)] == [path]


def test_a_pattern_without_files_is_an_error_that_says_so(tmp_path):
    with pytest.raises(InputError, match=r"no-.*\.csv: no file matches this pattern"):
        open_sources(str(tmp_path / "no-*.csv"))


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    write(tmp_path / "messages.csv", CSV)
    with pytest.raises(FileNotFoundError, match=r"did you mean 'messages\.csv'"):
        open_sources(str(tmp_path / "mesages.csv"))


def test_a_folder_is_refused_with_the_pattern_to_give(tmp_path):
    with pytest.raises(InputError, match=r"is a folder.*\*\.csv"):
        open_sources(tmp_path)


def test_an_empty_list_and_what_is_no_source_are_refused():
    with pytest.raises(InputError, match="an empty list"):
        open_sources([])
    for nothing in (None, 3, b"bytes", object()):
        with pytest.raises(InputError, match="is not a source"):
            open_sources(nothing)


def test_standard_input_is_delimited_text():
    (source,) = open_sources("-")
    assert isinstance(source, CsvSource)
    assert (source.name, source.path) == ("standard input", None)


def test_gzip_is_known_by_its_first_bytes_and_read_through(tmp_path):
    for name in ("a.csv.gz", "lies.csv"):
        (source,) = open_sources(write(tmp_path / name, gzip.compress(CSV)))
        assert isinstance(source, CsvSource)
        with source.reading() as file:
            assert file.read() == CSV


def test_damaged_gzip_is_an_error_with_the_files_name(tmp_path):
    whole = gzip.compress(CSV * 20_000)
    path = write(tmp_path / "cut.csv.gz", whole[: len(whole) // 2])
    (source,) = open_sources(path)
    with (
        pytest.raises(InputError, match=r"cut\.csv\.gz: damaged gzip data"),
        source.reading() as file,
    ):
        file.read()
    broken = bytearray(whole)
    broken[-6] ^= 255
    (source,) = open_sources(write(tmp_path / "sum.csv.gz", bytes(broken)))
    with (
        pytest.raises(InputError, match=r"sum\.csv\.gz: damaged gzip data"),
        source.reading() as file,
    ):
        file.read()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("noise.csv", bytes(range(256)) * 16, "is no text: .* control characters"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook of the old form.*save it as"),
        ("old.feather", b"FEA1....", "is no ipc file"),
        ("old.csv", b"FEA1....", "a Feather file of the first version"),
        ("small.csv", b"\x28\xb5\x2f\xfd....", "compressed with zstd.*decompress it first"),
        ("wide.csv", "a;b".encode("utf-16"), "is UTF-16 text. save it as UTF-8"),
        ("data.csv", b"SQLite format 3\0", "an SQLite database"),
        ("text.parquet", CSV, r"is no parquet file: it begins with b'sent_at,'"),
        ("empty.parquet", b"", "is no parquet file: it is empty"),
        ("text.xlsx", CSV, "is no xlsx file"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_in_words(tmp_path, name, data, words):
    with pytest.raises(InputError, match=words) as caught:
        open_sources(write(tmp_path / name, data))
    assert caught.value.source == str(tmp_path / name)


def test_text_in_another_language_is_text(tmp_path):
    text = "expéditeur;destinataire\nالإمارات;日本\n".encode()
    assert open_sources(write(tmp_path / "names.csv", text))[0].kind == "csv"


# --- Parquet and IPC ---


def example(rows=10):
    pa = pytest.importorskip("pyarrow")
    return pa.table({"sender": ["FRA", "DEU"] * (rows // 2), "n": range(rows)})


def test_parquet_gives_its_row_groups_in_order_and_only_wanted_columns(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    table = example(1000)
    path = tmp_path / "log.bin"  # known by its content
    pq.write_table(table, path, row_group_size=64)
    assert fields(path) == {"sender": "utf8", "n": "int64"}
    assert rows_of(path) == table.to_pylist()
    assert rows_of(path, columns=["n"]) == table.select(["n"]).to_pylist()
    (source,) = open_sources(path)
    batches = list(source.batches(["sender"], ["sender"]))
    assert len(batches) == 16
    assert {str(batch.schema.field("sender").type.value_type) for batch in batches} == {"string"}
    assert source.head(3) == {"sender": ["FRA", "DEU", "FRA"], "n": [0, 1, 2]}


def test_a_huge_row_group_is_read_in_pieces(tmp_path, monkeypatch):
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("interpol_bcn.sources._PIECE", 100)
    monkeypatch.setattr("interpol_bcn.sources._AHEAD", 200)
    table = example(3000)
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1000)
    for threads in (1, 2, 8):
        (source,) = open_sources(tmp_path / "a.parquet")
        source.threads = threads
        pieces = [piece.num_rows for piece in source.batches()]
        assert pieces == [100] * 30
        (source,) = open_sources(tmp_path / "a.parquet")
        source.threads = threads
        rows = [row for piece in source.batches() for row in piece.to_pylist()]
        assert rows == table.to_pylist()


def test_reading_may_stop_in_the_middle(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(example(1000), tmp_path / "a.parquet", row_group_size=10)
    (source,) = open_sources(tmp_path / "a.parquet")
    batches = source.batches()
    assert next(batches).num_rows == 10
    batches.close()
    assert list(batches) == []


@pytest.mark.parametrize("keep", [8, 200, -9, -1])
def test_truncated_parquet_is_an_input_error_with_the_files_name(tmp_path, keep):
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(example(), tmp_path / "whole.parquet")
    path = write(tmp_path / "cut.parquet", (tmp_path / "whole.parquet").read_bytes()[:keep])
    (source,) = open_sources(path)
    with pytest.raises(InputError, match=r"cut\.parquet: cannot be read as Parquet: ."):
        list(source.batches())


def test_a_damaged_page_of_parquet_is_an_input_error(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(example(1000), tmp_path / "a.parquet", compression="zstd")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[4:200] = bytes(196)
    (source,) = open_sources(write(tmp_path / "a.parquet", bytes(data)))
    with pytest.raises(InputError, match=r"a\.parquet: cannot be read as Parquet"):
        list(source.batches())


def test_arrow_files_and_streams_are_read_batch_by_batch(tmp_path):
    pa = pytest.importorskip("pyarrow")
    table = example(100)
    for name, opener in (("a.arrow", pa.ipc.new_file), ("a.arrows", pa.ipc.new_stream)):
        path = tmp_path / name
        with opener(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=7)
        assert fields(path) == {"sender": "utf8", "n": "int64"}
        assert rows_of(path) == table.to_pylist()
        assert rows_of(path, columns=["n"]) == table.select(["n"]).to_pylist()
        assert open_sources(path)[0].head(1) == {"sender": ["FRA"], "n": [0]}
        cut = write(tmp_path / f"cut-{name}", path.read_bytes()[:300])
        (source,) = open_sources(cut)
        with pytest.raises(InputError, match=f"cut-{name}: cannot be read as Arrow IPC"):
            list(source.batches())


# --- workbooks ---


def test_a_workbook_gives_its_first_sheet_with_types(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.append(["sent_at", "sender", "n", "note"])
    book.active.append([datetime.datetime(2023, 1, 1, 12), "FRA", 3, "x"])
    book.active.append([datetime.datetime(2023, 1, 2), "DEU", None, 7])
    book.save(tmp_path / "a.xlsx")
    assert fields(tmp_path / "a.xlsx") == {
        "sent_at": "timestamp[us]",
        "sender": "utf8",
        "n": "int64",
        "note": "utf8",
    }
    assert open_sources(tmp_path / "a.xlsx")[0].head(2)["n"] == [3, None]


def test_what_is_a_zip_but_no_workbook_is_an_input_error(tmp_path):
    pytest.importorskip("python_calamine")
    (source,) = open_sources(write(tmp_path / "a.xlsx", b"PK\x03\x04 and so on"))
    with pytest.raises(InputError, match=r"a\.xlsx: cannot be read as a workbook"):
        list(source.batches())


# --- extras ---


@pytest.mark.parametrize(
    ("name", "start", "library", "extra"),
    [
        ("a.parquet", b"PAR1", "pyarrow", "parquet"),
        ("a.arrow", b"ARROW1\0\0", "pyarrow", "arrow"),
        ("a.xlsx", b"PK\x03\x04", "python_calamine", "xlsx"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    tmp_path, monkeypatch, name, start, library, extra
):
    for module in [one for one in sys.modules if one.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    (source,) = open_sources(write(tmp_path / name, start))
    with pytest.raises(MissingExtra, match=rf"pip install 'interpol_bcn\[{extra}\]'"):
        list(source.batches())


# --- columns and frames ---


def test_a_dict_of_python_values_and_buffers_is_a_source():
    day = datetime.date(2023, 1, 1)
    time = datetime.datetime(2023, 1, 1)
    assert fields(
        {
            "text": ["a", None],
            "whole": [1, None],
            "real": [0.5, 1],
            "truth": [True, None],
            "day": [day, None],
            "naive": [time, None],
            "aware": [time.replace(tzinfo=datetime.UTC), None],
            "mixed": ["a", 1],
            "none": [None, None],
            "huge": [2**70, 1],
            "lent": array.array("i", [1, 2]),
            "bytes": array.array("B", [1, 2]),
            "range": range(2),
        }
    ) == {
        "text": "utf8",
        "whole": "int64",
        "real": "float64",
        "truth": "bool",
        "day": "date32",
        "naive": "timestamp[us]",
        "aware": "timestamp[us, UTC]",
        "mixed": "utf8",
        "none": "utf8",
        "huge": "utf8",
        "lent": "int32",
        "bytes": "uint8",
        "range": "int64",
    }


def test_long_columns_come_in_pieces(monkeypatch):
    monkeypatch.setattr("interpol_bcn.sources._CHUNK", 3)
    (source,) = open_sources({"n": range(8), "kind": list("abcdefgh")})
    batches = list(source.batches())
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert isinstance(batches[0], _core.ArrowTable)
    assert source.head(2) == {"n": [0, 1], "kind": ["a", "b"]}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"a": [1, 2], "b": [1]}, "column 'b': 1 values, but column 'a' has 2"),
        ({"a": "text"}, "column 'a': str is not a column"),
        ({"a": [1, object()]}, "row 2, column 'a': .*a object is neither"),
        (
            {
                "a": [
                    datetime.datetime(2023, 1, 1),
                    datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC),
                ]
            },
            "some times have a zone and some have none",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused_by_name(columns, words):
    with pytest.raises(InputError, match=words):
        list(open_sources(columns)[0].batches())


def test_numpy_arrays_keep_their_types_and_missing_times():
    np = pytest.importorskip("numpy")
    assert fields(
        {
            "day": np.array(["2023-01-01", "NaT"], "M8[D]"),
            "hour": np.array(["2023-01-01T01", "NaT"], "M8[h]"),
            "ns": np.array(["2023-01-01T01", "NaT"], "M8[ns]"),
            "swapped": np.array([1, 2], np.dtype(np.int32).newbyteorder()),
            "half": np.array([1, 2], np.float16),
            "strided": np.arange(4)[::2],
            "truth": np.array([True, False]),
            "texts": np.array(["a", "b"]),
            "objects": np.array(["a", None], object),
        }
    ) == {
        "day": "date32",
        "hour": "timestamp[s]",
        "ns": "timestamp[ns]",
        "swapped": "int32",
        "half": "float64",
        "strided": "int64",
        "truth": "bool",
        "texts": "utf8",
        "objects": "utf8",
    }


def pandas_frame():
    pd = pytest.importorskip("pandas")
    return pd.DataFrame(
        {
            "label": pd.Categorical(["x", None, "y"]),
            "edition": pd.Categorical([19, 20, 19]),
            "naive": pd.to_datetime(["2023-01-01", None, "2023-01-02"]),
            "aware": pd.to_datetime(["2023-01-01", None, "2023-01-02"], utc=True).tz_convert(
                "Europe/Paris"
            ),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "truth": pd.array([True, None, False], dtype="boolean"),
            "text": pd.Series(["p", None, "q"], dtype=object),
            "real": [1.0, float("nan"), 2.0],
        }
    )


def test_pandas_is_read_column_by_column_without_pyarrow(monkeypatch):
    frame = pandas_frame()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    types = fields(frame)
    assert types.pop("naive")[:10] == "timestamp["
    assert types.pop("aware")[-5:] == " UTC]"
    assert types == {
        "label": "dictionary(utf8)",
        "edition": "dictionary(utf8)",
        "whole": "int64",
        "truth": "bool",
        "text": "utf8",
        "real": "float64",
    }


def test_pandas_values_arrive_in_a_log():
    import interpol_bcn as bcn

    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "sent_at": pd.to_datetime(["2023-01-01 01:00", "2023-01-01 02:00"]).tz_localize(
                "Europe/Paris"
            ),
            "sender": pd.Categorical(["FRA", "DEU"]),
            "receiver": ["DEU", "FRA"],
            "size": pd.array([None, 5], dtype="Int64"),
        },
        index=[7, 3],
    )
    log = bcn.read_messages(frame)
    assert memoryview(log._infos["sent_at"]["values"]).tolist() == [
        1672531200000000,
        1672534800000000,
    ]
    assert log.count("sender")["DEU"] == 1
    assert log.sum("size").total() == 5


def test_two_columns_of_one_name_are_refused():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(InputError, match="column 'a': two columns have this name"):
        open_sources(frame)


def test_frames_of_other_libraries_are_asked_for_the_wanted_columns():
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    table = pa.table({"n": [1, 2], "kind": ["a", "b"]})
    frame = pl.DataFrame({"n": [1, 2], "kind": ["a", "b"]})
    relation = duckdb.sql("select * from (values (1, 'a'), (2, 'b')) t(n, kind)")
    for data in (table, frame, frame.lazy(), relation):
        (source,) = open_sources(data)
        assert isinstance(source, ArrowSource)
        assert [name for name, _ in source.fields] == ["n", "kind"]
        assert {len(values) for values in source.head(1).values()} == {1}
        assert rows_of(data, columns=["kind"]) == [{"kind": "a"}, {"kind": "b"}]


def test_a_stream_that_can_be_read_once_is_not_consumed_by_looking():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"n": [1, 2]})
    (source,) = open_sources(table.to_reader())
    assert source.fields == (("n", "int64"),)
    assert source.head(1) == {}
    assert source.fields == (("n", "int64"),)
    (batch,) = source.batches()
    assert _core.arrow_open(batch).fields == (("n", "int64"),)


def test_objects_in_a_list_are_told_apart():
    sources = open_sources([{"n": [1]}, {"n": [2]}])
    assert [source.name for source in sources] == ["columns 1", "columns 2"]
