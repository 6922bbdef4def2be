"""What a model expects of every pair of bureaus, what differs from it, and what is missing."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import ceil, exp, floor, isnan, lgamma, log, log1p, sqrt
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._confidence import check_level
from ._exports import Exports
from ._figures import afford
from ._network import Net
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .flow import FlowMatrix

__all__ = ["Expected", "quantile"]

_BYTES_PER_PAIR = 160


def quantile(distribution: str, mean: float, part: float) -> int:
    """Return the least number whose distribution function is at least ``part``.

    ``distribution`` is "poisson", "geometric" (on 0, 1, 2...) or "bernoulli".

    >>> quantile("poisson", 3.0, 0.975), quantile("geometric", 3.0, 0.975)
    (7, 12)
    """
    if mean <= 0:
        return 0
    if distribution == "bernoulli":
        return int(part > 1 - mean)
    if distribution == "geometric":
        # P(more than k) = q^(k + 1), q = mean / (1 + mean).
        return max(0, ceil(log1p(-part) / -log1p(1 / mean) - 1 - 1e-12))
    at = max(0, floor(mean - 12 * sqrt(mean) - 12))
    term = exp(at * log(mean) - mean - lgamma(at + 1))
    below = term
    while below < part and at < mean + 40 * sqrt(mean) + 60:
        at += 1
        term *= mean / at
        below += term
    return at


def _nothing(distribution: str, mean: float) -> float:
    """The chance of 0."""
    if distribution == "poisson":
        return exp(-mean)
    return 1 / (1 + mean) if distribution == "geometric" else 1 - mean


def _spread(distribution: str, mean: float) -> float:
    """The variance."""
    if distribution == "poisson":
        return mean
    return mean * (1 + mean) if distribution == "geometric" else mean * (1 - mean)


class Expected(Exports):
    """What a model expects of every ordered pair of bureaus: a square of real numbers.

    ``expected["FRA", "DEU"]`` is one figure; ``dims``, ``coords`` and ``shape`` are as a
    cube's; ``to_table()`` and every export have the pairs that could have written.
    ``model`` names the model, ``distribution`` what a figure is the mean of ("poisson",
    "geometric", "bernoulli"), ``coefficients`` those of a gravity model.  ``residuals()``
    and ``missing()`` compare it with what was written.

    >>> import interpol_bcn as bcn
    >>> trio = bcn.Domain(["A", "B", "C"])
    >>> flow = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["A", "B", "C"],
    ...     "receiver": ["B", "C", "A"], "messages": [5, 5, 5]}, members=trio).flow()
    >>> expected = flow.expected("independence")
    >>> round(expected["A", "C"], 6), expected.distribution, expected.shape
    (2.5, 'poisson', (3, 3))
    """

    def __init__(
        self, net: Net, model: str, distribution: str, cells: Any, formula: str,
        coefficients: dict[str, float] | None = None, *, source: str = "",
    ) -> None:  # fmt: skip
        self._net = net
        self._cells = memoryview(cells)
        self._formula = formula
        self._source = source
        self.model = model
        self.distribution = distribution
        self.coefficients = coefficients or {}

    @property
    def flow(self) -> FlowMatrix:
        """The flow that the model was made for."""
        return self._net.flow

    @property
    def dims(self) -> tuple[str, str]:
        """The names of the two axes."""
        first, second = self.flow.dims
        return first, second

    @property
    def coords(self) -> dict[str, Sequence[str]]:
        """The bureaus on each axis."""
        labels = tuple(self._net.labels)
        return dict.fromkeys(self.dims, labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Bureaus by bureaus."""
        return len(self._net), len(self._net)

    @property
    def unit(self) -> str:
        """What a figure counts."""
        return "links" if self.distribution == "bernoulli" else self.flow.unit

    def __getitem__(self, pair: tuple[object, object]) -> float:
        """Return what is expected of one bureau to another; raise LabelError for no label."""
        n = len(self._net)
        sender, receiver = (self._place(label) for label in pair)
        return float(self._cells[sender * n + receiver])

    def _place(self, label: object) -> int:
        code = self._net.axis.index(label)
        if code not in self._net.codes:
            raise QueryError(f"{label!r} is not among the {len(self._net):,} bureaus of the model")
        return self._net.codes.index(code)

    def total(self) -> float:
        """Return the sum over all pairs."""
        return sum(self._cells)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        net, n = self._net, len(self._net)
        if not net.dated:
            return ((a, b) for a in range(n) for b in range(n) if a != b)
        return ((a, b) for a in range(n) for b in range(n) if net.met(a, b))

    def _observed(self) -> list[int]:
        cells = self._net.figures()
        return [int(value > 0) for value in cells] if self.distribution == "bernoulli" else cells

    def _keys(self, rows: Sequence[int]) -> list[Column]:
        """The two bureaus of some cells."""
        n, first, second = len(self._net), *self.dims
        return [
            self._net.bureau_column([cell // n for cell in rows], first),
            self._net.bureau_column([cell % n for cell in rows], second),
        ]

    def _all(self, what: str) -> list[int]:
        n = len(self._net)
        afford(n * n, _BYTES_PER_PAIR, f"a table of {n * n:,} {what}")
        return [a * n + b for a, b in self._pairs()]

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return every pair that could have written and what is expected of it.

        Columns: sender, receiver, ``expected``.  Costs O(pairs).
        """
        rows = self._all("expected figures")
        if not zeros:
            rows = [cell for cell in rows if self._cells[cell]]
        return self._figures(rows)

    def _figures(self, rows: Sequence[int]) -> Table:
        column = Column("expected", array("d", [self._cells[cell] for cell in rows]), "number",
                        format="digits.3", unit=self.unit)  # fmt: skip
        return Table.from_columns(
            [*self._keys(rows), column], title=f"expected {self.unit}", note=self.note(),
            explain=self.explain(),
        )  # fmt: skip

    def residuals(self) -> Table:
        """Return how much every pair wrote, what is expected, and by how much they differ.

        Columns: sender, receiver, the measure, ``expected``, ``difference`` (written minus
        expected), ``residual`` (the difference over the standard deviation of the model:
        Pearson's; None where nothing can vary).  ``top(n)`` gives those who write much more
        than expected, ``sort("residual")`` those who write less.  Costs O(pairs).
        """
        rows, observed, nan = self._all("residuals"), self._observed(), float("nan")
        expected = array("d", [self._cells[cell] for cell in rows])
        written = [observed[cell] for cell in rows]
        apart = array("d", [had - mean for had, mean in zip(written, expected, strict=True)])
        spreads = [_spread(self.distribution, mean) for mean in expected]
        scaled = array("d", [
            part / sqrt(spread) if spread > 1e-12 else nan
            for part, spread in zip(apart, spreads, strict=True)
        ])  # fmt: skip
        measure = "links" if self.distribution == "bernoulli" else self.flow.measure
        columns = [
            *self._keys(rows),
            Column(measure, written, "integer", unit=self.unit),
            Column("expected", expected, "number", format="digits.3"),
            Column("difference", apart, "number", format="digits.3"),
            Column("residual", scaled, "number", format="digits.2"),
        ]
        return Table.from_columns(
            columns, title=f"{measure} against the model {self.model}", note=self.note(),
            measure="residual", explain="residual is (written - expected) / standard deviation "
            f"of the {self.distribution} distribution. {self.explain()}",
        )  # fmt: skip

    def missing(self, level: float = 0.95) -> Table:
        """Return the pairs that could have written and did not, the most expected first.

        Columns: sender, receiver, ``expected``, ``low`` and ``high`` (what the pair would
        write with the chance ``level``, half of the rest on either side: the interval of
        the model's distribution), ``silence`` (the chance to write nothing).  A pair whose
        ``low`` is above 0 is silent against what the model knows; of many pairs some are
        by chance: the note says how many were looked at.  Raise QueryError for a level that
        is none.  Costs O(pairs).
        """
        half = (1 - check_level(level)) / 2
        observed, all_rows = self._observed(), self._all("pairs")
        rows = [cell for cell in all_rows if not observed[cell]]
        # To nine digits, so that equal expectations stay in the order of the bureaus.
        rows.sort(key=lambda cell: -float(f"{self._cells[cell]:.9g}"))
        means = [self._cells[cell] for cell in rows]
        kind = self.distribution
        low = [quantile(kind, mean, half) for mean in means]
        columns = [
            *self._keys(rows),
            Column("expected", array("d", means), "number", format="digits.3", unit=self.unit),
            Column("low", low, "integer"),
            Column("high", [quantile(kind, mean, 1 - half) for mean in means], "integer"),
            Column("silence", array("d", [_nothing(kind, mean) for mean in means]), "number",
                   format="percent.2"),
        ]  # fmt: skip
        note = (
            f"{len(rows):,} of {len(all_rows):,} pairs silent, {sum(one > 0 for one in low):,} "
            f"of them against expectation; {sum(means):,.1f} {self.unit} expected of them; "
            f"{self.note()}"
        )
        return Table.from_columns(
            columns, title=f"missing {self.unit}", note=note, measure="expected",
            explain=f"Pairs with no message, by what the model expects; low and high hold "
            f"{level:.4g} of the model's {kind} distribution, silence is its chance of 0; "
            f"{len(all_rows):,} pairs were looked at. {self.explain()}",
        )  # fmt: skip

    def note(self) -> str:
        """Model, period and coverage, in one line."""
        return f"model {self.model}, {self.distribution}; {self.flow.note()}"

    def explain(self) -> str:
        """Say what is expected: formula, period, unit, coverage, and whose model it is."""
        model = f"model {self.model}, {self.distribution}"
        return self._net.explained(
            self._formula, f"expected; {self._source}", model, unit=self.unit
        )

    def __repr__(self) -> str:
        words = f"expected {self.unit}: model {self.model}, {len(self._net):,} bureaus"
        known = ", ".join(f"{name} {value:.4g}" for name, value in self.coefficients.items())
        return f"{words}, total {self.total():,.1f}{f'; {known}' if known else ''}"

    def _repr_html_(self) -> str:
        from heapq import nlargest

        most = nlargest(12, range(len(self._cells)), key=self._cells.__getitem__)
        return self._figures([cell for cell in most if self._cells[cell] > 0])._repr_html_()

    def to_numpy(self) -> Any:
        """Return a square array of float64, senders by receivers; MissingExtra without numpy."""
        try:
            import numpy
        except ImportError:
            from .errors import MissingExtra

            raise MissingExtra("pandas", "numpy", "to make an array") from None
        return numpy.asarray(self._cells).reshape(self.shape)


_GARLASCHELLI = "Squartini and Garlaschelli, New J. Phys. 13 (2011)"
_FORMULAS = {
    "independence": (
        0, "poisson", "Each figure is a_i b_j, with one factor for what a bureau sent and one "
        "for what it received, so that both are reproduced (quasi-independence).",
        "Goodman, J. Am. Statist. Assoc. 63 (1968)",
    ),
    "configuration": (
        1, "geometric", "Each figure is the mean x_i y_j / (1 - x_i y_j) of the distribution of "
        "greatest entropy that reproduces what each bureau sent and received (directed weighted "
        "configuration model).", _GARLASCHELLI,
    ),
    "links": (
        2, "bernoulli", "Each figure is the chance x_i y_j / (1 + x_i y_j) of a link in the "
        "distribution of greatest entropy that reproduces to and from how many each bureau "
        "wrote (directed binary configuration model).", _GARLASCHELLI,
    ),
}  # fmt: skip
MODELS = ("independence", "gravity", "configuration")


def of_margins(net: Net, model: str) -> Expected:
    """Return one of the models that know margins alone."""
    family, distribution, formula, source = _FORMULAS[model]
    cells, worst = net.core.fit(family)
    if isnan(worst) or worst > 1e-8:
        raise QueryError(
            f"the model {model!r} does not reproduce these margins: the nearest differ by a "
            f"part of {worst:.2g}"
        )
    return Expected(net, model, distribution, cells, formula, source=source)
