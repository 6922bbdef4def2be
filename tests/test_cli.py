"""The command: what it prints, writes, refuses, and with which exit code."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

import interpol_bcn as bcn
from interpol_bcn.cli import main

TEXT = """sent_at,sender,receiver,kind,size
2023-01-05T10:00Z,FRA,DEU,request,10
2023-01-06T11:30Z,DEU,FRA,reply,20
2023-02-01T09:15Z,FRA,Italy,diffusion,30
2023-02-01T23:30Z,FRA,DEU,request,40
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text(TEXT)
    return str(path)


def run(*arguments, stdin=b"", **environment):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "interpol_bcn", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
    )


def test_demo_prints_the_headlines_and_writes_the_page_here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--rows", "5000", "--seed", "3", "--no-charts"]) == 0
    printed = capsys.readouterr().out
    assert "Synthetic data" in printed and "5,000  messages" in printed
    assert "2  parts counted apart and merged: the same" in printed
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "5,000" in page


def test_report_speaks_the_language_that_is_asked_for(source, tmp_path, capsys):
    page = tmp_path / "rapport.html"
    assert main(["report", source, "-o", str(page), "--language", "fr", "--no-charts"]) == 0
    assert 'lang="fr"' in page.read_text(encoding="utf-8")
    assert "Messages entre bureaux" in capsys.readouterr().out


def test_top_gives_json_csv_markdown_and_text(source, capsys):
    assert main(["top", source, "--by", "sender", "-n", "1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"sender": "FRA", "messages": 3, "share": 0.75}]
    assert main(["top", source, "--by", "pair", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (rows[0]["sender"], rows[0]["receiver"], rows[0]["messages"]) == ("FRA", "DEU", "2")
    assert main(["top", source, "--by", "receiver", "--format", "md", "--labels", "name"]) == 0
    assert "| Germany" in capsys.readouterr().out
    assert main(["top", source]) == 0
    assert "FRA" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["kind=request"], 2),
        (["kind=request,reply"], 3),
        (["kind!=request"], 2),
        (["kind!=request,reply"], 1),
        (["sent_at=2023-01..2023-02"], 2),
        (["sent_at=2023-02.."], 2),
        (["size=20..40"], 2),
        (["size=..1000"], 4),
        (["size=20"], 1),
        (["sender=France", "kind=request"], 2),
        (["sender.region=Europe"], 4),
    ],
)
def test_where_filters(source, capsys, conditions, expected):
    where = [word for condition in conditions for word in ("--where", condition)]
    assert main(["count", source, *where, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"messages": expected}]


def test_count_goes_along_axes_in_a_zone_and_adds_up_measures(source, capsys, tmp_path):
    assert main(["count", source, "--by", "month,sender", "--no-zeros", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"month": "2023-01", "sender": "DEU", "messages": 1},
        {"month": "2023-01", "sender": "FRA", "messages": 1},
        {"month": "2023-02", "sender": "FRA", "messages": 2},
    ]
    assert main(["count", source, "--by", "sender", "--sum", "size", "-n", "1", "--format",
                 "json"]) == 0  # fmt: skip
    assert json.loads(capsys.readouterr().out)[0]["size"] == 80
    out = tmp_path / "days.csv"
    assert main(["count", source, "--by", "day", "--tz", "Europe/Paris", "--no-zeros",
                 "--format", "csv", "-o", str(out)]) == 0  # fmt: skip
    assert "2023-02-02,1" in out.read_text()


def test_reading_options_reach_the_reader(tmp_path, capsys):
    path = tmp_path / "extrait.csv"
    text = (
        "Date envoi|De|À\n29/10/2023 02:30|IP PARIS|DEU\n26/03/2023 02:30|FRA|DEU\n"
        "01/01/2023 10:00|FRA|Frnace\n01/05/2023 10:00|FRA|XKX\n"
    )
    path.write_bytes(text.encode("latin-1"))
    code = main([
        "count", str(path), "--columns", "sent_at=Date envoi", "--columns", "sender=De",
        "--columns", "receiver=À", "--source-tz", "Europe/Paris", "--ambiguous", "later",
        "--nonexistent", "forward", "--time-format", "%d/%m/%Y %H:%M", "--encoding", "latin-1",
        "--delimiter", "|", "--errors", "reject", "--period", "2023", "2024", "--aliases",
        "IP PARIS=FRA", "--extra", "XKX", "--threads", "1", "--format", "json",
    ])  # fmt: skip
    printed = capsys.readouterr()
    assert code == 0
    assert json.loads(printed.out) == [{"messages": 3}]
    assert "1 rows refused: 1 unknown label" in printed.err


def test_standard_input_is_a_source():
    done = run("count", "-", "--format", "json", stdin=TEXT.encode())
    assert (done.returncode, json.loads(done.stdout)) == (0, [{"messages": 4}])


def test_bad_data_is_one_line_with_place_and_choices_and_exit_code_one(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(TEXT.replace("Italy", "Itlay"))
    done = run("top", str(path))
    assert done.returncode == 1 and done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert b"bad.csv, line 4, column 'receiver': 'Itlay'" in done.stderr
    assert b"did you mean 'Italy'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["reprot"], 2, "did you mean 'report'"),
        (["report", "a.csv", "--lanugage", "fr"], 2, "did you mean '--language'"),
        (["top", "a.csv", "--format", "jsn"], 2, "did you mean 'json'"),
        (["top"], 2, "SOURCE"),
        (["top", "a.csv", "-n", "0"], 2, "from 1 on"),
        (["top", "a.csv", "--columns", "sender"], 2, "NAME=VALUE"),
        (["top", "-", "-"], 2, "once"),
        (["top", "none.csv"], 1, "no such file"),
        (["members", "Frnace"], 1, "did you mean 'France'"),
        (["members", "Tuvalu"], 1, "not a member"),
    ],
)
def test_mistakes_are_explained_with_their_exit_code(arguments, code, words, capsys):
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert words in printed.err and "Traceback" not in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["count", "--by", "mnth"], "'month'"),
        (["count", "--where", "knd=request"], "'kind'"),
        (["count", "--where", "kind=reqest"], "'request'"),
        (["count", "--where", "kind=request", "--where", "kind=reply"], "once"),
        (["count", "--sum", "siez"], "'size'"),
        (["count", "--where", "size=a.."], "no whole number"),
        (["count", "--tz", "Europe/Pariss"], "Europe/Paris"),
    ],
)
def test_a_wrong_question_is_a_usage_error(source, arguments, words, capsys):
    assert main([arguments[0], source, *arguments[1:]]) == 2
    assert words in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_said(source, capsys):
    assert main(["report", source, "-o", "/nowhere/page.html", "--no-charts"]) == 1
    assert "no folder /nowhere" in capsys.readouterr().err


