"""The section on service: who is answered, how soon, what is still open."""

from __future__ import annotations

from .._i18n import heading
from .findings import Findings
from .markup import Cell, table
from .sections import Drawer, paragraph

__all__ = ["service"]


def service(found: Findings, draw: Drawer) -> str:
    """Requests, answers and response times of the bureaus that are asked most."""
    responses = found.responses
    if responses is None or not responses.requests or not responses.answered:
        return ""
    whole = responses.by(tz=found.tz).row(0)
    made = paragraph(
        found.say(
            "service_words",
            requests=found.integer(whole["requests"]),
            answered=found.integer(whole["answered"]),
            share=found.percent(whole["answered share"]),
            open=found.integer(whole["open"]),
            median=found.number(whole["median"], 1),
            most=found.number(whole["p90"], 1),
        )
    )
    by = responses.by("receiver", censored=False, tz=found.tz)
    axis = by["receiver"]
    names = axis.label_names(found.language) or axis.labels
    asked = dict(zip(axis.labels, names, strict=False))
    largest = sorted(by, key=lambda row: (-row["requests"], row["receiver"]))[: found.n]
    rows = [
        [
            Cell(asked.get(row["receiver"], row["receiver"]), code=row["receiver"]),
            Cell(found.integer(row["requests"]), number=True),
            Cell(found.percent(row["answered share"] or 0), number=True),
            Cell(found.integer(row["open"]), number=True),
            *(
                Cell("" if row[name] is None else found.number(row[name], 1), number=True)
                for name in ("median", "p90")
            ),
        ]
        for row in largest
    ]
    heads = [
        Cell(heading("receiver", found.language)),
        *(
            Cell(found.say(f"service_{name}"), number=True)
            for name in ("requests", "share", "open", "median", "most")
        ),
    ]
    return made + table(found.say("service"), heads, rows, wide=True, quiet=True)
