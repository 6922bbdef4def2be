"""Delegates to conferences: their columns, how they are read, and who comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from ._options import Options, ReadingOptions, with_options
from .errors import InputError, QueryError
from .logs import Log
from .schema import Field, Rule, Schema

if TYPE_CHECKING:
    from ._attendance import Attendance
    from ._core import ArrowTable
    from ._days import Day
    from ._editions import Series
    from .table import Table

__all__ = ["DELEGATES", "DelegateLog", "read_delegates"]

Where = Mapping[str, object] | None

DELEGATES = Schema(
    record="delegates",
    fields=(
        Field("edition", "label"),
        Field("date", "time"),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("person", "id"),
        Field("role", "label"),
        Field("gender", "label"),
        Field("organisation", "label"),
        Field("session", "label"),
        Field("theme", "label"),
        Field("delegates", "integer", least=0),
    ),
    time="date",
    weight="delegates",
    rules=(Rule("either", "edition", "date"),),
)
#: What a column of genders may call women, whatever the case of its letters.
WOMEN = ("f", "female", "woman", "women", "femme", "féminin", "mujer", "femenino", "أنثى", "امرأة")


class DelegateLog(Log):
    """Delegates by edition, bureau and, where stated, person; see ``read_delegates``.

    Every verb takes ``where`` as ``count`` does, and looks at the editions that have
    delegates here, in the order of their series.  A bureau attended where it sent one
    delegate or more; a member of an edition is who was a member on one of its days.
    Persons are only ever counted: no print, table or export of rows names one.
    """

    series: Series
    hashed: bool  # persons, with a key
    astray: int  # rows whose date lies outside the days of their edition
    _attendances: dict[Any, Attendance]

    def _attendance(self, where: Where) -> Attendance:
        from ._attendance import Attendance
        from .query import frozen

        held = self.__dict__.setdefault("_attendances", {})
        try:
            key = frozen(where)
        except TypeError:
            return Attendance(self, where)
        if key not in held:
            if len(held) >= 16:
                held.clear()
            held[key] = Attendance(self, where)
        found: Attendance = held[key]
        return found

    def editions(self, *, women: Any = WOMEN, where: Where = None) -> Table:
        """Return a row per edition: who came, from how many countries, and how that changed.

        Columns: ``edition date city delegates``, ``persons`` (where persons were read:
        different ones, and each delegate without one), ``countries`` (members that
        attended), ``others`` (bureaus that were no members), ``members`` at the date,
        ``share`` of them, ``per_country`` (persons of those countries, or delegates, to a
        country), ``growth`` of persons or delegates against ``before``, and where genders
        were read ``women`` and ``women_share`` of those whose gender is stated.
        ``women`` lists the labels of ``gender`` that mean women.  Costs one pass.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["19", "20", "20"], "bureau":
        ...     ["FRA", "FRA", "DEU"], "delegates": [2, 3, 1]})
        >>> log.editions().select(["edition", "delegates", "countries", "members", "growth"])[1]
        {'edition': '20', 'delegates': 4, 'countries': 2, 'members': 196, 'growth': 1.0}
        """
        from ._attending import editions

        return editions(self._attendance(where), women)

    def participation(self, by: str = "region", *, where: Where = None) -> Table:
        """Return, by edition and group, how many of the members attended.

        ``by`` is a table of the bureaus ("region", "region5"), looked at on the edition's
        last day and set against the members of each group; or a column of labels
        ("theme", "role"), set against all members.  Columns: ``edition``, the group,
        ``attending members share delegates``.  Raise QueryError for anything else.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["20", "20"], "bureau": ["FRA", "DEU"]})
        >>> [row for row in log.participation("region") if row["attending"]][0]["members"]
        50
        """
        from ._attending import participation

        return participation(self._attendance(where), by)

    def retention(self, a: object = None, b: object = None, *, where: Where = None) -> Table:
        """Return who stayed, left and joined between two editions, or between all pairs.

        Columns: ``before after``; ``stayed left joined`` and ``share`` (stayed of those at
        the earlier one) of the members that attended; where persons were read the same of
        persons, as ``persons_stayed`` and so on.  ``a`` and ``b`` are editions, as labels
        or numbers; without them, every pair in order.  Raise LabelError for an edition
        that is unknown or has no delegates here.  All 190 pairs of 20 editions of 10,000
        persons cost some ten milliseconds once persons are numbered.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["19", "19", "20", "20"],
        ...                           "bureau": ["FRA", "DEU", "FRA", "ITA"]})
        >>> log.retention(19, 20)[0]
        {'before': '19', 'after': '20', 'stayed': 1, 'left': 1, 'joined': 1, 'share': 0.5}
        """
        from ._attending import retention

        return retention(self._attendance(where), a, b)

    def attended(self, k: int = 1, *, of: int | None = None, where: Where = None) -> Table:
        """Return who attended at least ``k`` of the last ``of`` editions, the most first.

        Columns: ``bureau attended editions share``; ``editions`` are those at which the
        bureau was a member or attended all the same.  Without ``of``, of all editions here.
        Raise QueryError where ``of`` is more than there are.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["19", "20", "20"],
        ...                           "bureau": ["FRA", "FRA", "DEU"]})
        >>> log.attended(2, of=2)["bureau"].tolist()
        ['FRA']
        """
        from ._attending import attended

        return attended(self._attendance(where), k, of)

    def never(self, since: Day | int | None = None, *, where: Where = None) -> Table:
        """Return the members that attended no edition since an edition or a day.

        Columns: ``bureau member_since missed``.  An edition counts as missed by who was a
        member on one of its days: who joined later did not miss it, and who was a member
        at none is not listed.  ``since`` is an edition (label or number) or a day.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["18", "20"], "bureau": ["FRA", "DEU"]})
        >>> [row for row in log.never() if row["bureau"] in ("ITA", "PLW")]
        [{'bureau': 'ITA', 'member_since': '1956-06-01', 'missed': 2}, \
{'bureau': 'PLW', 'member_since': '2023-11-01', 'missed': 1}]
        """
        from ._attending import never

        return never(self._attendance(where), since)

    def streaks(self, *, where: Where = None) -> Table:
        """Return each bureau's longest run of editions attended one after the other.

        Columns: ``bureau longest first last`` (of runs of one length the latest) and
        ``current``, the run that reaches the latest edition.  Runs go over the editions
        that have delegates here.  The longest first.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["18", "19", "20"],
        ...                           "bureau": ["FRA", "FRA", "DEU"]})
        >>> log.streaks()[0]
        {'bureau': 'FRA', 'longest': 2, 'first': '18', 'last': '19', 'current': 0}
        """
        from ._attending import streaks

        return streaks(self._attendance(where))

    def first_timers(self, *, where: Where = None) -> Table:
        """Return the bureaus that attended no earlier edition here: ``edition bureau delegates``.

        The first edition is left out: of it every bureau is one.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["19", "20", "20"],
        ...                           "bureau": ["FRA", "FRA", "DEU"]})
        >>> log.first_timers().to_dicts()
        [{'edition': '20', 'bureau': 'DEU', 'delegates': 1}]
        """
        from ._attending import first_timers

        return first_timers(self._attendance(where))

    def biggest(self, n: int = 10, *, where: Where = None) -> Table:
        """Return the ``n`` largest delegations, the largest first: ``edition bureau delegates``.

        Where persons were read, ``persons`` counts different ones, and decides.  The note
        says how many more are as large as the last.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_delegates({"edition": ["19", "20"], "bureau": ["FRA", "DEU"],
        ...                           "delegates": [2, 5]})
        >>> log.biggest(1)[0]
        {'edition': '20', 'bureau': 'DEU', 'delegates': 5}
        """
        from ._attending import biggest

        return biggest(self._attendance(where), n)

    def _more_facts(self) -> Mapping[str, Any]:
        held = [list(one) for one in self.series.editions]
        return {"series": self.series.name, "editions": held, "astray": self.astray,
                "hashed": self.hashed}  # fmt: skip

    def _other_rows(self) -> Mapping[str, Sequence[Any]]:
        if "person" not in self.columns or not len(self) or self.hashed:
            return {}
        from ._attendance import persons_of

        persons = persons_of(self)
        number = {one: at for at, one in enumerate(dict.fromkeys(persons)) if one is not None}
        return {"person": list(map(number.get, persons))}

    def _exported(self) -> ArrowTable:
        from ._rows import arrow_rows

        return arrow_rows(self, [name for name in self.columns if name != "person"])

    def __arrow_c_schema__(self) -> object:
        return self._exported().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._exported().__arrow_c_stream__(requested_schema)


@with_options
def read_delegates(
    source: Any, *, editions: Any = None, key: bytes | None = None,
    **options: Unpack[ReadingOptions],
) -> DelegateLog:  # fmt: skip
    """Read delegates to conferences from files, data frames or columns into a log.

    Columns: ``bureau`` and one of ``edition`` and ``date`` are required; ``person role gender
    organisation session theme delegates`` are read where they are (a row stands for as many
    ``delegates``).  Options are those of ``read_messages``, and two more:

    - ``editions`` says which editions there are: a shipped series ("conference", which is
      the default, "General Assembly", "European", ...; ``bcn.editions()`` shows them), a CSV
      file or a Table (``edition number from to city``), or a list of labels in their order.
    - ``key`` (1 to 64 bytes) hashes persons while they are read, with keyed BLAKE2b to 63
      bits (RFC 7693): the same person has the same number under the same key alone.

    A row with only a date belongs to the edition whose days cover it, known to the day; a row
    with only an edition has that edition's first day, where known to the day (and within
    ``period``, where one is given); without ``period``, the log's covers the days of its
    editions.  A row that states a person and repeats an earlier one in
    every column is a duplicate: left out, and counted.  Rows in no edition, and those with a
    date outside the days of the edition they state (``log.astray``), are counted, and named in
    the notes of the verbs.

    Raise InputError, MissingExtra, FileNotFoundError, QueryError as ``read_messages`` does.
    Costs a pass of the core, and one of some microseconds a row.

    >>> log = read_delegates({"date": ["2025-02-12", "2024-11-04"], "bureau": ["FRA", "FR"]})
    >>> log.count("edition").nonzero, log.count("edition")["20"]
    (2, 1)
    """
    from ._editions import series_of
    from ._settling import settled, settled_before
    from .reading import Reading

    series = series_of(editions)
    asked = Options(**options)
    if "edition" in (asked.domains or {}):
        raise QueryError("domains: the editions are given in their order, as editions=[...]")
    if key is not None and not (isinstance(key, bytes) and 1 <= len(key) <= 64):
        raise QueryError("key= is 1 to 64 bytes, such as secrets.token_bytes(32)")
    asked = asked._replace(domains={**(asked.domains or {}), "edition": series.domain})
    reading = Reading(DELEGATES, asked)
    try:
        log = reading.run(source, DelegateLog)
    except InputError as error:
        raise _plainer(error, reading.titles, series) from None
    if key is not None and "person" not in log.columns:
        raise QueryError("key= hashes persons, but no column 'person' was read")
    if reading.saved is not None:
        from ._editions import saved_series

        if editions is not None or key is not None:
            raise QueryError("a saved log says itself what its editions and persons are: leave "
                             "editions= and key= out")  # fmt: skip
        return settled_before(log, *saved_series(reading.saved.more, log))
    return settled(log, series, asked, key)


def _plainer(error: InputError, titles: Mapping[str, str], series: Series) -> InputError:
    """The same error without a person in it, and with what to do about an edition."""
    value, hint = error.value, error.hint
    if error.column is not None and error.column == titles.get("person", "person"):
        value = None
    elif error.column == titles.get("edition", "edition") and error.reason == "unknown label":
        shown = [one.label for one in series.editions]
        known = ", ".join(shown) if len(shown) < 6 else f"{shown[0]} ... {shown[-1]}"
        hint = f"Known are {known}; give others, in their order, with editions=[...]"
    else:
        return error
    return InputError(
        error.reason, source=error.source, line=error.line, row=error.row, column=error.column,
        value=value, choices=error.choices, hint=hint,
    )  # fmt: skip
