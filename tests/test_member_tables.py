"""The tables of members, names and regions: whole, consistent, and true to other lists."""

import csv
import json
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from interpol_bcn._reference import FILES
from interpol_bcn.members import members

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "interpol_bcn" / "data"
REAL = ROOT.parent / "shared" / "data"
PLAIN_CONGO = {"Congo", "الكونغو"}


def real(name: str) -> Path:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"needs the public reference data: {path} is absent")
    return path


def rows(name: str) -> list[dict[str, str]]:
    with open(TABLES / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_has_a_source_and_a_status():
    for name in FILES:
        for row in rows(name):
            assert None not in row and None not in row.values(), (name, row)
            assert row["source"] and row["status"] in ("sourced", "unverified"), (name, row)
    assert members.status["regions"] == {"sourced": 2, "unverified": 420}
    assert "unverified" in repr(members) and "unverified" in members.note
    assert "Unicode CLDR (Babel 2.18.0)" in members.sources


def test_codes_in_the_tables_agree():
    countries = [row["alpha_3"] for row in rows("members")]
    former = [row["alpha_3"] for row in rows("former")]
    others = [row["code"] for row in rows("senders")]
    outside = [row["code"] for row in rows("nonmembers")]
    everyone = countries + former + others + outside
    assert len(everyone) == len(set(everyone))
    assert [row["code"] for row in rows("names")] == everyone
    assert {row["code"] for row in rows("aliases")} <= set(everyone)
    for table in ("senders", "nonmembers"):
        assert {row["parent"] for row in rows(table)} <= {*countries, ""}
    for scheme in ("region", "region5"):
        listed = {row["code"] for row in rows("regions") if row["scheme"] == scheme}
        parentless = {row["code"] for row in rows("senders") if not row["parent"]}
        assert listed == {*countries, *former, *parentless}


def test_names_are_complete_and_distinct_in_each_language():
    for language in ("ar", "en", "fr", "es"):
        names = [row[language] for row in rows("names")]
        assert "" not in names
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_successors_are_members():
    for row in rows("former"):
        assert all(code in members for code in row["successors"].split())


def test_only_declared_texts_are_ambiguous():
    domain = members.domain()
    declared = Counter(row["label"] for row in rows("aliases"))
    texts = [row["label"] for row in rows("aliases")]
    texts += [row[language] for row in rows("names") for language in ("ar", "en", "fr", "es")]
    found = {text for text in texts if domain.lookup(text) == -2}
    # A name that only a country outside has may be written like an ambiguous text.
    assert found >= {text for text, count in declared.items() if count > 1}
    folded = {text.casefold() for text, count in declared.items() if count > 1}
    assert {text for text in found if text.casefold().replace("-", " ") not in folded} == set()


def test_no_text_is_unknown_that_stands_in_the_tables():
    domain = members.domain()
    texts = [row["label"] for row in rows("aliases")]
    texts += [row[key] for row in rows("names") for key in ("code", "ar", "en", "fr", "es")]
    assert [text for text in texts if domain.lookup(text) == -1] == []


def test_members_agree_with_the_list_read_independently():
    with open(real("members.csv"), encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    own = {member.alpha_3: member for member in members}
    assert {row["iso3"]: row["accession_ym"] for row in listed} == {
        code: member.since for code, member in own.items()
    }
    short = {"AF": "Africa", "AM": "Americas", "AS": "Asia and South Pacific", "EU": "Europe"}
    for row in listed:
        member = own[row["iso3"]]
        assert member.region == short[row["region4"]]
        assert (member.region5 != member.region) == (row["mena_candidate"] == "1")
        if row["name"] not in PLAIN_CONGO:
            assert members[row["name"]] is member


def test_codes_and_names_of_iso_3166_resolve():
    entries = json.loads(real("reference/iso_3166-1.json").read_text("utf-8"))["3166-1"]
    domain = members.domain()
    outside = 0
    for entry in entries:
        code = entry["alpha_3"]
        outside += code not in domain
        keys = ("alpha_2", "alpha_3", "numeric", "name", "official_name", "common_name")
        for text in {entry[key] for key in keys if key in entry} - PLAIN_CONGO:
            expected = domain.index(code) if code in domain else -3
            assert (text, domain.lookup(text)) == (text, expected)
    assert len(entries) - outside == 207


@pytest.mark.parametrize("language", ["ar", "en", "fr", "es"])
def test_names_from_elsewhere_never_lead_to_another_country(language):
    domain = members.domain()
    with tarfile.open(real("reference/i18n_iso_countries_langs.tgz")) as archive:
        member = next(n for n in archive.getnames() if n.endswith(f"langs/{language}.json"))
        countries = json.load(archive.extractfile(member))["countries"]
    codes = {row["alpha_2"]: row["alpha_3"] for row in rows("members")}
    codes |= {row["alpha_2"]: row["code"] for row in rows("senders") if row["alpha_2"]}
    for alpha_2, names in countries.items():
        for name in [names] if isinstance(names, str) else names:
            found = domain.lookup(name)
            if name in PLAIN_CONGO:
                assert found == -2
            elif alpha_2 in codes:
                assert (name, found) == (name, domain.index(codes[alpha_2]))
            else:
                assert (name, found) in ((name, -3), (name, -1))
