"""The benchmark itself: answers are compared, medians and ratios are right."""

from __future__ import annotations

import pytest
from bench import run
from bench.questions import MEMORY


def test_a_row_takes_the_first_answer_as_cold_and_the_median_of_the_others_as_warm():
    row = run.Row("memory", "sender", 2.0, {"ours": [9.0, 0.001, 0.003, 0.002], "a": [5.0, 0.008]})
    row.times["b"] = [1.0]
    assert row.cold("ours") == 9000.0
    assert row.warm("ours") == 2.0
    assert row.best == "a"
    assert row.ratio == 4.0


def test_the_table_is_written_between_the_markers_and_nowhere_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{run.BEGIN}\nold\n{run.END}\nafter\n", encoding="utf-8")
    run.write_between(page, "new")
    expected = f"before\n{run.BEGIN}\nnew\n{run.END}\nafter\n"
    assert page.read_text(encoding="utf-8") == expected
    page.write_text("no markers", encoding="utf-8")
    with pytest.raises(SystemExit, match="has no lines"):
        run.write_between(page, "new")


@pytest.fixture
def peers(monkeypatch):
    for name in ("numpy", "pyarrow", "duckdb", "polars", "pandas"):
        pytest.importorskip(name, reason="a peer of the benchmark")
    monkeypatch.setattr(run.peer_room, "limit_threads", lambda threads: None)


def test_peers_agree_on_every_question(peers, capsys):
    names = "duckdb,polars,pandas,pyarrow,numpy"
    arguments = ["--rows", "20000", "--repeats", "2", "--peers", names]
    assert run.main([*arguments, "--sections", "memory,shuffled,files"]) == 0
    printed = capsys.readouterr().out
    for question in MEMORY:
        assert printed.count(f"| {question.title} |") == 1
        assert printed.count(f"| {question.title}, unsorted |") == 1
    assert "| Parquet → flow |" in printed


def test_a_wrong_answer_ends_the_run(peers, capsys, monkeypatch):
    question = MEMORY[0]
    wrong = {**question.answers, "numpy": lambda data: [0] * 196}
    monkeypatch.setattr(question, "answers", wrong)
    arguments = ["--rows", "1000", "--repeats", "1", "--peers", "duckdb,numpy"]
    assert run.main([*arguments, "--sections", "memory", "--questions", question.name]) == 1
    assert "numpy and duckdb differ" in capsys.readouterr().err


def test_unknown_peers_and_sections_are_refused():
    with pytest.raises(SystemExit):
        run.parse(["--peers", "ours,oracle"])
    with pytest.raises(SystemExit):
        run.parse(["--sections", "sideways"])
