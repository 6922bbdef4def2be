"""Flows on their way to other libraries of networks, and to their files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._figures import joined
from ._network import nodes_of
from .errors import MissingExtra, QueryError

if TYPE_CHECKING:
    from .flow import FlowMatrix

__all__ = ["edgelist", "gexf", "graphml", "igraph", "links", "networkx", "scipy"]


def _library(name: str, extra: str, purpose: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtra(extra, name.partition(".")[0], purpose) from None


def links(flow: FlowMatrix, others: bool, loops: bool) -> tuple[list[int], list[Any]]:
    """Return the codes of the bureaus and the links between them: places and a weight each."""
    codes, spans = nodes_of(flow, others)
    place = {code: at for at, code in enumerate(codes)}
    n = len(flow.axes[0])
    cells, low, high = flow.nonzeros()
    weights = memoryview(low).tolist() if high is None else joined(low, high)
    found = []
    for cell, weight in zip(memoryview(cells).tolist(), weights, strict=True):
        a, b = place.get(cell // n), place.get(cell % n)
        if a is None or b is None or (a == b and not loops):
            continue
        if a == b or (spans[a][0] < spans[b][1] and spans[b][0] < spans[a][1]):
            found.append((a, b, weight))
    return list(codes), found


def _attributes(flow: FlowMatrix, codes: list[int]) -> dict[str, list[str]]:
    """Names and tables of the bureaus, as texts, as of the period's last day."""
    from ._membership import days_of

    axis, made = flow.axes[0], {}
    names = axis.all_names.get("en")
    if names is not None:
        made["name"] = [names[code] for code in codes]
    if axis.domain is not None:
        for table in axis.domain.tables:
            values, of = axis.domain.table(table, days_of(flow)[1])
            made[table] = [values[of[code]] if of[code] >= 0 else "" for code in codes]
    return made


def networkx(flow: FlowMatrix, others: bool, loops: bool) -> Any:
    """See ``FlowMatrix.to_networkx``."""
    library = _library("networkx", "network", "to make its graph")
    codes, found = links(flow, others, loops)
    labels = [flow.axes[0].labels[code] for code in codes]
    attributes = _attributes(flow, codes)
    graph = library.DiGraph(title=flow.title(), note=flow.note())
    for at, label in enumerate(labels):
        graph.add_node(label, **{name: texts[at] for name, texts in attributes.items()})
    graph.add_weighted_edges_from((labels[a], labels[b], weight) for a, b, weight in found)
    return graph


def igraph(flow: FlowMatrix, others: bool, loops: bool) -> Any:
    """See ``FlowMatrix.to_igraph``."""
    library = _library("igraph", "igraph", "to make its graph")
    codes, found = links(flow, others, loops)
    attributes = _attributes(flow, codes)
    if "name" in attributes:
        attributes["label"] = attributes.pop("name")
    # Vertices go by their name there: the label.
    attributes["name"] = [flow.axes[0].labels[code] for code in codes]
    return library.Graph(
        n=len(codes), edges=[(a, b) for a, b, _ in found], directed=True,
        graph_attrs={"title": flow.title(), "note": flow.note()}, vertex_attrs=attributes,
        edge_attrs={"weight": [weight for _, _, weight in found]},
    )  # fmt: skip


def scipy(flow: FlowMatrix, others: bool, loops: bool) -> Any:
    """See ``FlowMatrix.to_scipy``."""
    sparse = _library("scipy.sparse", "network", "to make a sparse array")
    numpy = _library("numpy", "network", "to make a sparse array")
    codes, found = links(flow, others, loops)
    rows, columns, weights = zip(*found, strict=True) if found else ((), (), ())
    values = numpy.array(weights, dtype=numpy.int64)
    return sparse.csr_array((values, (rows, columns)), shape=(len(codes),) * 2)


def _written(path: str | os.PathLike[str], lines: Iterator[str]) -> None:
    from ._atomic import write_text

    write_text(path, "\n".join(lines) + "\n")


def graphml(flow: FlowMatrix, path: str | os.PathLike[str], others: bool, loops: bool) -> None:
    """See ``FlowMatrix.to_graphml``."""
    library = _library("networkx", "network", "to write GraphML")
    _written(path, library.generate_graphml(networkx(flow, others, loops)))


def gexf(flow: FlowMatrix, path: str | os.PathLike[str], others: bool, loops: bool) -> None:
    """See ``FlowMatrix.to_gexf``."""
    import re

    library = _library("networkx", "network", "to write GEXF")
    lines = library.generate_gexf(networkx(flow, others, loops))
    # The day of writing would make two files of one flow differ.
    _written(path, (re.sub(r' lastmodifieddate="[^"]*"', "", line) for line in lines))


def edgelist(
    flow: FlowMatrix, path: str | os.PathLike[str] | None, delimiter: str, others: bool,
    loops: bool,
) -> str | None:  # fmt: skip
    """See ``FlowMatrix.to_edgelist``."""
    if len(delimiter) != 1 or delimiter in "\r\n":
        raise QueryError(f"delimiter={delimiter!r}: one character")
    codes, found = links(flow, others, loops)
    labels = [flow.axes[0].labels[code] for code in codes]
    wrong = [label for label in labels if set(label) & {delimiter, "\r", "\n"}]
    if wrong:
        raise QueryError(f"delimiter={delimiter!r} is part of the label {wrong[0]!r}")
    lines = [delimiter.join((labels[a], labels[b], str(weight))) for a, b, weight in found]
    text = "\n".join(lines) + "\n" if lines else ""
    if path is None:
        return text
    from ._atomic import write_text

    write_text(path, text)
    return None
