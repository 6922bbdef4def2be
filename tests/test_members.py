"""The members of INTERPOL: who, since when, under which names, in which region."""

import os
import pickle
import sys
from collections import Counter
from pathlib import Path

import pytest

from interpol_bcn.domain import Domain
from interpol_bcn.errors import InputError, LabelError, QueryError
from interpol_bcn.members import Member, members

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "interpol_bcn" / "data"
REAL = ROOT.parent / "shared" / "data"
MENA = "DZA EGY LBY MAR MRT SDN SOM TUN ARE BHR IRN IRQ JOR KWT LBN OMN PSE QAT SAU SYR YEM"
PLAIN_CONGO = {"Congo", "الكونغو"}


SPELLINGS = """
FRA: FRA; fr; 250; France; FRANCE; république française; Republique Francaise; Francia; فرنسا
FRA: La France
NAM: NA
AFG: 004; أفغانستان; افغانستان
NER: Niger
NGA: Nigeria
DMA: Dominica
DOM: Dominican Republic
GIN: Guinea
GNB: Guinea Bissau
GNQ: Equatorial Guinea
PNG: Papua New Guinea
SDN: Sudan
SSD: South Sudan
COG: Congo-Brazzaville; Congo, Republic of; Republic of the Congo; Congo (Brazzaville)
COD: DR Congo; Congo, Democratic Republic of the; RDC; Congo, The Democratic Republic of the
COD: Congo - Kinshasa; ZAR; Dem. Rep. of the Congo; Democratic Republic of Congo
KOR: Rep. of Korea; South Korea; Republic of Korea; Korea, Republic of; Korea (Republic of)
CIV: Ivory Coast; Côte d’Ivoire; COTE D'IVOIRE
TUR: Turkey; Türkiye; Turkiye
SWZ: Swaziland; Eswatini
CZE: Czech Republic; Czechia
MKD: Macedonia; North Macedonia
VNM: Vietnam; Viet Nam
CPV: Cape Verde; Cabo Verde
MMR: Burma; Myanmar
GBR: UK; U.K.; Great Britain
USA: USA; US; U.S.A.; u.s.; the USA
VAT: Holy See; Vatican
PSE: Palestine; State of Palestine
RUS: Russia; Russian Federation
IRN: Iran; Iran (Islamic Republic of)
SYR: Syria; سورية; سوريا
LAO: Laos
BOL: Bolivia
VEN: Venezuela
TZA: Tanzania
MDA: Moldova
FSM: Micronesia
BRN: Brunei
TLS: Timor-Leste; East Timor
GMB: Gambia, The
BHS: The Bahamas
KNA: St. Kitts & Nevis
VCT: St Vincent and the Grenadines
LCA: Sainte-Lucie
STP: Sao Tome and Principe
CUW: Curacao
SXM: Sint Maarten
OMN: عمان
SAU: المملكة العربيّة السعوديّة
EGY: مصر
ROU: ROM
"""


ALL = [*members, members.at("2005")["ANT"]]


# Membership


@pytest.mark.parametrize(
    ("day", "published"),
    [
        ("2001-09", 179), ("2003-09", 181), ("2004", 182), ("2005-08", 182), ("2005", 184),
        ("2008", 187), ("2009", 188), ("2011", 190), ("2016", 190), ("2017", 192), ("2018", 194),
        ("2019", 194), ("2020", 194), ("2021-11", 195), ("2023-10", 195), ("2023-11", 196),
    ],
)  # fmt: skip
def test_members_at_a_date_are_as_many_as_published(day, published):
    assert members.count(day) == len(members.at(day)) == published


def test_there_are_196_members_in_alpha_3_order():
    codes = [member.alpha_3 for member in members]
    assert (len(members), len(set(codes)), codes) == (196, 196, sorted(codes))


def test_before_the_constitution_nothing_is_claimed():
    assert members.count("1956-06") == sum(m.since in (None, "1949-10", "1956-06") for m in ALL)
    with pytest.raises(QueryError, match="before June 1956, is open"):
        members.at("1956-05")


def test_a_successor_is_not_a_member_before_nor_a_predecessor_after():
    assert [c in members.at("2010-10-09") for c in ("ANT", "CUW", "SXM")] == [True, False, False]
    assert [c in members.at("2011-10") for c in ("ANT", "CUW", "SXM")] == [False, True, True]
    assert members.count("2010-10-09") - members.count("2010-10-10") == 1
    assert members.at("2005")["ANT"].until == "2010-10-10"


def test_why_not_a_member_on_a_day():
    for held, text, hint in [
        (members, "ANT", "Netherlands Antilles was a member until 2010-10-10"),
        (members.at("2000"), "East Timor", "Timor-Leste has been a member since 2002-10"),
        (members, "HKG", "Hong Kong (China) is a sub-bureau of China: see members.senders"),
        (members, "IPSG", "General Secretariat is a secretariat: see members.senders"),
        (members, "Tuvalu", "To take Tuvalu all the same, pass extra=['TUV']"),
        (members, "England", "To count England as United Kingdom, pass aliases={'England': 'GBR'}"),
    ]:
        with pytest.raises(LabelError) as caught:
            held[text]
        assert (caught.value.reason, caught.value.hint[: len(hint)]) == ("not a member", hint)
        assert text not in held


