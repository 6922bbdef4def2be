"""The CSV reader of the core against its slow twin, for any blocks and any workers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference import csv as twin

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"l": twin.LABEL, "t": twin.TIME, "i": twin.INTEGER, "n": twin.ID}
PIECES = [
    "2023-01-01T00:00:00Z",
    "2023-01-01 00:00:01.250+02:00",
    "2023-01-01t23:59:60 UTC",
    "2023-01-01T00:00:00.1234560-0130",
    "2023-01-01T00:00:00.1234567Z",
    "2023-02-29",
    "2024-02-29",
    "0000-01-01",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59Z",
    "2023-01-01T24:00:00Z",
    "FRA",
    "United Kingdom",
    "a label of more than sixteen bytes",
    "12345678",
    "1234567890123456",
    "-9223372036854775807",
    "9223372036854775808",
    "+5",
    "-0",
    "007",
    "1.0",
    "é",
    "\xff",
    "\0",
    '"',
    '""',
    '"a,b"',
    '"a\r\nb"',
    ",",
    ",",
    ",",
    ";",
    " ",
    "\n",
    "\n",
    "\r\n",
    "\r",
]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    program = tmp_path_factory.mktemp("csv") / "csv_dump"
    sources = [*ROOT.glob("csrc/base/*.c"), *ROOT.glob("csrc/text/*.c")]
    command = [compiler, "-std=c11", "-O1", "-pthread", f"-I{ROOT / 'csrc'}", "-o", program]
    subprocess.run([*command, ROOT / "tests/c/csv_dump.c", *sources], check=True)
    return program


def read(dump: Path, data: bytes, kinds: str, limit: int, block: int, workers: int) -> bytes:
    words = [dump, kinds, ",", '"', str(limit), str(block), str(workers)]
    return subprocess.run(words, input=data, capture_output=True, check=True).stdout


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=40),
    kinds=st.text("ltin", min_size=1, max_size=4),
    limit=st.sampled_from([0, 0, 0, 30]),
    block=st.integers(1, 90),
    workers=st.integers(1, 3),
)
def test_any_text_reads_as_by_its_twin(
    dump: Path, pieces: list[str], kinds: str, limit: int, block: int, workers: int
) -> None:
    data = "".join(pieces).encode("latin-1")
    expected = twin.flat(data, [KINDS[kind] for kind in kinds], limit=limit or 64 << 20)
    assert read(dump, data, kinds, limit, block, workers) == expected
    assert read(dump, data, kinds, limit, 0, 1) == expected


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.lists(st.sampled_from(PIECES), min_size=3, max_size=3), min_size=1, max_size=30
    ),
    kinds=st.text("ltin", min_size=3, max_size=3),
    block=st.integers(1, 200),
)
def test_rows_of_three_fields_read_as_by_their_twin(
    dump: Path, rows: list[list[str]], kinds: str, block: int
) -> None:
    data = "\n".join(",".join(row) for row in rows).encode("latin-1")
    expected = twin.flat(data, [KINDS[kind] for kind in kinds])
    assert read(dump, data, kinds, 0, block, 2) == expected


def test_the_twin_agrees_with_the_csv_module_on_well_formed_text() -> None:
    import csv
    import io

    table = [["a", 'b"c', "d,e"], ["f\ng", "", "h\r\ni"], ["é", " j ", "NA"]]
    out = io.StringIO()
    csv.writer(out).writerows(table)
    reading = twin.split(out.getvalue().encode())
    assert [[bytes(f.text).decode() for f in r.fields] for r in reading.records] == table
    assert [r.line for r in reading.records] == [1, 2, 5]
