"""What models expect of a flow, and its ways to other libraries of networks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ._expected import Expected
    from .flow import FlowMatrix
    from .table import Table

__all__ = ["FlowVerbs"]


class FlowVerbs:
    """Models of a flow, and its exports as a network."""

    __slots__ = ()

    def bureaus(self, *, others: bool = False) -> tuple[str, ...]:
        """Return the labels of the bureaus of the network, in the order of every measure.

        >>> import interpol_bcn as bcn
        >>> bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["A"], "receiver": ["B"]},
        ...                   members=bcn.Domain(["A", "B"])).flow().bureaus()
        ('A', 'B')
        """
        from ._network import nodes_of

        flow = cast("FlowMatrix", self)
        labels = flow.axes[0].labels
        return tuple(labels[code] for code in nodes_of(flow, others)[0])

    def expected(
        self,
        model: str = "configuration",
        *,
        weighted: bool = True,
        mass: Any = None,
        distance: Any = None,
        exponents: Mapping[str, float] | None = None,
        others: bool = False,
    ) -> Expected:
        """Return what a model that knows little expects of every ordered pair.

        - ``"independence"``: what each sent and received, nothing else; Poisson
          (quasi-independence, Goodman 1968).
        - ``"configuration"``: the same margins, greatest entropy: each figure is geometric
          (the directed weighted configuration model, Squartini and Garlaschelli 2011); with
          ``weighted=False`` the degrees are known, and a figure is the chance of a link
          (the binary one).  Both reproduce the observed margins to a part of 1e-8 or
          better, or raise QueryError.
        - ``"gravity"``: constant x sender's mass^a x receiver's mass^b x distance^c,
          Poisson, fitted by maximum likelihood (Santos Silva and Tenreyro 2006);
          ``exponents={"distance": -1}`` keeps some as given.  ``mass`` is a dict, CSV or
          Table with ``bureau`` and ``mass`` (by default what each sent and received, plus
          one half); ``distance`` a dict by pairs or a table with ``sender receiver
          distance``, one way standing for both; left out, distance is.

        A bureau and itself, and bureaus never members together, are structural zeros.  The
        geometric model expects far more silence than the Poisson one, for it knows only
        sums; a pair silent against it is silent indeed.  Raise InputError for masses or
        distances that are missing or no numbers.  O(bureaus**2) a step, some tens of steps.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
        ...     "receiver": ["B", "C", "A"], "messages": [4, 4, 4]}, members=trio).flow()
        >>> round(flow.expected()["A", "C"], 6), flow.expected()
        (2.0, expected messages: model configuration, 3 bureaus, total 12.0)
        """
        from ._expected import MODELS, of_margins
        from ._network import choice, network_of
        from .errors import QueryError

        choice("model", model, MODELS)
        net = network_of(cast("FlowMatrix", self), others)
        if model == "gravity":
            from ._gravity import gravity

            return gravity(net, mass, distance, exponents)
        given = {"mass": mass, "distance": distance, "exponents": exponents}
        wrong = [name for name, value in given.items() if value is not None]
        if wrong:
            raise QueryError(f"{wrong[0]}= is of the model 'gravity', not of {model!r}")
        if not weighted and model != "configuration":
            raise QueryError("weighted=False is of the model 'configuration'")
        return of_margins(net, model if weighted else "links")

    def residuals(self, model: str = "configuration", **options: Any) -> Table:
        """Return by how much every pair differs from a model; see ``Expected.residuals``.

        ``model`` and options are those of ``expected``.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
        ...     "receiver": ["B", "C", "A"], "messages": [4, 4, 4]}, members=trio).flow()
        >>> flow.residuals("independence").top(1)["difference"].tolist()
        [2.0]
        """
        return self.expected(model, **options).residuals()

    def missing(
        self, model: str = "configuration", *, level: float = 0.95, **options: Any
    ) -> Table:
        """Return the pairs that a model expects to write and that did not.

        The most expected first, with the interval of the model; see ``Expected.missing``.
        ``model`` and options are those of ``expected``.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
        ...     "receiver": ["B", "C", "A"], "messages": [9, 9, 9]}, members=trio).flow()
        >>> row = flow.missing("independence")[0]
        >>> row["sender"], row["receiver"], row["low"], row["high"]
        ('A', 'C', 1, 9)
        """
        return self.expected(model, **options).missing(level)

    # Other libraries

    def to_networkx(self, *, others: bool = False, loops: bool = False) -> Any:
        """Return a ``networkx.DiGraph``: nodes by label, links with their ``weight``.

        Nodes have their ``name`` and tables (region) as attributes, as of the period's last
        day; silent bureaus are nodes.  ``loops`` keeps the messages of a bureau to itself.
        Any size.  Raise MissingExtra without networkx.  O(links), in Python objects.

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["A"],
        ...                           "receiver": ["B"]}, members=bcn.Domain(["A", "B"])).flow()
        >>> list(flow.to_networkx().edges(data="weight"))
        [('A', 'B', 1)]
        """
        from ._flow_exports import networkx

        return networkx(cast("FlowMatrix", self), others, loops)

    def to_igraph(self, *, others: bool = False, loops: bool = False) -> Any:
        """Return a directed ``igraph.Graph``: vertices by ``name``, links with ``weight``.

        The label is the ``name`` of a vertex, what a bureau is called its ``label``; all
        else is as in ``to_networkx``.  Raise MissingExtra without igraph.
        """
        from ._flow_exports import igraph

        return igraph(cast("FlowMatrix", self), others, loops)

    def to_scipy(self, *, others: bool = False, loops: bool = False) -> Any:
        """Return a ``scipy.sparse.csr_array`` of int64, senders by receivers.

        Rows and columns are in the order of ``bureaus()``.  Raise MissingExtra without
        scipy, OverflowError for a weight beyond 64 bits.

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["A"],
        ...                           "receiver": ["B"]}, members=bcn.Domain(["A", "B"])).flow()
        >>> flow.to_scipy().toarray().tolist()
        [[0, 1], [0, 0]]
        """
        from ._flow_exports import scipy

        return scipy(cast("FlowMatrix", self), others, loops)

    def to_graphml(
        self, path: str | os.PathLike[str], *, others: bool = False, loops: bool = False
    ) -> None:
        """Write GraphML, by networkx, as ``to_networkx`` has it; the file is replaced whole.

        Raise MissingExtra without networkx, OSError where it cannot be written.
        """
        from ._flow_exports import graphml

        graphml(cast("FlowMatrix", self), path, others, loops)

    def to_gexf(
        self, path: str | os.PathLike[str], *, others: bool = False, loops: bool = False
    ) -> None:
        """Write GEXF (Gephi), by networkx, as ``to_networkx`` has it, without the day of writing.

        Raise MissingExtra without networkx, OSError where it cannot be written.
        """
        from ._flow_exports import gexf

        gexf(cast("FlowMatrix", self), path, others, loops)

    def to_edgelist(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        delimiter: str = "\t",
        others: bool = False,
        loops: bool = False,
    ) -> str | None:
        r"""Write one line per link: sender, receiver, weight; return the text without a path.

        What ``networkx.read_weighted_edgelist`` and igraph's ``Read_Ncol`` read; without a
        header.  Silent bureaus are not in it.  Raise QueryError where a label holds the
        delimiter.

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["A"],
        ...                           "receiver": ["B"]}, members=bcn.Domain(["A", "B"])).flow()
        >>> flow.to_edgelist(delimiter=" ")
        'A B 1\n'
        """
        from ._flow_exports import edgelist

        return edgelist(cast("FlowMatrix", self), path, delimiter, others, loops)
