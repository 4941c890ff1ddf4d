from pathlib import Path

from loaders.derive import indication
from tests.loaders.references.building import REFERENCES, write_formulary, write_references

ALPHA, BETA, GAMMA = (f"DrugBank:DB0000{number}" for number in (1, 2, 3))
UNREVIEWED = "unreviewed,general-clinical-knowledge,"


def _review(tmp_path: Path, *rows: str) -> Path:
    lines = "".join(f"{row}\n" for row in rows)
    return write_formulary(tmp_path / "reviewed", {"indication_review.csv": lines})


def _pairs(shared: Path, data: Path) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["medicine"], row["condition"]): dict(row) for row in indication.rows(shared, data)}


def test_curated_pairs_stand_without_a_review(shared: Path, data: Path) -> None:
    found = _pairs(shared, data)

    assert found.keys() == {(ALPHA, "ICD10CM:I10"), (BETA, "ICD10CM:I10")}
    assert found[ALPHA, "ICD10CM:I10"]["relation"] == "treats"
    assert found[BETA, "ICD10CM:I10"]["relation"] == "palliates"


def test_a_row_cites_the_record_that_it_comes_from(shared: Path, data: Path) -> None:
    row = _pairs(shared, data)[ALPHA, "ICD10CM:I10"]

    assert row == {
        "medicine": ALPHA,
        "condition": "ICD10CM:I10",
        "relation": "treats",
        "line": "unstated",
        "level": "checked",
        "source": "pharmacotherapydb",
        "locator": "DOID:1/DB00001",
        "note": "",
    }


def test_a_pair_that_is_called_no_treatment_never_becomes_one(shared: Path, tmp_path: Path) -> None:
    data = _review(tmp_path, f"{GAMMA},ICD10CM:I10,yes,treats,first,{UNREVIEWED},")

    assert (GAMMA, "ICD10CM:I10") not in _pairs(shared, data)


def test_a_disease_narrower_than_its_condition_needs_a_review(shared: Path, data: Path, tmp_path: Path) -> None:
    reviewed = _review(tmp_path, f"{ALPHA},ICD10CM:I11,yes,,later,{UNREVIEWED},")

    assert (ALPHA, "ICD10CM:I11") not in _pairs(shared, data)
    assert _pairs(shared, reviewed)[ALPHA, "ICD10CM:I11"]["line"] == "later"


def test_a_disease_that_maps_to_a_block_needs_a_review(shared: Path, tmp_path: Path) -> None:
    data = write_formulary(tmp_path / "data")
    path = data / "crosswalk_disease.csv"
    path.write_text(path.read_text().replace("DOID:1,ICD10CM:I10,", "DOID:1,ICD10CM:I10-I16,"))

    assert not _pairs(shared, data)


def test_the_review_drops_a_pair(shared: Path, tmp_path: Path) -> None:
    data = _review(tmp_path, f"{ALPHA},ICD10CM:I10,no,,,{UNREVIEWED},no longer advised")

    assert _pairs(shared, data).keys() == {(BETA, "ICD10CM:I10")}


def test_what_the_review_adds_is_told_from_what_the_source_says(shared: Path, tmp_path: Path) -> None:
    data = _review(tmp_path, f"{BETA},ICD10CM:I10,yes,treats,first,{UNREVIEWED},with food")

    row = _pairs(shared, data)[BETA, "ICD10CM:I10"]
    assert (row["relation"], row["line"]) == ("treats", "first")
    assert row["note"].split("; ") == [
        "with food",
        "relation: general knowledge (the source has SYM)",
        "line: general knowledge",
        "also drugmechdb DB00002_MESH_D1_1",
    ]


def test_an_extracted_pair_stands_only_when_the_review_keeps_it(shared: Path, tmp_path: Path) -> None:
    data = _review(tmp_path, f"{ALPHA},ICD10CM:I10,yes,,,{UNREVIEWED},")

    assert _pairs(shared, data)[ALPHA, "ICD10CM:I10"]["note"] == "also drugmechdb DB00001_MESH_D1_1"


def test_rows_are_sorted_and_of_known_medicines(tmp_path: Path, data: Path) -> None:
    table = REFERENCES["pharmacotherapydb/indications.tsv"].splitlines()
    backwards = "\n".join([table[0], *reversed(table[1:]), ""])
    shared = write_references(tmp_path / "backwards", {"pharmacotherapydb/indications.tsv": backwards})

    keys = [(row["medicine"], row["condition"]) for row in indication.rows(shared, data)]

    assert keys == [(ALPHA, "ICD10CM:I10"), (BETA, "ICD10CM:I10")]
    assert "DrugBank:DB99999" not in {medicine for medicine, _ in keys}
