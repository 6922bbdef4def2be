"""``docs/measures.md`` has a row and a call for every public measure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import walk

import interpol_bcn as bcn
from interpol_bcn._expected import Expected
from interpol_bcn._flow_series import FlowSeries

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")
SECTIONS = {
    part.partition("\n")[0]: part.partition("\n")[2] for part in re.split(r"^## ", PAGE, flags=re.M)
}

#: what every result has: words, forms, pictures, parts of itself
FORMS = {
    "explain", "note", "plot", "title", "to_arrow", "to_csv", "to_dicts", "to_excel", "to_html",
    "to_json", "to_markdown", "to_numpy", "to_pandas", "to_polars", "to_table", "to_xarray",
}  # fmt: skip
HELD = {"axes", "columns", "measures", "nbytes", "synthetic"}
CELLS = {
    "add", "axis", "check", "columns", "coords", "dense", "dims", "equal", "extent", "from_cells",
    "from_sparse", "is_sparse", "is_wide", "item", "map", "nbytes", "ndim", "nonzero", "nonzeros",
    "permute", "pick", "pivot", "sel", "shape", "size", "subtract", "take", "transpose",
}  # fmt: skip
MODEL = {"coefficients", "coords", "dims", "distribution", "flow", "model", "shape", "unit"}
KEPT = {"axes", "copy", "from_bytes", "load", "nbytes", "save"}
SKETCH = {"from_bytes", "merge", "of", "to_bytes"}
SERIES = {"count", "cube", "index", "labels"}  # of a sequence, and what it is made of


def names(made: Any, *but: set[str], over: Any = object) -> set[str]:
    """The public names of a class beyond those of another."""
    found = {name for name in dir(made) if not name.startswith("_")}
    return found.difference(dir(over), *but)


def functions() -> set[str]:
    """The public functions that answer: neither readers nor what makes records up."""
    found = {name for name in bcn.__all__ if name[0].islower() and callable(getattr(bcn, name))}
    made = re.compile("read_|simulate_")
    others = {"inspect", "last", "report", "members", "published"}
    return {name for name in found - others if not made.match(name)}


MEASURES: list[tuple[str, set[str]]] = [
    ("Every log", names(bcn.Log, walk.NOT_ASKED - {"distinct_sketch", "quantile_sketch"}, HELD)),
    ("Several logs", functions()),
    ("Messages", names(bcn.MessageLog, over=bcn.Log) | names(FlowSeries, SERIES)),
    ("Searches", names(bcn.SearchLog, over=bcn.Log)),
    ("Records held, and access", names(bcn.RecordLog, over=bcn.Log)),
    ("Conferences", names(bcn.DelegateLog, over=bcn.Log)),
    ("Operations", names(bcn.OperationLog, over=bcn.Log)),
    ("Notices", names(bcn.NoticeLog, over=bcn.Log)),
    ("Cubes", names(bcn.Cube, CELLS, FORMS)),
    ("Flows", names(bcn.FlowMatrix, over=bcn.Cube) | names(Expected, MODEL, FORMS)),
    ("Service", names(bcn.Responses)),
    ("Tallies and sketches", names(bcn.Tally, KEPT, FORMS)),
    ("Tallies and sketches", names(bcn.QuantileSketch, SKETCH) | names(bcn.DistinctSketch, SKETCH)),
    ("Published figures", names(bcn.Published, FORMS)),
]


@pytest.mark.parametrize(("section", "measures"), MEASURES, ids=[one for one, _ in MEASURES])
def test_every_measure_has_a_row_and_a_call(section: str, measures: set[str]) -> None:
    text = SECTIONS[section]
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    calls = "\n".join(line for line in text.splitlines() if line.startswith((">>>", "...")))
    assert measures
    for name in sorted(measures):
        assert re.search(rf"`(?:\w+\.)?{name}`", rows), f"no row for {name}"
        assert re.search(rf"\.{name}\b", calls), f"no call of {name}"


def test_every_row_has_its_six_cells() -> None:
    for line in PAGE.splitlines():
        if line.startswith("|"):
            assert line.count("|") == 7, line


def test_the_pages_that_are_linked_are_there() -> None:
    docs = Path(__file__).resolve().parents[1] / "docs"
    for target in re.findall(r"\]\((\w+\.md)\)", PAGE):
        assert (docs / target).is_file(), target
