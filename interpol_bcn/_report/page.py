"""The page: its head, its sections in order, its foot."""

from __future__ import annotations

from collections.abc import Callable

from .._i18n import is_rtl
from . import network, sections
from .findings import Findings
from .markup import safe, words
from .position import position
from .records import of_records
from .sections import Drawer
from .service import service
from .trends import trends

__all__ = ["page"]

#: (anchor, key of the heading, what makes it); a section without content is left out.
SECTIONS: tuple[tuple[str, str, Callable[[Findings, Drawer], str]], ...] = (
    ("headlines", "headlines", sections.headlines),
    ("time", "", sections.over_time),
    ("trends", "trends", trends),
    ("week", "week", sections.week),
    ("senders", "senders", sections.senders),
    ("receivers", "receivers", sections.receivers),
    ("kinds", "kinds", sections.kinds),
    ("regions", "regions", network.regions),
    ("pairs", "pairs", network.pairs),
    ("silent", "silent", network.silent),
    ("network", "network", network.network),
    ("position", "position", position),
    ("service", "service", service),
    ("refused", "refused", sections.refused),
    ("method", "method", sections.method),
)


def page(found: Findings, title: str, charts: bool) -> str:
    """Return the whole file."""
    from importlib.resources import files

    style = (files("interpol_bcn") / "data" / "report.css").read_text(encoding="utf-8")
    draw = Drawer(found, charts)
    made = []
    for anchor, key, make in SECTIONS:
        if anchor == "refused":  # what other logs say comes ahead of how it came about
            for record, log in found.others.items():
                made.append((record, found.say(record), of_records(found, record, log)))
        inner = make(found, draw)
        if inner:
            made.append((anchor, found.say(key or f"{found.scale}s"), inner))
    links = "".join(f'<li><a href="#{name}">{safe(head)}</a></li>' for name, head, _ in made)
    body = "".join(
        f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{safe(head)}</h2>\n'
        f"{inner}</section>\n"
        for name, head, inner in made
    )
    language = found.language
    first = made[0][0]
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{language}" dir="{"rtl" if is_rtl(language) else "ltr"}">\n'
        '<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{safe(title)}, {safe(found.period_words())}</title>\n"
        f"<style>{style}</style></head>\n<body>\n"
        f'<a class="skip" href="#{first}">{safe(found.say("skip"))}</a>\n'
        f'<header class="top"><h1>{safe(title)}</h1>\n'
        f'<p class="period">{words(found.period_words())}</p>\n'
        f"{sections.about(found)}</header>\n"
        f'<main><nav aria-label="{safe(found.say("contents"))}"><ul>{links}</ul></nav>\n'
        f"{body}</main>\n"
        f"<footer>{sections.made(found)}</footer>\n</body></html>\n"
    )
