"""Engines that are there already: Dask, Spark and DuckDB give the figures of one machine."""

import os
import signal
import subprocess
import sys

import pytest

import interpol_bcn as bcn
from interpol_bcn.errors import MissingExtra

ROWS, FILES = 4_000, 5


@pytest.fixture(scope="module")
def log():
    return bcn.simulate_messages(ROWS, seed=4)


@pytest.fixture(scope="module")
def folder(log, tmp_path_factory):
    """The log in some Parquet files, one of them without rows."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    place = tmp_path_factory.mktemp("parts")
    table, each = log.to_arrow(), ROWS // (FILES - 1)
    for number in range(FILES):
        parquet.write_table(table.slice(number * each, each), place / f"{number}.parquet")
    return place


def test_files_are_parts_that_are_not_read_yet(folder):
    from interpol_bcn.dask import read_messages

    parts = read_messages(folder / "*.parquet")
    assert (len(parts), repr(parts)) == (FILES, "5 parts of messages, not read")


@pytest.mark.parametrize("split_every", [2, 8])
def test_dask_gives_the_bytes_of_one_tally(log, folder, split_every):
    pytest.importorskip("dask", reason="dask is not installed")
    from interpol_bcn.dask import read_messages

    parts = read_messages(folder / "*.parquet")
    made = parts.tally("month", "sender", split_every=split_every).compute(scheduler="sync")
    alone = bcn.Tally.for_messages("month", "sender")
    alone.update(str(folder / "*.parquet"))
    assert made.to_bytes() == alone.to_bytes()
    assert made.cube() == log.count("month", "sender")


def test_a_cube_comes_at_once_from_any_record(tmp_path):
    pytest.importorskip("dask", reason="dask is not installed")
    import dask

    from interpol_bcn.dask import read_searches

    for day in (5, 6):
        (tmp_path / f"{day}.csv").write_text(
            f"searched_at,bureau,database\n2023-01-0{day},FRA,SLTD\n2023-01-0{day},DEU,SMV\n"
        )
    with dask.config.set(scheduler="sync"):
        cube = read_searches(tmp_path / "*.csv").count("bureau", where={"database": "SLTD"})
    assert (cube["FRA"], cube["DEU"]) == (2, 0)


def test_without_dask_the_error_names_the_extra(folder, monkeypatch):
    from interpol_bcn.dask import read_messages

    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingExtra, match=r"interpol_bcn\[dask\]"):
        read_messages(folder / "*.parquet").tally("month")


CLUSTER = """
import os, signal, sys
import interpol_bcn as bcn
from interpol_bcn.dask import read_messages

def main(files):
    from dask.distributed import Client, LocalCluster
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None,
                      silence_logs=50) as cluster, Client(cluster) as client:
        victim = next(iter(cluster.workers.values())).pid
        waiting = client.compute(read_messages(files).tally("hour", "sender", split_every=2))
        os.kill(victim, signal.SIGKILL)
        made = waiting.result(timeout=90)
    alone = bcn.Tally.for_messages("hour", "sender")
    alone.update(files)
    print(made.to_bytes() == alone.to_bytes())

if __name__ == "__main__":
    main(sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_worker_killed_in_the_middle_changes_no_figure(folder, tmp_path):
    pytest.importorskip("distributed", reason="dask's distributed is not installed")
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(folder / "*.parquet")],
        capture_output=True, text=True, timeout=150, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stderr[-3000:]


SPARK = """
import sys
import interpol_bcn as bcn
import interpol_bcn.spark as engine
from pyspark.sql import SparkSession

session = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
           .config("spark.sql.session.timeZone", "UTC").getOrCreate())
frame = session.read.parquet(sys.argv[1]).withColumnRenamed("sent_at", "date_envoi")
frame = frame.repartition(7, "sender")  # some of them without rows
whole = engine.tally(frame, "month", "sender", part="year", columns={"sent_at": "date_envoi"})
alone = bcn.read_messages(sys.argv[1] + "/*.parquet")
assert whole.cube() == alone.count("month", "sender")
assert whole.account.accepted == len(alone)
names = whole.parts["part"].tolist()
assert names and all(name.startswith("year ") for name in names), names
cube = engine.count(frame, "kind", columns={"sent_at": "date_envoi"})
assert cube == alone.count("kind")
print("the same")
"""


def test_spark_counts_each_partition_where_it_lies(folder, tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    java = subprocess.run(["java", "-version"], capture_output=True, check=False) if any(
        os.path.exists(os.path.join(place, "java"))
        for place in os.environ.get("PATH", "").split(os.pathsep)
    ) else None  # fmt: skip
    if java is None or java.returncode:
        pytest.skip("Java, which Spark runs on, is not here")
    script = tmp_path / "spark.py"
    script.write_text(SPARK)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(folder)],
        capture_output=True, text=True, timeout=240, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
             "PYSPARK_PYTHON": sys.executable},
    )  # fmt: skip
    assert done.stdout.strip().endswith("the same"), done.stderr[-3000:]


def test_duckdb_streams_into_a_tally_and_finds_our_tables(log, folder):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.sql(f"SELECT * FROM '{folder}/*.parquet'")
    tally = bcn.Tally.for_messages("month", "sender")
    assert tally.update(relation, part="relation").accepted == ROWS
    assert tally.cube() == log.count("month", "sender")
    figures = tally.cube().to_table()
    found = connection.execute("SELECT sum(messages) FROM figures").fetchall()
    assert found == [(ROWS,)] and len(figures)
    assert connection.execute("SELECT count(*) FROM log").fetchall() == [(ROWS,)]
