"""The headline figures of a report as a few lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .findings import Findings
from .markup import plain
from .sections import headline_figures

if TYPE_CHECKING:
    from ..messages import MessageLog

__all__ = ["summary"]


def summary(
    log: MessageLog, language: str = "en", tz: Any = "UTC",
    further: Sequence[tuple[str, str]] = (),
) -> str:  # fmt: skip
    """Return the headline figures of a log, and further ones, one a line.

    >>> import interpol_bcn as bcn
    >>> print(summary(bcn.simulate_messages(1000, seed=1)).splitlines()[0])
    Messages between bureaus, 2023-01-01 to 2023-12-31
    """
    found = Findings(log, language, tz, 10)
    comma = "،" if language == "ar" else ","
    lines = [f"{found.say('title')}{comma} {found.period_words()}"]
    if log.synthetic:
        lines.append(found.say("synthetic"))
    cards = [*headline_figures(found), *further]
    wide = max(len(figure) for figure, _ in cards)
    lines += [f"  {figure:>{wide}}  {words}" for figure, words in cards]
    return plain("\n".join(lines))