# Names


@pytest.mark.parametrize(
    ("text", "code"),
    [(text, line[:3]) for line in SPELLINGS.strip().splitlines() for text in line[5:].split("; ")],
)
def test_usual_spellings_resolve(text, code):
    assert members[text].alpha_3 == code
    assert text in members


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Congo", {"Republic of the Congo", "Democratic Republic of the Congo"}),
        ("CONGO", {"Republic of the Congo", "Democratic Republic of the Congo"}),
        ("الكونغو", {"Republic of the Congo", "Democratic Republic of the Congo"}),
        ("Korea", {"South Korea", "North Korea"}),
        ("Saint-Martin", {"St. Martin", "Sint Maarten"}),
        ("Corée", {"South Korea", "North Korea"}),
        ("Virgin Islands", {"British Virgin Islands", "U.S. Virgin Islands"}),
    ],
)
def test_what_fits_two_is_refused_with_both(text, choices):
    with pytest.raises(LabelError) as caught:
        members[text]
    assert (caught.value.reason, set(caught.value.choices)) == ("ambiguous label", choices)


@pytest.mark.parametrize(
    "text",
    [
        "North Korea", "PRK", "KP", "408", "Korea, Democratic People's Republic of", "DPRK",
        "Corea del Norte", "Tuvalu", "TV", "Taiwan", "TWN", "Taiwan, Province of China",
        "Guadeloupe", "Yugoslavia", "YUG", "USSR", "Scotland", "Guernsey",
        "U.S. Virgin Islands", "GRL",
    ],
)  # fmt: skip
def test_who_is_outside_is_refused_as_not_a_member(text):
    with pytest.raises(LabelError) as caught:
        members[text]
    assert caught.value.reason == "not a member"


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "N/A", "n.a.", "?", "Frankreich", "IP PARIS", "4", "04", "2.50", "Nige", "ria",
     "Guin", "Kongo", "XX", "XXA", "UNK", "Republic of", "Saint", "Sainte", "INTERPOL",
     "250.0", "nan"],
)  # fmt: skip
def test_nothing_is_guessed(text):
    with pytest.raises(LabelError) as caught:
        members[text]
    assert caught.value.reason == "unknown label"


def test_a_slip_is_answered_with_the_nearest_choices():
    with pytest.raises(LabelError) as caught:
        members["Frnace"]
    assert caught.value.choices[0] == "France"
    assert len(caught.value.choices) <= 3


def test_codes_are_texts():
    with pytest.raises(LabelError, match="Codes are texts"):
        members[250]


def test_every_code_and_every_name_leads_back_to_its_member():
    wrong = [
        (member.alpha_3, text)
        for member in members
        for text in (member.alpha_3, member.alpha_2, member.m49, *member.names.values())
        for form in (text, text.upper(), text.lower(), f" {text}\u00a0")
        if members[form] is not member
    ]
    assert wrong == []


# Regions


def test_regions_are_as_many_as_known():
    assert Counter(member.region for member in members) == {
        "Africa": 54, "Americas": 38, "Asia and South Pacific": 54, "Europe": 50,
    }  # fmt: skip
    assert Counter(member.region5 for member in members) == {
        "Africa": 46, "Americas": 38, "Asia and South Pacific": 41, "Europe": 50,
        "Middle East and North Africa": 21,
    }  # fmt: skip
    found = {m.alpha_3 for m in members if m.region5 == "Middle East and North Africa"}
    assert found == set(MENA.split())


def test_europe_had_46_members_in_may_2006():
    may = members.at("2006-05")
    assert Counter(m.region_at("2006-05") for m in may)["Europe"] == 46
    assert Counter(may.tables["region"].values())["Europe"] == 46


def test_israel_moved_from_asia_to_europe_in_september_2006():
    israel = members["ISR"]
    assert (
        israel.region_at("2006-08-31") == israel.region5_at("2006-08") == "Asia and South Pacific"
    )
    assert israel.region_at("2006-09-01") == israel.region5 == "Europe"
    assert members.domain().changes("region") == ("2006-09-01",)


def test_a_table_can_be_replaced_and_dated():
    mine = {member.name: "all" for member in members}
    mine["France"] = [(None, "all"), ("2010", "one")]
    mine["Hong Kong"] = "harbour"
    replaced = members.with_table("region", mine, names={"one": {"fr": "un"}})
    assert replaced["FRA"].region_at("2009") == "all"
    assert replaced["FRA"].region == "one"
    domain = replaced.domain()
    labels, codes = domain.tables["region"]
    assert labels == ("all", "harbour", "one")
    values = dict(zip(domain.labels, (labels[c] if c >= 0 else None for c in codes), strict=True))
    asked = ("FRA", "DEU", "HKG", "MAC", "IPSG", "ANT")
    assert [values[code] for code in asked] == ["one", "all", "harbour", "all", None, None]
    assert domain.value_name("region", "one", "fr") == "un"
    assert members["FRA"].region == "Europe"


