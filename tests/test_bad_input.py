"""Bad bytes: each a clear error with file and place, never a crash, in bounded memory."""

from __future__ import annotations

import gzip
import random
import resource
import threading
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn
from interpol_bcn.errors import InputError

HEADER = b"sent_at,sender,receiver\n"
ROW = b"2023-01-01,FRA,DEU\n"


def error_of(folder: Path, content: bytes, name: str = "a.csv", **options: Any) -> InputError:
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        bcn.read_messages(path, **options)
    assert caught.value.source == str(path)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "empty file"),
        (b"\xef\xbb\xbf", 1, "record|empty"),
        (HEADER, 1, "a header and no rows"),
        (HEADER + b"\n\n", 1, "a header and no rows"),
        (b"sent_at,sender,sender,receiver\n" + ROW, 1, "2 columns are called 'sender'"),
        (b"sent_at,sendr,receiver\n" + ROW, 1, "no column 'sender'; did you mean 'sendr'"),
        (HEADER + ROW + b"2023-01-01,FRA\n", 3, "wrong number of fields"),
        (HEADER + ROW + b"2023-01-01,FRA,DEU,1\n", 3, "4 fields where 3 were expected"),
        (HEADER + ROW + b"2023-01-01,F\0RA,DEU\n", None, "NUL bytes|unknown label"),
        (HEADER + ROW + b'2023-01-01,F"RA,DEU\n', 3, "quote out of place"),
        (HEADER + ROW + b"2023-01-01,F\xffRA,DEU\n", 3, "not valid UTF-8"),
        (b"sent_at,\xff,receiver\n" + ROW, 1, "header is not valid UTF-8"),
        (b'sent_at,"sender,receiver\n' + ROW, None, "never closed"),
        (b'sent_at,s"ender,receiver\n' + ROW, 1, "quote out of place"),
    ],
)
def test_damaged_text_is_told_with_its_line(
    content: bytes, line: int | None, words: str, tmp_path: Path
) -> None:
    error = error_of(tmp_path, content)
    assert line is None or error.line == line
    assert __import__("re").search(words, str(error)), str(error)


def test_an_unfinished_quote_is_told_where_it_opened(tmp_path: Path) -> None:
    content = HEADER + ROW * 5000 + b'2023-01-01,"FRA,DEU\n' + ROW * 5000
    assert "line 5002: a quote opens here" in str(error_of(tmp_path, content))


def test_the_wrong_delimiter_is_seen_in_the_header(tmp_path: Path) -> None:
    error = error_of(tmp_path, HEADER.replace(b",", b"|") + ROW)
    assert "sent_at|sender|receiver" in str(error)
    error = error_of(tmp_path, HEADER + ROW, delimiter=";")
    assert "no column 'sent_at'" in str(error)


def test_the_wrong_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    content = HEADER + ROW * 3 + "2023-01-01,Côte d'Ivoire,FRA\n".encode("latin-1")
    error = error_of(tmp_path, content, encoding="utf-8-sig")
    assert (error.line, error.value) == (5, "f4")
    assert "not valid utf-8" in error.reason


@pytest.mark.parametrize("seed", range(8))
def test_noise_named_csv_is_refused(seed: int, tmp_path: Path) -> None:
    noise = random.Random(seed).randbytes(100_000)
    assert str(error_of(tmp_path, noise))
    assert str(error_of(tmp_path, HEADER + noise))


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.xlsx"])
def test_noise_with_another_name_is_refused(name: str, tmp_path: Path) -> None:
    assert "begins with" in str(error_of(tmp_path, b"abc" * 1000, name))
    assert "is empty" in str(error_of(tmp_path, b"", name))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_parquet_file_is_refused(part: float, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "whole.parquet"
    table = arrow.table(
        {"sent_at": ["2023-01-01"] * 999, "sender": ["FRA"] * 999, "receiver": ["DEU"] * 999}
    )
    parquet.write_table(table, path)
    whole = path.read_bytes()
    error = error_of(tmp_path, whole[: int(len(whole) * part)], "cut.parquet")
    assert "cannot be read as Parquet" in str(error)


@pytest.mark.parametrize("part", [0.3, 0.9])
@pytest.mark.parametrize("threads", [1, 4])
def test_a_truncated_gzip_file_is_refused(part: float, threads: int, tmp_path: Path) -> None:
    rows = b"".join(b"2023-01-%02d,FRA,DEU\n" % (1 + i * i % 28) for i in range(60_000))
    whole = gzip.compress(HEADER + rows)
    error = error_of(tmp_path, whole[: int(len(whole) * part)], "a.csv.gz", threads=threads)
    assert "damaged gzip data" in str(error)


@pytest.mark.parametrize("threads", [1, 4])
def test_a_bad_row_before_the_damage_is_told_first(threads: int, tmp_path: Path) -> None:
    rows = b"".join(b"2023-01-%02d,FRA,DEU\n" % (1 + i * i % 28) for i in range(60_000))
    whole = gzip.compress(HEADER + ROW + b"2023-01-01,Frnace,DEU\n" + rows)
    for _ in range(5):
        error = error_of(tmp_path, whole[:-50], "a.csv.gz", threads=threads)
        assert (error.line, error.value) == (3, "Frnace")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        bcn.read_messages(tmp_path)
    with pytest.raises(FileNotFoundError, match="did you mean"):
        (tmp_path / "extract.csv").write_bytes(HEADER + ROW)
        bcn.read_messages(tmp_path / "extrct.csv")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_line_of_a_hundred_megabytes_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(HEADER + ROW)
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    before = _peak()
    with pytest.raises(InputError, match="line 3: the record that begins here is longer than"):
        bcn.read_messages(path)
    assert _peak() - before < 400 << 10  # KiB


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "header.csv"
    path.write_bytes(b"x" * (20 << 20))
    with pytest.raises(InputError, match="no end of the header within"):
        bcn.read_messages(path)


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    names = b",".join(b"c%d" % i for i in range(1_000_000))
    error = error_of(tmp_path, names + b"\n" + b"," * 999_999 + b"\n")
    assert error.line == 1
    assert "fields" in str(error) or "header" in str(error)


def test_sixty_thousand_columns_are_read(tmp_path: Path) -> None:
    names = b",".join(b"c%d" % i for i in range(60_000))
    path = tmp_path / "wide.csv"
    path.write_bytes(
        b"sent_at,sender,receiver," + names + b"\n" + b"2023-01-01,FRA,DEU" + b"," * 60_000
    )
    assert bcn.read_messages(path).total == 1


def test_a_file_that_shrinks_or_goes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "going.csv"
    path.write_bytes(HEADER + ROW * 400_000)
    found: list[Any] = []

    def read() -> None:
        try:
            found.append(bcn.read_messages(path))
        except (InputError, OSError) as error:
            found.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    with path.open("r+b") as file:
        file.truncate(3_000_005)
    path.unlink()
    reader.join()
    assert isinstance(found[0], InputError | OSError) or found[0].seen <= 400_000


def test_columns_of_different_length_are_told_by_name() -> None:
    with pytest.raises(InputError, match="column 'sender': 1 values, but column 'sent_at' has 2"):
        bcn.read_messages({"sent_at": ["2023-01-01"] * 2, "sender": ["FRA"], "receiver": ["DEU"]})


@pytest.mark.parametrize("source", [None, 5, 1.5, b"bytes", object(), []])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises(InputError):
        bcn.read_messages(source)
