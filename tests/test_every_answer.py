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


SOURCES = {
    "messages.anomalies": "Benjamini and Hochberg",
    "messages.changes": "Benjamini and Hochberg",
    "messages.quantiles": "type 1 of Hyndman and Fan",
    "messages.gaps": "type 1 of Hyndman and Fan",
    "distinct.estimated": "HyperLogLog, Flajolet et al. 2007",
    "cube.cumsum": "Cube.cumsum",
    "flow.balance": "FlowMatrix.balance",
    "flow.pagerank": "Brin and Page",
    "flow.betweenness": "Freeman",
    "flow.communities": "Leicht and Newman",
    "flow.missing": "Squartini and Garlaschelli",
    "flow.expected.gravity": "Santos Silva and Tenreyro",
    "flows.pagerank": "FlowMatrix.pagerank, FlowMatrix.communities, FlowMatrix.closeness",
    "responses.by": "Kaplan and Meier",
    "responses.curve": "Greenwood",
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_definition_names_its_source(name: str) -> None:
    assert SOURCES[name] in ANSWERS[name].explain().partition("Definition: ")[2]


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_shows_in_a_notebook(name: str) -> None:
    html = ANSWERS[name]._repr_html_()
    assert 0 < len(html) < MOST
    assert "<script" not in html
    assert html.count("<tr>") <= 300
