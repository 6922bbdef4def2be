"""The measures of network science on a flow, under their textbook names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .flow import FlowMatrix
    from .table import Table

__all__ = ["NetworkVerbs"]


class NetworkVerbs:
    """Measures of a flow as a network.

    Each is over the members of the period; ``others=True`` adds who else sent or received
    something.  Messages of a bureau to itself are left out of all of them, and so are those
    between bureaus never members together, as ``density`` and ``silent`` do.  Where a
    measure is of each bureau, its table has one row for each, silent ones included, in the
    order of the domain.  Real numbers are computed in one fixed order: the same bits on every
    platform.

    Each raises QueryError for a choice or number that makes no sense and for negative
    figures (a difference of flows), TooLargeError above 4,096 bureaus (``to_networkx()``,
    ``to_igraph()`` and ``to_scipy()`` take more), OverflowError where all weights together
    pass 2**62.
    """

    __slots__ = ()

    # Position

    def degree(self, *, others: bool = False) -> Table:
        """Return with how many bureaus each has links.

        Columns: ``bureau``, ``degree_out`` (how many it wrote to), ``degree_in`` (heard
        from), ``degree`` (both added, as networkx does).  Whole numbers.  O(links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "A"],
        ...                           "receiver": ["B", "C"]}, members=trio).flow()
        >>> flow.degree()["degree_out"].tolist()
        [2, 0, 0]
        """
        from ._network_tables import degree

        return degree(cast("FlowMatrix", self), others)

    def strength(self, *, others: bool = False) -> Table:
        """Return how much each bureau sent to the others and received from them.

        Columns: ``bureau``, ``sent``, ``received``, ``strength`` (both added), in the
        flow's unit, exact.  Barrat et al. (2004), PNAS 101.  O(links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "A"],
        ...                           "receiver": ["B", "A"]}, members=trio).flow()
        >>> flow.strength().to_dicts()[0]
        {'bureau': 'A', 'sent': 1, 'received': 0, 'strength': 1}
        """
        from ._network_tables import strength

        return strength(cast("FlowMatrix", self), others)

    def asymmetry(self, *, others: bool = False) -> Table:
        """Return how one-sided each bureau's exchange is.

        Columns: ``bureau``; ``asymmetry``, (sent - received) / (sent + received), from -1
        (only receives) to 1 (only sends); ``one_sided``, the sum over partners of
        abs(w_ij - w_ji) over all it sent and received, 0 where every partner answers in
        kind.  None for who exchanged nothing.  O(links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "C"],
        ...                           "receiver": ["B", "A"]}, members=trio).flow()
        >>> flow.asymmetry().to_dicts()[0]
        {'bureau': 'A', 'asymmetry': 0.0, 'one_sided': 1.0}
        """
        from ._network_tables import asymmetry

        return asymmetry(cast("FlowMatrix", self), others)

    def assortativity(
        self, of: str = "strength", *, weighted: bool = True, others: bool = False
    ) -> Table:
        """Return whether the strong write to the strong: four correlations over links.

        ``of`` is "strength" or "degree".  Columns: ``sender`` and ``receiver`` (which of
        the two, "out" or "in", is taken of each end), ``assortativity`` (Pearson's, -1 to
        1; None where an end does not vary).  Each link counts by its weight, or once
        without ``weighted``, as networkx counts (its ``weight`` makes a degree a strength
        and no more).  Newman (2003), Phys. Rev. E 67; Foster et al. (2010), PNAS 107.
        O(links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "A", "B"],
        ...     "receiver": ["B", "C", "C"]}, members=trio).flow()
        >>> round(flow.assortativity("degree", weighted=False)[1]["assortativity"], 6)
        -0.5
        """
        from ._network_tables import assortativity

        return assortativity(cast("FlowMatrix", self), of, weighted, others)

    def clustering(
        self, kind: str = "total", *, weighted: bool = True, others: bool = False
    ) -> Table:
        """Return how far the partners of each bureau write to each other.

        Columns: ``bureau``, ``clustering`` (0 to 1; 0 without two partners).  Fagiolo
        (2007), Phys. Rev. E 76, 026107, table I: ``kind`` is "total" (all triangles; what
        networkx computes), "cycle", "middleman", "in" or "out".  A triangle counts by the
        cube root of its three weights over the greatest weight of the network: weighted
        figures are small where one pair writes very much.  O(links x bureaus).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
        ...     "receiver": ["B", "C", "A"]}, members=trio).flow()
        >>> flow.clustering()["clustering"][0], flow.clustering("cycle")["clustering"][0]
        (0.5, 1.0)
        """
        from ._network_tables import clustering

        return clustering(cast("FlowMatrix", self), kind, weighted, others)

    def pagerank(
        self,
        damping: float = 0.85,
        *,
        tolerance: float = 1e-12,
        weighted: bool = True,
        others: bool = False,
    ) -> Table:
        """Return the PageRank of each bureau: who is written to by those who are.

        Columns: ``bureau``, ``pagerank`` (they add up to 1).  Links are followed by weight;
        a bureau that wrote to nobody passes its rank to all alike, as in networkx and
        igraph.  Iterated until the sum of changes is at most ``tolerance``.  Brin and Page
        (1998).  O(links) a pass, some tens of passes.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
        ...     "receiver": ["B", "C", "A"]}, members=trio).flow()
        >>> [round(rank, 4) for rank in flow.pagerank()["pagerank"]]
        [0.3333, 0.3333, 0.3333]
        """
        from ._network_tables import pagerank

        return pagerank(cast("FlowMatrix", self), damping, tolerance, weighted, others)

    def eigenvector(
        self, *, tolerance: float = 1e-12, weighted: bool = True, others: bool = False
    ) -> Table:
        """Return eigenvector centrality: who receives much from those who do.

        Columns: ``bureau``, ``eigenvector``: the left eigenvector of the largest
        eigenvalue, of Euclidean length 1, as in networkx (igraph divides by the largest).
        All 0 in a network without cycles, which has none.  Bonacich (1987).  In a network
        that does not hang together strongly it belongs to one part: prefer ``pagerank``.
        O(links) a pass.

        >>> import interpol_bcn as bcn
        >>> duo = bcn.Domain(["A", "B"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "B"],
        ...     "receiver": ["B", "A"]}, members=duo).flow()
        >>> [round(value, 4) for value in flow.eigenvector()["eigenvector"]]
        [0.7071, 0.7071]
        """
        from ._network_tables import eigenvector

        return eigenvector(cast("FlowMatrix", self), tolerance, weighted, others)

    def betweenness(
        self, *, weighted: bool = True, normalized: bool = True, others: bool = False
    ) -> Table:
        """Return through whom the shortest paths between others pass.

        Columns: ``bureau``, ``betweenness``: the sum over ordered pairs of others of the
        share of their shortest paths through it, over (n - 1)(n - 2) where ``normalized``,
        as in networkx.  A link of weight w is 1/w long (``weighted=False``: 1), so that
        who writes much is near (Opsahl et al. 2010); lengths that differ by less than
        2**-40 of the longer are the same.  Freeman (1977); computed as Brandes (2001).
        O(bureaus x links x log bureaus).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "B"],
        ...     "receiver": ["B", "C"]}, members=trio).flow()
        >>> flow.betweenness()["betweenness"].tolist()
        [0.0, 0.5, 0.0]
        """
        from ._network_tables import betweenness

        return betweenness(cast("FlowMatrix", self), weighted, normalized, others)

    def closeness(
        self, *, weighted: bool = True, scaled: bool = True, others: bool = False
    ) -> Table:
        """Return how near each bureau is to the others, along links.

        Columns: ``bureau``, ``closeness_in`` (from those that reach it: networkx's),
        ``closeness_out`` (to those it reaches).  The number reached over the sum of the
        lengths, 0 for none; ``scaled`` multiplies by the share of the others reached, so
        that who is near to few is not first (Wasserman and Faust 1994).  Links are as long
        as in ``betweenness``, so a weighted figure is in messages.  As ``betweenness``,
        and computed together with it.

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "B"],
        ...     "receiver": ["B", "C"]}, members=trio).flow()
        >>> flow.closeness()["closeness_in"].tolist()
        [0.0, 0.5, 0.6666666666666666]
        """
        from ._network_tables import closeness

        return closeness(cast("FlowMatrix", self), weighted, scaled, others)

    def similarity(
        self, bureau: object = None, *, profile: str = "sent", others: bool = False
    ) -> Table:
        """Return how alike the partners of two bureaus are: the cosine of their profiles.

        ``profile`` is "sent" (to whom how much), "received" or "both" side by side.
        Columns: ``bureau``, ``other``, ``similarity`` (0 to 1; 0 of a silent one): every
        pair once, or with a ``bureau`` all others by falling similarity.  What two write to
        each other is part of it.  Raise LabelError for no label.  O(bureaus x links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "B"],
        ...     "receiver": ["C", "C"]}, members=trio).flow()
        >>> flow.similarity("A").to_dicts()[0]
        {'bureau': 'A', 'other': 'B', 'similarity': 1.0}
        """
        from ._network_tables import similarity

        return similarity(cast("FlowMatrix", self), bureau, profile, others)

    # Cores and groups

    def k_core(self, direction: str = "all", *, others: bool = False) -> Table:
        """Return the core number of each bureau, by links.

        Columns: ``bureau``, ``k_core``: the largest k for which it belongs to a part of the
        network where everyone has k links with the others of that part; links both ways
        count twice, as in networkx.  ``direction`` is "all", "out" or "in".  Seidman (1983).
        O(bureaus**2 + links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "A"],
        ...     "receiver": ["B", "A", "C"]}, members=trio).flow()
        >>> flow.k_core()["k_core"].tolist()
        [2, 2, 1]
        """
        from ._network_tables import core_numbers

        return core_numbers(cast("FlowMatrix", self), direction, False, others)

    def s_core(self, direction: str = "all", *, others: bool = False) -> Table:
        """Return the core number of each bureau, by weight: the strength core.

        Columns: ``bureau``, ``s_core``: the largest s for which it belongs to a part of the
        network where everyone exchanges at least s with the others of that part; exact.
        ``direction`` is "all" (sent and received), "out" or "in".  Eidsaa and Almaas
        (2013), Phys. Rev. E 88.  O(bureaus**2 + links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "A", "C"],
        ...     "receiver": ["B", "B", "A"]}, members=trio).flow()
        >>> flow.s_core()["s_core"].tolist()
        [2, 2, 1]
        """
        from ._network_tables import core_numbers

        return core_numbers(cast("FlowMatrix", self), direction, True, others)

    def core_periphery(
        self, pattern: str = "either", *, weighted: bool = True, others: bool = False
    ) -> Table:
        """Return who is core and who is periphery, by Borgatti and Everett's discrete model.

        The division whose ideal pattern correlates best with the weights of all ordered
        pairs: 1 where either of a pair is core (``pattern="either"``, their equation 2), or
        both are (``"both"``), 0 elsewhere.  Found from the strongest bureaus by the best
        single change (one added, removed, or two exchanged) while any helps: no single
        change betters it, though another division might; decided by exact sums, the same
        everywhere.  Columns: ``bureau``, ``role`` ("core" or "periphery"), ``with_core``
        (what it exchanged with the core); the note has the correlation.  All are periphery
        where no division fits.  Social Networks 21 (1999).  O(bureaus**2) a change.

        >>> import interpol_bcn as bcn
        >>> world = bcn.Domain(["HUB", "A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["HUB"] * 3,
        ...     "receiver": ["A", "B", "C"]}, members=world).flow()
        >>> flow.core_periphery()["role"].tolist()
        ['core', 'periphery', 'periphery', 'periphery']
        """
        from ._network_groups import core_periphery

        return core_periphery(cast("FlowMatrix", self), pattern, weighted, others)

    def components(self, kind: str = "weak", *, others: bool = False) -> Table:
        """Return which bureaus hang together.

        ``kind`` is "weak" (by links in any direction) or "strong" (each reaches each along
        links).  Columns: ``bureau``, ``component`` (from 1, the largest first, equal ones by
        their first bureau), ``bureaus`` (its size).  Tarjan (1972).  O(links).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "C", "B"],
        ...     "receiver": ["B", "B", "C"]}, members=trio).flow()
        >>> flow.components("strong")["component"].tolist()
        [2, 1, 1]
        """
        from ._network_groups import components

        return components(cast("FlowMatrix", self), kind, others)

    def communities(self, resolution: float = 1.0, *, seed: int = 0, others: bool = False) -> Table:
        """Return communities: bureaus that write more among themselves than sizes suggest.

        Columns: ``bureau``, ``community`` (from 1, the largest first), ``bureaus`` (its
        size); the note has the modularity (Leicht and Newman 2008, directed and weighted;
        ``resolution`` above 1 gives more and smaller ones).  Found by the Leiden algorithm
        (Traag, Waltman and van Eck 2019), so that each community hangs together; in its
        refinement a node joins where it gains most, not at random.  One seed gives the
        same answer everywhere; several seeds tell how firm it is.  O(links) a pass.

        >>> import interpol_bcn as bcn
        >>> four = bcn.Domain(["A", "B", "C", "D"])
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "C"],
        ...     "receiver": ["B", "D"]}, members=four).flow()
        >>> flow.communities()["community"].tolist(), flow.modularity(flow.communities())
        ([1, 1, 2, 2], 0.5)
        """
        from ._network_groups import communities

        return communities(cast("FlowMatrix", self), resolution, seed, others)

    def modularity(
        self, groups: str | Table, *, resolution: float = 1.0, others: bool = False
    ) -> float:
        """Return the modularity of a division: how much more is written within groups.

        ``groups`` is the name of a table of the bureaus ("region"), as of the period's last
        day, or a Table with ``bureau`` and ``community`` (or component, role, group).
        Directed and weighted (Leicht and Newman 2008): the share of weight within groups
        minus what chance puts there.  A float below 1; 0 without links.  O(links).

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["FRA", "JPN"],
        ...                           "receiver": ["DEU", "KOR"]}).flow()
        >>> flow.modularity("region")
        0.5
        """
        from ._network_groups import modularity

        return modularity(cast("FlowMatrix", self), groups, resolution, others)

    def ei_index(
        self,
        table: str = "region",
        *,
        each: str = "group",
        weighted: bool = True,
        others: bool = False,
    ) -> Table:
        """Return how far bureaus look beyond their own group: Krackhardt and Stern's E-I.

        ``table`` is any table of the bureaus, as of the period's last day; ``each`` is
        "group" or "bureau".  Columns: the group (and how many ``bureaus``) or ``bureau``;
        ``internal`` and ``external`` (messages, or links without ``weighted``, sent and
        received); ``ei_index``, (external - internal) / both, from -1 to 1, None of
        nothing.  The note has that of the whole network.  Soc. Psychol. Q. 51 (1988).
        O(links).

        >>> import interpol_bcn as bcn
        >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["FRA", "FRA"],
        ...                           "receiver": ["DEU", "JPN"]}).flow()
        >>> flow.ei_index().to_dicts()[-1]["ei_index"]
        0.0
        """
        from ._network_groups import ei_index

        return ei_index(cast("FlowMatrix", self), table, each, weighted, others)

    def rank_stability(
        self, other: Any, by: str = "strength", *, p: float = 0.9, others: bool = False
    ) -> Table:
        """Return how alike the bureaus rank in this flow and in another.

        ``by`` is any measure of each bureau that ``FlowSeries.measure`` takes.  One row:
        ``bureaus`` (in both flows), ``kendall`` (tau-b, -1 to 1: Kendall 1945) and
        ``overlap`` (rank-biased overlap, 0 to 1, which looks at the top: Webber, Moffat and
        Zobel 2010, equation 32; ``p`` nearer to 1 looks further down; equal ones stand in
        the order of their labels).  O(bureaus x log bureaus) beside the measure.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...     "sender": ["A", "A"], "receiver": ["B", "C"]}, members=bcn.Domain(["A", "B", "C"]))
        >>> first, second = log.flow(where={"sent_at": "2023-01"}), log.flow()
        >>> first.rank_stability(second, "sent").to_dicts()
        [{'bureaus': 3, 'kendall': 1.0, 'overlap': 1.0}]
        """
        from ._rank_stability import rank_stability

        return rank_stability(cast("FlowMatrix", self), other, by, p, others)
