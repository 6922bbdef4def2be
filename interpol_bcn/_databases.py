"""The shipped domain of the databases that bureaus search: 19, as named in public sources."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from .domain import Domain

__all__ = ["databases"]

_LANGUAGES = ("ar", "en", "fr", "es")


@lru_cache(maxsize=1)
def databases() -> Domain:
    """Return the 19 databases: labels, names in four languages, aliases, the table ``family``.

    >>> databases().resolve("Stolen motor vehicles"), databases().name("SLTD", "fr")
    (12, 'Documents de voyage volés et perdus')
    >>> databases().tables["family"][0]
    ('Individuals', 'Forensics', 'Travel and official documents', 'Stolen property', \
'Firearms trafficking', 'Organized crime networks')
    """
    rows = _rows("databases")
    families = _rows("database_families")
    domain = Domain(
        [row["code"] for row in rows],
        names={row["code"]: {language: row[language] for language in _LANGUAGES} for row in rows},
        aliases={text: row["code"] for row in rows for text in row["aliases"].split("|") if text},
    )
    return domain.with_table(
        "family",
        {row["code"]: row["family"] for row in rows},
        order=[row["family"] for row in families],
        names={
            row["family"]: {language: row[language] for language in _LANGUAGES} for row in families
        },
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))
