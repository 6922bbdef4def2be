"""The command on tallies: count in several processes, merge, show."""

import json

import pytest

import interpol_bcn as bcn
from interpol_bcn.cli import main

HEAD = "sent_at,sender,receiver,kind\n"
DAYS = {
    "5": "2023-01-05T10:00Z,FRA,DEU,request\n2023-01-05T11:00Z,DEU,FRA,reply\n",
    "6": "2023-02-06T10:00Z,FRA,DEU,request\n",
    "7": "2023-03-07T10:00Z,ITA,DEU,alert\n2023-03-07T10:00Z,Frnace,DEU,alert\n",
}


@pytest.fixture
def files(tmp_path):
    for day, rows in DAYS.items():
        (tmp_path / f"{day}.csv").write_text(HEAD + rows)
    return tmp_path


def count(files, name, *rest, pattern="*.csv"):
    out = files / name
    code = main(["count", str(files / pattern), "--axes", "month,sender", "--errors", "reject",
                 "-o", str(out), *rest])  # fmt: skip
    return code, out


def test_any_number_of_jobs_and_any_merge_give_the_same_file(files, capsys):
    code, one = count(files, "one.bcn")
    assert code == 0 and "4 messages by month and sender" in capsys.readouterr().out
    assert count(files, "two.bcn", "--jobs", "2")[0] == 0
    count(files, "a.bcn", pattern="5.csv")
    count(files, "b.bcn", pattern="[67].csv")
    merged = files / "all.bcn"
    parts = [str(files / "b.bcn"), str(files / "a.bcn"), str(files / "b.bcn")]
    assert main(["merge", *parts, "-o", str(merged)]) == 0
    assert one.read_bytes() == (files / "two.bcn").read_bytes() == merged.read_bytes()
    tally = bcn.Tally.load(merged)
    assert (tally.account.accepted, tally.rejected.count) == (4, 1)


def test_a_tally_is_shown_along_some_of_its_axes(files, capsys):
    _, path = count(files, "one.bcn")
    capsys.readouterr()
    assert main(["show", str(path), "--by", "sender", "--no-zeros", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"sender": "DEU", "messages": 1},
        {"sender": "FRA", "messages": 2},
        {"sender": "ITA", "messages": 1},
    ]
    assert main(["show", str(path), "--by", "month", "-n", "1", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "2023-01,2,0.5"
    assert main(["show", str(path), "--by", "sender,month", "--format", "json", "-n", "1"]) == 0
    assert list(json.loads(capsys.readouterr().out)[0])[:2] == ["sender", "month"]
    assert main(["show", str(path), "--parts", "--format", "json"]) == 0
    assert [row["part"] for row in json.loads(capsys.readouterr().out)] == [
        "5.csv", "6.csv", "7.csv",
    ]  # fmt: skip


def test_questions_and_other_records_reach_the_tally(tmp_path, capsys):
    (tmp_path / "s.csv").write_text(
        "searched_at,bureau,database,searches\n2023-01-05,FRA,SLTD,40\n2023-01-05,FRA,SMV,2\n"
    )
    out = str(tmp_path / "s.bcn")
    assert main(["count", str(tmp_path / "s.csv"), "--record", "searches", "--axes", "bureau",
                 "--where", "database=SLTD", "-o", out]) == 0  # fmt: skip
    assert bcn.Tally.load(out).cube()["FRA"] == 40
    capsys.readouterr()
    assert main(["count", str(tmp_path / "s.csv"), "--record", "searches", "--by", "database",
                 "-n", "1", "--format", "json"]) == 0  # fmt: skip
    assert json.loads(capsys.readouterr().out)[0]["searches"] == 40


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["show", "none.bcn"], "none.bcn", 1),
        (["show", "5.csv"], "5.csv", 1),
        (["merge", "one.bcn", "-o", "all.csv"], "-o all.bcn", 2),
        (["show", "one.bcn", "--by", "mont"], "did you mean 'month'", 2),
        (["count", "5.csv", "--by", "month", "--jobs", "2"], "FILE.bcn", 2),
        (["count", "5.csv", "--by", "mont", "-o", "x.bcn"], "did you mean 'month'", 2),
        (["count", "5.csv", "--record", "serches"], "did you mean 'searches'", 2),
    ],
)
def test_what_cannot_be_is_said(files, monkeypatch, capsys, arguments, words, code):
    monkeypatch.chdir(files)
    count(files, "one.bcn")
    capsys.readouterr()
    assert main(arguments) == code
    assert words in capsys.readouterr().err
