"""A first look at a source: what its columns are, and a call that reads it."""

import pytest

import interpol_bcn as bcn

FRENCH = [
    "Date envoi;Expéditeur;Destinataire;Nature;Taille",
    *(
        f"{day:02}/03/2023 10:{day:02};{sender};{receiver};demande;{day * 7}"
        for day in range(1, 29)
        for sender, receiver in [("France", "Allemagne"), ("Frnace", "Italie")]
    ),
]


def run(call, **names):
    """Run the offered call as a person would who pastes it."""
    return eval(call, {"bcn": bcn, **names})


def test_a_french_extract_is_read_by_the_call_that_is_offered(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_bytes("\r\n".join(FRENCH).encode("latin-1"))
    seen = bcn.inspect(str(path))
    assert seen.mapping == {
        "sent_at": "Date envoi", "sender": "Expéditeur", "receiver": "Destinataire",
        "kind": "Nature", "size": "Taille",
    }  # fmt: skip
    assert seen.unknown == {"Frnace": ("France",)}
    for words in ("encoding='latin-1'", "time_format='%d/%m/%Y %H:%M'", "source_tz='UTC'"):
        assert words in seen.call
    log = run(seen.call)
    assert (log.seen, len(log), log.rejected.count) == (56, 28, 28)
    assert "semicolons" in repr(seen) and "'Frnace'; did you mean 'France'" in repr(seen)


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("sent_at", "sender", "receiver"), ("sent_at", "sender", "receiver")),
        (("Fecha de envío", "Remitente", "Destinatario"), ("sent_at", "sender", "receiver")),
        (("Destinataire", "Horodatage", "Émetteur"), ("receiver", "sent_at", "sender")),
        (("التاريخ", "المرسل", "المستلم"), ("sent_at", "sender", "receiver")),
        (("To", "From", "Timestamp"), ("receiver", "sender", "sent_at")),
    ],
)
def test_titles_are_known_in_four_languages(titles, expected):
    values = {"sent_at": "2023-01-05T10:00Z", "sender": "FRA", "receiver": "DEU"}
    data = {title: [values[ours]] for title, ours in zip(titles, expected, strict=True)}
    seen = bcn.inspect(data)
    assert seen.mapping == {ours: t for t, ours in zip(titles, expected, strict=True)}
    assert len(run(seen.call, data=data)) == 1


def test_columns_without_a_telling_name_are_known_by_their_values():
    data = {"x": ["2023-01-05T10:00Z"], "y": ["España"], "z": ["الصين"], "w": ["hello"]}
    seen = bcn.inspect(data)
    assert seen.mapping == {"sent_at": "x", "sender": "y", "receiver": "z"}
    assert "sender is taken to be 'y' by its values and place" in seen.notes
    assert run(seen.call, data=data).flow()["ESP", "CHN"] == 1


def test_a_name_and_its_code_are_one_side():
    data = {
        "when": ["2023-01-05T10:00Z", "2023-01-06T10:00Z"],
        "coo_name": ["Algeria", "Somewhere else"], "coo_iso": ["DZA", "BEL"],
        "coo_too": ["DZA", "BEL"], "coa_name": ["Malta", "Spain"], "coa_iso": ["MLT", "ESP"],
    }  # fmt: skip
    data = {name: values * 5 for name, values in data.items()}
    seen = bcn.inspect(data)
    assert (seen.mapping["sender"], seen.mapping["receiver"]) == ("coo_iso", "coa_name")


def test_what_times_do_not_say_is_said():
    rows = {"sender": ["FRA"], "receiver": ["DEU"]}
    naive = bcn.inspect({"sent_at": ["2023-01-05 10:00"], **rows})
    assert any("state no zone" in note for note in naive.notes)
    dates = bcn.inspect({"sent_at": ["2023-01-05"], **rows})
    assert any("dates without hours" in note for note in dates.notes)
    assert "source_tz" not in dates.call
    either = bcn.inspect({"sent_at": ["05/01/2023"], **rows})
    assert any("day/month and as month/day" in note for note in either.notes)
    sure = bcn.inspect({"sent_at": ["25/01/2023"], **rows})
    assert not any("month/day" in note for note in sure.notes)


def test_another_closed_world_is_taken_as_it_is():
    data = {"date": ["2008-01-01"], "origin": ["BOS"], "dest": ["JFK"], "count": [3]}
    seen = bcn.inspect(data)
    assert "members='infer'" in seen.call
    assert any("as many messages as 'count' says" in note for note in seen.notes)
    assert run(seen.call, data=data).total == 3


def test_what_is_missing_is_said_and_left_to_fill_in():
    seen = bcn.inspect({"a": [1.5], "b": [None]})
    assert seen.mapping == {}
    assert "no column seems to be sent_at or sender or receiver: see columns=" in seen.notes
    assert "'sent_at': '...'" in seen.call
    assert seen.columns["holds"].tolist() == ["numbers", "nothing"]
    assert seen.columns["missing"].tolist() == [0, 1]


def test_bars_tabs_and_compression_are_seen(tmp_path):
    import gzip

    text = "sent_at,sender,receiver\n2023-01-05T10:00Z,FRA,DEU\n"
    for name, content in {
        "a.txt": text.replace(",", "|").encode(),
        "b.tsv": text.replace(",", "\t").encode(),
        "c.csv.gz": gzip.compress(text.encode()),
    }.items():
        (tmp_path / name).write_bytes(content)
        seen = bcn.inspect(tmp_path / name)
        assert len(run(seen.call)) == 1, name


