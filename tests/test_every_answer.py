"""What every answer owes whoever reads it: an explanation, and a bounded picture in a notebook."""

from __future__ import annotations

import pytest
import walk

ANSWERS = dict(walk.answers())
OWED = ("Period: ", "Unit: ", "Rows: ", "Coverage: ", "Definition: ")
MOST = 200_000  # letters of a picture in a notebook


def test_the_walk_goes_over_every_verb() -> None:
    for name in walk.logs():
        for verb in walk.verbs(name):
            assert f"{name}.{verb}" in ANSWERS


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_explained_in_one_paragraph(name: str) -> None:
    words = ANSWERS[name].explain()
    assert "\n" not in words
    for owed in OWED:
        assert owed in words, words
    assert words.partition("Period: ")[0].strip(), "without a formula"
    assert "rows seen" in words
    assert ".." in words.partition("Period: ")[2]
    assert words.endswith(".")


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_shows_in_a_notebook(name: str) -> None:
    html = ANSWERS[name]._repr_html_()
    assert 0 < len(html) < MOST
    assert "<script" not in html
    assert html.count("<tr>") <= 300