def test_a_partial_table_is_refused_by_naming_who_is_missing():
    table = {member.alpha_3: "x" for member in members if member.alpha_3 not in ("FRA", "DEU")}
    with pytest.raises(InputError) as caught:
        members.with_table("bloc", table)
    assert str(caught.value) == "column 'bloc': no value for 2 of 196 members: DEU, FRA"
    table |= {"FRA": "x", "France": "y"}
    with pytest.raises(InputError, match="two values for one member"):
        members.with_table("bloc", table)


# The domain


def test_the_domain_begins_with_the_members_then_the_others_then_the_extras():
    domain = members.domain(extra=["PRK", "EUROPOL", "HKG"])
    assert domain.labels[:196] == tuple(member.alpha_3 for member in members)
    assert domain.labels[196] == "ANT"
    assert domain.labels[197:-2] == tuple(sender.code for sender in members.senders)
    assert domain.labels[-2:] == ("PRK", "EUROPOL")
    assert domain.member_mask == (*[True] * 196, *[False] * (len(domain) - 196))
    assert domain.extends(members.domain())
    assert domain.labels[domain.resolve("North Korea")] == "PRK"
    with pytest.raises(InputError, match="already stands for HKG"):
        members.domain(extra=["Hong Kong"])
    with pytest.raises(InputError, match="not one text"):
        members.domain(extra="PRK")


def test_the_domain_may_hold_the_members_alone():
    domain = members.domain(senders=False)
    assert len(domain) == 196
    with pytest.raises(LabelError, match="pass senders=True"):
        domain.resolve("Hong Kong")


def test_members_in_a_period_are_those_of_any_of_its_days():
    domain = members.domain()
    assert len(domain.members_in("2023")) == 196
    assert len(domain.members_in("2023-01", "2023-10")) == 195
    assert len(domain.members_in("2010")) == 188
    for day in ("2001-09", "2005", "2011"):
        on = str(members.at(day)._day)
        found = [domain.labels[code] for code in domain.members_in(on)]
        assert sorted(found) == [member.alpha_3 for member in members.at(day)]


def test_sub_bureaus_have_the_region_of_their_parent():
    domain = members.domain()
    labels, codes = domain.tables["region"]
    for sender in members.senders:
        expected = members[sender.parent].region if sender.parent else "International"
        assert labels[codes[domain.index(sender.code)]] == expected
    assert len([sender for sender in members.senders if sender.kind == "sub-bureau"]) == 11
    assert -1 not in codes


def test_the_labels_of_a_table_do_not_depend_on_the_choice_of_senders():
    labels = members.domain().tables["region"][0]
    assert members.domain(senders=False).tables["region"][0] == labels
    assert members.domain(extra=["X"]).tables["region"][1][-1] == -1


def test_regions_have_names_in_four_languages():
    domain = members.domain()
    assert domain.value_name("region", "Africa", "fr") == "Afrique"
    for region in domain.tables["region5"][0]:
        for language in ("ar", "fr", "es"):
            assert domain.value_name("region5", region, language)
    assert domain.name("DEU", "fr") == "Allemagne"
    assert set(domain.languages) == {"ar", "en", "fr", "es"}


def test_addresses_resolve_only_through_aliases_that_were_given():
    domain = members.domain(aliases={"IP PARIS": "France"})
    assert domain.labels[domain.resolve("ip paris")] == "FRA"
    assert members.domain().lookup("IP PARIS") == -1


def test_a_replaced_domain_of_the_user_is_a_domain_like_any_other():
    assert isinstance(members.domain(), Domain)
    assert members.domain() == members.domain()
    assert members.domain().digest == members.domain().digest
    assert pickle.loads(pickle.dumps(members.domain())) == members.domain()


def test_records_are_read_only_hashable_and_travel():
    france = members["FRA"]
    assert isinstance(france, Member)
    with pytest.raises(AttributeError, match="read-only"):
        france.alpha_2 = "XX"
    with pytest.raises(TypeError):
        france.names["en"] = "X"
    again = pickle.loads(pickle.dumps(france))
    assert (again, hash(again), again.region) == (france, hash(france), "Europe")
    assert pickle.loads(pickle.dumps(members.senders)) == members.senders
    assert len(pickle.loads(pickle.dumps(members.at("2005")))) == 184
    assert len({*members, *members.at("2023")}) == 196


def test_what_people_see_is_short_and_says_what_is_open():
    assert repr(members).startswith("196 members; 24 other senders; ")
    assert repr(members.at("2005")).startswith("184 members on 2005-12-31; ")
    assert repr(members["FRA"]) == "Member FRA France, since 1956-06, Europe"
    page = members._repr_html_()
    assert "unverified" in page and "<td>Africa</td>" in page and len(page) < 2000
    assert "France" in members._ipython_key_completions_()


def test_importing_reads_no_table(tmp_path):
    import subprocess

    code = (
        "import interpol_bcn.members, interpol_bcn._reference as r, sys;"
        "assert r.reference.cache_info().currsize == 0;"
        "bad = {'csv', 'difflib', 'numpy'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-S", "-c", code], check=True, env=path, cwd=tmp_path)
