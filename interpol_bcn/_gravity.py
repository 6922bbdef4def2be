"""The gravity model: what masses and distances suggest that bureaus write to each other."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from math import exp, isfinite, log
from typing import Any

from ._expected import Expected
from ._given import given
from ._network import Net
from ._per import _bases
from .errors import InputError, LabelError, QueryError

__all__ = ["gravity"]

_TERMS = ("sender", "receiver", "distance")


def gravity(net: Net, mass: Any, distance: Any, exponents: Mapping[str, float] | None) -> Expected:
    """Return the gravity model of a network; see ``FlowMatrix.expected``."""
    fixed = dict(exponents or {})
    for name, value in fixed.items():
        if name not in _TERMS:
            raise QueryError(f"exponents={{{name!r}: ...}}: exponents are of {', '.join(_TERMS)}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
            raise QueryError(f"exponents={{{name!r}: {value!r}}}: an exponent is a number")
    if "distance" in fixed and distance is None:
        raise QueryError("an exponent of distance needs distances: distance=...")
    if not net.core.links:
        raise QueryError("a gravity model is of a flow with messages; here are none")
    sender, receiver = _masses(net, mass)
    apart = None if distance is None else _distances(net, distance)
    means = [_centre(sender), _centre(receiver), _centre_of_pairs(net, apart)]
    starts = [float(fixed.get(name, 0.0)) for name in _TERMS]
    free = [name not in fixed for name in _TERMS]
    free[2] = free[2] and apart is not None
    # The size comes first: with it right, the slopes are found in a few steps.
    sizes = [
        sum(b * x for b, x in zip(starts, (sender[i], receiver[j],
                                           apart[i * len(net) + j] if apart else 0.0),
                                  strict=True))
        for i in range(len(net)) for j in range(len(net)) if net.met(i, j)
    ] if any(starts) else [0.0] * net.possible()  # fmt: skip
    top = max(sizes)
    base = log(net.core.weight / sum(exp(size - top) for size in sizes)) - top
    cells, (found, worst) = net.core.gravity(
        sender, receiver, apart, (True, *free), (base, *starts)
    )
    if not worst < 1e-7:
        raise QueryError(
            "the gravity model does not settle: masses or distances do not tell the flow's "
            "figures apart; give exponents= for some"
        )
    constant = found[0] - sum(b * mean for b, mean in zip(found[1:], means, strict=True))
    names = [*_TERMS[:2], *(["distance"] if apart is not None else [])]
    coefficients = {"constant": constant, **dict(zip(names, found[1:], strict=False))}
    given_words = ", ".join(f"{name} {value:g}" for name, value in fixed.items())
    whose = "what each sent and received in all" if mass is None else "the masses given"
    formula = (
        "Each figure is e^constant sender^a receiver^b" + (" distance^c" if apart else "")
        + f", of {whose}; exponents "
        + (f"given ({given_words}), the rest " if fixed else "")
        + "fitted by Poisson maximum likelihood: "
        + ", ".join(f"{name} {value:.4g}" for name, value in coefficients.items()) + "."
    )  # fmt: skip
    source = "Santos Silva and Tenreyro, Rev. Econ. Stat. 88 (2006)"
    return Expected(net, "gravity", "poisson", cells, formula, coefficients, source=source)


def _centre(values: array[float]) -> float:
    """Move values so that their mean is 0; return what it was."""
    mean = sum(values) / len(values) if values else 0.0
    for at, value in enumerate(values):
        values[at] = value - mean
    return mean


def _centre_of_pairs(net: Net, apart: array[float] | None) -> float:
    if apart is None:
        return 0.0
    n = len(net)
    cells = [i * n + j for i in range(n) for j in range(n) if net.met(i, j)]
    mean = sum(apart[cell] for cell in cells) / len(cells)
    for cell in cells:
        apart[cell] -= mean
    return mean


def _masses(net: Net, mass: Any) -> tuple[array[float], array[float]]:
    """The logarithms of every bureau's mass as a sender and as a receiver."""
    if mass is None:
        sent, received = net.margins[2:4]
        # One half more, so that who wrote nothing has a logarithm.
        return (array("d", [log(value + 0.5) for value in sent]),
                array("d", [log(value + 0.5) for value in received]))  # fmt: skip
    bases, _, _ = _bases(net.axis, "mass", mass, None, None, "raise")
    lacking = [label for label in net.labels if not bases.get(label)]
    if lacking:
        raise InputError(
            f"a mass above 0 is needed for each of {len(net):,} bureaus; none for "
            f"{', '.join(lacking[:5])}{' ...' if len(lacking) > 5 else ''}",
            column="mass",
        )
    values = [log(float(bases[label] or 0)) for label in net.labels]
    return array("d", values), array("d", values)


def _distances(net: Net, distance: Any) -> array[float]:
    """The logarithm of every pair's distance; one way stands for both where one is given."""
    entries: list[tuple[Any, Any, dict[str, Any]]]
    if isinstance(distance, Mapping):
        entries = [(pair, value, {"column": "distance"}) for pair, value in distance.items()]
    else:
        rows = given(distance, "distances")
        first = rows.column(("sender", "from"), "the senders")
        second = rows.column(("receiver", "to"), "the receivers")
        value = rows.column(("distance",), "their distance")
        entries = [((row[first], row[second]), row[value], {**rows.place(at), "column": "distance"})
                   for at, row in enumerate(rows.rows)]  # fmt: skip
    n = len(net)
    places = {code: at for at, code in enumerate(net.codes)}
    apart = array("d", bytes(8 * n * n))
    known = bytearray(n * n)
    for pair, cell, place in entries:
        try:
            one, two = (net.axis.index(label) for label in pair)
        except LabelError as error:
            raise InputError(
                error.reason, value=str(error.label), choices=error.choices, **place
            ) from None
        except (TypeError, ValueError):
            raise InputError("a distance is of a pair (one, other)", value=repr(pair)) from None
        if one not in places or two not in places:
            continue
        try:
            length = log(float(cell))
        except (TypeError, ValueError):
            raise InputError("a distance is a number above 0", value=str(cell), **place) from None
        a, b = places[one], places[two]
        apart[a * n + b], known[a * n + b] = length, 2
        if known[b * n + a] < 2:
            apart[b * n + a], known[b * n + a] = length, 1
    lacking = [(a, b) for a in range(n) for b in range(n) if net.met(a, b) and not known[a * n + b]]
    if lacking:
        labels = net.labels
        shown = ", ".join(f"{labels[a]}-{labels[b]}" for a, b in lacking[:5])
        more = " ..." if len(lacking) > 5 else ""
        raise InputError(f"no distance for {len(lacking):,} pairs: {shown}{more}",
                         column="distance")  # fmt: skip
    return apart