def test_parquet_and_frames_are_looked_at(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    table = pyarrow.table({"sent": ["2023-01-05T10:00Z"], "from": ["FRA"], "to": ["DEU"]})
    parquet.write_table(table, tmp_path / "a.parquet")
    seen = bcn.inspect(tmp_path / "a.parquet")
    assert seen.form == "Parquet"
    assert len(run(seen.call)) == 1
    assert len(run(bcn.inspect(table).call, data=table)) == 1


def test_a_notebook_gets_the_table_escaped():
    html = bcn.inspect({"<b>": ["<script>"]})._repr_html_()
    assert "<b>" not in html and "<script>" not in html and "&lt;b&gt;" in html


def test_an_empty_file_is_an_error_with_its_name(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(bcn.InputError, match=r"empty\.csv"):
        bcn.inspect(tmp_path / "empty.csv")


KINDS = {
    "searches": (
        {"Date de recherche": ["2023-01-05T10:00Z"] * 2, "Pays": ["France", "Frnace"],
         "Base de données": ["SLTD", "SMV"], "Recherches": [5, 3], "Réponses positives": [1, 0]},
        {"searched_at": "Date de recherche", "bureau": "Pays", "database": "Base de données",
         "hits": "Réponses positives", "searches": "Recherches"},
    ),
    "records": (
        {"Date": ["2023-12-31"] * 2, "Pays": ["France", "Frnace"], "Base": ["SLTD", "SMV"],
         "Fiches": [10, 20], "Créations": [1, 2]},
        {"date": "Date", "bureau": "Pays", "database": "Base", "stock": "Fiches",
         "created": "Créations"},
    ),
    "access": (
        {"Date": ["2023-12-31"] * 2, "Pays": ["France", "Frnace"], "Points d'accès": [4, 5],
         "Utilisateurs": [40, 50]},
        {"date": "Date", "bureau": "Pays", "access_points": "Points d'accès",
         "users": "Utilisateurs"},
    ),
    "delegates": (
        {"Date": ["2023-03-15"] * 2, "Pays": ["France", "Frnace"], "Fonction": ["head", "head"],
         "Genre": ["f", "m"]},
        {"date": "Date", "bureau": "Pays", "role": "Fonction", "gender": "Genre"},
    ),
    "operations": (
        {"Opération": ["A", "A"], "Pays": ["France", "Frnace"], "Résultat": ["arrest", "arrest"],
         "Quantité": [3, 4]},
        {"operation": "Opération", "bureau": "Pays", "outcome": "Résultat",
         "quantity": "Quantité"},
    ),
    "notices": (
        {"Date de publication": ["2023-01-05"] * 2, "Pays demandeur": ["France", "Frnace"],
         "Couleur": ["Rouge", "bleu"]},
        {"issued_at": "Date de publication", "requester": "Pays demandeur", "colour": "Couleur"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_is_known_by_the_names_of_its_columns(kind):
    data, mapping = KINDS[kind]
    seen = bcn.inspect(data)
    assert (seen.kind, seen.mapping) == (kind, mapping)
    assert seen.why.startswith(f"taken for {kind} by the names of columns: ")
    assert seen.why in repr(seen) and f"bcn.read_{kind}(" in seen.call
    assert seen.unknown["Frnace"] == ("France",)
    log = run(seen.call, data=data)
    assert (log.seen, log.rejected.by("column")["column"].tolist()) != (0, [])
    assert log.schema.time in (None, *mapping) or kind == "operations"


@pytest.mark.parametrize(
    "kind", ["messages", "searches", "records", "access", "delegates", "operations", "notices"]
)
def test_our_own_names_are_known_and_read_without_a_mapping(kind):
    from interpol_bcn._tally_kinds import kind_of

    values = {
        "sent_at": "2023-01-05T10:00Z", "searched_at": "2023-01-05T10:00Z", "date": "2023-03-15",
        "issued_at": "2023-01-05", "sender": "FRA", "receiver": "DEU", "bureau": "FRA",
        "requester": "FRA", "database": "SLTD", "colour": "red", "operation": "A",
        "stock": 5, "users": 7, "role": "head",
    }  # fmt: skip
    schema = kind_of(kind).schema
    data = {name: [values[name]] for name in schema.names if name in values}
    seen = bcn.inspect(data)
    assert seen.kind == kind
    assert seen.call == f"bcn.read_{kind}(data)"
    assert len(run(seen.call, data=data)) == 1


def test_what_could_be_two_kinds_says_so_and_can_be_told():
    data = {"date": ["2023-01-05"], "country": ["FRA"], "database": ["SLTD"]}
    seen = bcn.inspect(data)
    assert seen.kind == "searches" and "could be records too" in seen.why
    told = bcn.inspect(data, kind="records")
    assert (told.kind, told.why) == ("records", "taken for records, as asked for")
    assert len(run(told.call, data=data)) == 1
    with pytest.raises(bcn.QueryError, match="no records 'recods'"):
        bcn.inspect(data, kind="recods")


def test_what_no_name_tells_is_known_by_values_for_the_kind_that_is_told():
    data = {"a": ["2023-01-05T10:00Z"], "b": ["Italie"], "c": ["Véhicules volés"]}
    seen = bcn.inspect(data, kind="searches")
    assert seen.mapping == {"searched_at": "a", "bureau": "b", "database": "c"}
    assert run(seen.call, data=data).count("database")["SMV"] == 1
    lost = bcn.inspect({"x": [1.5]}, kind="notices")
    assert any("issued_at or requester or colour" in note for note in lost.notes)


def test_labels_of_other_domains_have_their_nearest_choices():
    seen = bcn.inspect({"searched_at": ["2023-01-05"] * 2, "bureau": ["FRA"] * 2,
                        "database": ["SLTD", "SLTDD"]})  # fmt: skip
    assert "SLTD" in seen.unknown["SLTDD"]
