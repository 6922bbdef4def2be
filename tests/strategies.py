"""Hypothesis strategies: messy tables, as extracts of logs are."""

from __future__ import annotations

from hypothesis import strategies as st

#: Texts and what the default domain makes of them: (label, "") or ("", the reason).
BUREAUS: dict[str, tuple[str, str]] = {
    "FRA": ("FRA", ""),
    "fr": ("FRA", ""),
    "France": ("FRA", ""),
    "DEU": ("DEU", ""),
    "Allemagne": ("DEU", ""),
    "NA": ("NAM", ""),
    "NE": ("NER", ""),
    "Nigeria": ("NGA", ""),
    "cote d'ivoire": ("CIV", ""),
    "Türkiye": ("TUR", ""),
    "Frnace": ("", "unknown label"),
    "x,y": ("", "unknown label"),
    "nul": ("", "unknown label"),
    "Congo": ("", "ambiguous label"),
    "North Korea": ("", "not a member"),
}
good_bureaus = st.sampled_from([text for text, found in BUREAUS.items() if found[0]])
bureaus = st.one_of(good_bureaus, good_bureaus, good_bureaus, st.sampled_from([*BUREAUS, None]))

instants = st.builds(
    "{}-{:02}-{:02}{}{:02}:{:02}{}{}".format,
    st.sampled_from([2022, 2023]),
    st.integers(1, 12),
    st.integers(1, 28),
    st.sampled_from("T "),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["", ":00", ":59", ":07.5", ":07.000001"]),
    st.sampled_from(["Z", "Z", "Z", "+02:00", "-11:30"]),
)
naive = st.sampled_from(
    ["2023-03-26 02:30", "2023-03-26 03:00", "2023-10-29T02:30:00", "2023-06-01 12:00"]
)
broken_times = st.sampled_from(["yesterday", "2023-02-30", "2023-13-01T00:00Z", "24:00", None])
#: Dates and instants are not mixed by default: a source has one or the other.
times = st.one_of(instants, instants, instants, naive, broken_times)
dates = st.one_of(st.dates().filter(lambda day: 1900 < day.year < 2100).map(str), broken_times)

numbers = st.one_of(
    st.integers(0, 300).map(str),
    st.integers(0, 2**63 - 1).map(str),
    st.sampled_from(["-1", "1.5", "many", "9223372036854775808", None, None]),
)
ids = st.one_of(
    st.integers(0, 9).map(str), st.sampled_from(["a", "b", "07", "9223372036854775808", None])
)
kinds = st.sampled_from(["request", "reply", "NA", "diffusion, urgent", None])

row_fields = {
    "sent_at": times,
    "sender": bureaus,
    "receiver": bureaus,
    "message_id": ids,
    "reply_to": ids,
    "kind": kinds,
    "size": numbers,
    "messages": st.one_of(st.integers(0, 9).map(str), st.just("1")),
}


@st.composite
def tables(draw: st.DrawFn, most: int = 30) -> list[dict[str, str | None]]:
    """Rows of one source: some optional columns, and some rows there twice."""
    optional = ["message_id", "reply_to", "kind", "size", "messages"]
    names = [
        "sent_at",
        "sender",
        "receiver",
        *draw(st.lists(st.sampled_from(optional), unique=True)),
    ]
    fields = dict(row_fields)
    if draw(st.integers(0, 4)) == 0:
        fields["sent_at"] = dates
    rows = draw(
        st.lists(
            st.fixed_dictionaries({name: fields[name] for name in names}), min_size=1, max_size=most
        )
    )
    for _ in range(draw(st.integers(0, 3))):
        rows.insert(draw(st.integers(0, len(rows))), dict(draw(st.sampled_from(rows))))
    return rows