def test_members_are_listed_and_found(capsys):
    assert main(["members", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 197
    assert main(["members", "Côte d'Ivoire", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["member"] == "CIV"
    assert main(["members", "--at", "2023-10", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 196


def test_inspect_prints_a_call(source, capsys):
    assert main(["inspect", source]) == 0
    assert f"bcn.read_messages({source!r})" in capsys.readouterr().out
    assert main(["inspect", source, "--record", "searches"]) == 0
    assert "taken for searches, as asked for" in capsys.readouterr().out


def test_help_and_version(capsys):
    assert main([]) == 0
    assert "demo" in capsys.readouterr().out
    assert main(["report", "--help"]) == 0
    assert "--source-tz" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"interpol-bcn {bcn.__version__}\n"


def test_a_reader_that_stops_early_is_no_error(tmp_path):
    command = f"{sys.executable} -m interpol_bcn members --format csv | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"member")


def test_no_colour_and_no_progress_where_there_is_no_terminal(source):
    done = run("top", source, "--format", "jsn")
    assert b"\x1b" not in done.stderr and done.returncode == 2
    assert run("top", source).stderr == b""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals to pretend")
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_that_want_it(environment, coloured):
    ours, theirs = os.openpty()
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    code = subprocess.run(
        [sys.executable, "-m", "interpol_bcn", "reprot"], stderr=theirs,
        env={**clean, **environment},
    ).returncode  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 4096)
    os.close(ours)
    assert code == 2
    assert (b"\x1b[" in said) is coloured


def test_long_work_says_so_on_a_terminal(monkeypatch):
    import time

    from interpol_bcn import _progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(_progress, "_AFTER", 0.01)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with _progress.progress("reading", []) as told:
        time.sleep(0.1)
        told(1_000_000)
    said = sys.stderr.getvalue()
    assert "reading ... " in said and "reading: 1,000,000 rows in 0.1 s" in said


def test_the_command_starts_without_what_it_does_not_need():
    script = (
        "import sys, interpol_bcn.cli as cli; cli.main(['--version']);"
        "print(sorted({'altair', 'numpy', 'vl_convert', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
