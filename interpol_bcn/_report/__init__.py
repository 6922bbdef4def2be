"""A log as one page to hand on: a single HTML file that needs no network and no script.

>>> import interpol_bcn as bcn
>>> page = report(bcn.simulate_messages(1000, seed=1), charts=False)
>>> page
Report: Messages between bureaus, 2023-01-01 to 2023-12-31
>>> page.html.startswith("<!DOCTYPE html>"), "<script" in page.html
(True, False)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .._i18n import check_language
from ..errors import QueryError

if TYPE_CHECKING:
    from ..logs import Log
    from ..messages import MessageLog

__all__ = ["Report", "report"]


class Report:
    """A finished page: ``html`` is the whole file, ``save(path)`` writes it."""

    __slots__ = ("html", "title")

    def __init__(self, html: str, title: str) -> None:
        self.html = html
        self.title = title

    def __repr__(self) -> str:
        return f"Report: {self.title}"

    def _repr_html_(self) -> str:
        """Show the page in a frame of its own, so that its style stays inside."""
        from html import escape

        return (
            f'<iframe title="{escape(self.title)}" srcdoc="{escape(self.html)}" sandbox '
            'style="width:100%;height:40rem;border:1px solid #8884"></iframe>'
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, replaced whole or not at all.  Raise OSError as open does."""
        from .._atomic import write_text

        write_text(path, self.html)


def report(
    log: MessageLog,
    *others: Log,
    language: str = "en",
    title: str | None = None,
    tz: Any = "UTC",
    n: int = 15,
    charts: bool | None = None,
) -> Report:
    """Make the page of a log: headline figures, charts, tables, and how they came about.

    ``others`` are logs of searches, notices, operations or delegates, one of each: the page
    has a section for each that is given.  ``language`` is en, fr, es or ar; ``tz`` the zone
    in which hours and days are read; ``n`` how many rows the tables of the largest have.
    ``charts``: True needs the extra ``report``, False leaves them out, None draws them where
    the extra is there; every figure is in a table either way.  The file is self-contained: no
    address in it is fetched.

    Raise QueryError for options that make no sense and for an empty log, MissingExtra for
    charts=True without the extra.  Costs some ten passes over the columns, and a second for
    the charts.
    """
    from ..messages import MessageLog
    from .findings import Findings
    from .markup import plain
    from .page import page
    from .records import check_others

    if not isinstance(log, MessageLog):
        raise QueryError(f"a report is made of a log of messages, not {type(log).__name__}")
    check_language(language)
    if not isinstance(n, int) or not 1 <= n <= 1000:
        raise QueryError(f"n={n!r}: a whole number from 1 to 1,000")
    if not len(log):
        raise QueryError("there is nothing to report: the log has no rows")
    if charts is None:
        from importlib.util import find_spec

        charts = find_spec("vl_convert") is not None
    findings = Findings(log, language, tz, n, check_others(others))
    words = title or findings.say("title")
    return Report(page(findings, words, charts), f"{words}, {plain(findings.period_words())}")
