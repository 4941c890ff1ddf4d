from pathlib import Path

import pytest

from loaders.agreement import Count, Figure, agreement, counts, counts_text
from loaders.errors import LoadError
from tests.data.reading import DATA
from tests.loaders.references.building import FORMULARY, replaced, write_formulary, write_references

ALPHA, BETA, GAMMA = (f"DrugBank:DB0000{number}" for number in (1, 2, 3))
UNREVIEWED = "unreviewed,general-clinical-knowledge,"
NONE = "PharmacotherapyDB: pairs called no treatment that the formulary calls none"
TREATS = "PharmacotherapyDB: treatments that the formulary has"
RELIEVES = "PharmacotherapyDB: symptomatic treatments that the formulary has"
SEVERE = "ONC high priority: pairs that are severe"
RULES = "CPIC: rules not contradicted"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return write_references(tmp_path / "shared")


def _figures(tmp_path: Path, added: dict[str, str] | None = None) -> dict[str, Figure]:
    return agreement(tmp_path / "shared", write_formulary(tmp_path / "data", added))


def _changed(tmp_path: Path, name: str, old: str, new: str) -> dict[str, Figure]:
    data = write_formulary(tmp_path / "data")
    (data / name).write_text(replaced(FORMULARY[name], old, new))
    return agreement(tmp_path / "shared", data)


def test_a_figure_counts_what_agrees() -> None:
    figure = Figure(10, ("x", "y"), ("z",))

    assert figure.agree == 7


@pytest.mark.usefixtures("shared")
def test_the_small_formulary_agrees_throughout(tmp_path: Path) -> None:
    figures = _figures(tmp_path)

    assert {name: figure.at_odds for name, figure in figures.items() if figure.at_odds} == {RELIEVES: ("DOID:1/DB00002",)}
    assert figures[NONE].of == 1
    assert figures[TREATS] == Figure(2)
    assert figures[SEVERE] == Figure(2)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("condition", ["ICD10CM:I10", "ICD10CM:I10-I16"])
def test_a_non_treatment_at_the_disease_or_above_it_is_at_odds(tmp_path: Path, condition: str) -> None:
    figures = _figures(tmp_path, {"indication.csv": f"{GAMMA},{condition},treats,later,{UNREVIEWED},\n"})

    assert figures[NONE] == Figure(1, ("DOID:1/DB00003",))
    assert figures[NONE].agree == 0


@pytest.mark.usefixtures("shared")
def test_a_treatment_of_another_condition_is_not_at_odds(tmp_path: Path) -> None:
    figures = _figures(tmp_path, {"indication.csv": f"{GAMMA},ICD10CM:I11.0,treats,later,{UNREVIEWED},\n"})

    assert figures[NONE] == Figure(1)


@pytest.mark.usefixtures("shared")
def test_an_exception_that_says_why_is_counted_apart(tmp_path: Path) -> None:
    row = f"{GAMMA},ICD10CM:I10,treats,later,checked,fda-label,page,NOT-exception: the label has it\n"

    assert _figures(tmp_path, {"indication.csv": row})[NONE] == Figure(1, (), ("DOID:1/DB00003",))


@pytest.mark.usefixtures("shared")
def test_one_exception_does_not_excuse_another_row(tmp_path: Path) -> None:
    rows = (
        f"{GAMMA},ICD10CM:I10,treats,later,checked,fda-label,page,NOT-exception: the label has it\n"
        f"{GAMMA},ICD10CM:I10-I16,treats,later,{UNREVIEWED},\n"
    )

    assert _figures(tmp_path, {"indication.csv": rows})[NONE].at_odds == ("DOID:1/DB00003",)


@pytest.mark.usefixtures("shared")
def test_a_treatment_of_a_form_of_the_disease_counts(tmp_path: Path) -> None:
    figures = _changed(tmp_path, "indication.csv", "ICD10CM:I10-I16", "ICD10CM:I11.0")

    assert figures[TREATS] == Figure(2, ("DOID:1/DB00001",))


@pytest.mark.usefixtures("shared")
def test_a_circle_in_the_conditions_does_not_hang(tmp_path: Path) -> None:
    figures = _changed(
        tmp_path,
        "condition.csv",
        "ICD10CM:I10-I16,Hypertensive diseases,,,",
        "ICD10CM:I10-I16,Hypertensive diseases,,ICD10CM:I10,",
    )

    assert figures[TREATS].at_odds == ()


@pytest.mark.usefixtures("shared")
def test_a_listed_interaction_that_is_not_severe_is_at_odds(tmp_path: Path) -> None:
    figures = _changed(tmp_path, "interaction.csv", f"{BETA},severe", f"{BETA},moderate")

    assert figures[SEVERE] == Figure(2, (f"{ALPHA}/{BETA}",))


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("action", "at_odds"), [("avoid", 0), ("alternative", 0), ("no change", 1), ("increase", 1), ("monitor", 1)]
)
def test_a_rule_is_compared_with_the_text_that_it_cites(tmp_path: Path, action: str, at_odds: int) -> None:
    figures = _changed(tmp_path, "pharmacogenomics.csv", ",avoid,", f",{action},")

    assert figures[RULES].of == 1
    assert len(figures[RULES].at_odds) == at_odds


@pytest.mark.usefixtures("shared")
def test_a_rule_that_cites_nothing_is_compared_by_medicine_and_phenotype(tmp_path: Path) -> None:
    rule = f"{BETA},rx:phenotype-pm,no change,Go on.,strong,{UNREVIEWED},\n"

    assert _figures(tmp_path, {"pharmacogenomics.csv": rule})[RULES].at_odds == ("PA1/beta/Poor Metabolizer (no change)",)


@pytest.mark.usefixtures("shared")
def test_a_rule_is_compared_with_its_record_whatever_the_phenotype_is_called(tmp_path: Path) -> None:
    rule = f"{GAMMA},rx:phenotype-pm,avoid,Not this.,strong,checked,cpic,PA2/gamma/CYP2C19 Poor Metabolizer,\n"

    assert _figures(tmp_path, {"pharmacogenomics.csv": rule})[RULES].at_odds == ("PA2/gamma/CYP2C19 Poor Metabolizer (avoid)",)


CODE_FAULTS = (
    ("condition.csv", "ICD10CM:I11.0", "ICD10CM:I11.5", "ICD-10-CM"),
    ("condition.csv", "DOID:2", "DOID:3", "DOID of conditions"),
    ("condition.csv", "MONDO:0000001", "MONDO:0000009", "MONDO of conditions"),
    ("condition.csv", "MESH:D000003", "MESH:D000009", "MESH of conditions"),
    ("medicine.csv", "DrugBank:DB00003", "DrugBank:DB00009", "DrugBank"),
    ("medicine.csv", ",12,", ",13,", "RxCUI, of the medicine's own ingredient"),
    ("medicine.csv", ",12,", ",11,", "RxCUI, of the medicine's own ingredient"),
    ("medicine.csv", "A02BC01", "A02BD01", "ATC, well formed and below their class"),
    ("medicine.csv", "A02BC01", "A02BC", "ATC, well formed and below their class"),
    ("drug_class.csv", "ATC:A02B,Ulcer,ATC:A02", "ATC:A02B,Ulcer,ATC:A", "ATC, well formed and below their class"),
    ("ingredient.csv", "UNII:AAAAAAAAAA", "UNII:ZZZZZZZZZZ", "UNII"),
    ("symptom.csv", "MESH:D000001", "MESH:D000009", "MeSH of symptoms"),
    ("side_effect_name.csv", "UMLS:C0000001", "UMLS:C0000009", "UMLS of side effects"),
    ("lab_test.csv", "LOINC:2160-0", "LOINC:2160-1", "LOINC, by check digit"),
)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("file", "old", "new", "figure"), CODE_FAULTS)
def test_a_code_that_does_not_exist_is_named(tmp_path: Path, file: str, old: str, new: str, figure: str) -> None:
    figures = _changed(tmp_path, file, old, new)

    assert len(figures[f"Codes that exist: {figure}"].at_odds) == 1


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("block", ["H60-H95", "J60-J70"])
def test_a_block_of_no_category_does_not_exist(tmp_path: Path, block: str) -> None:
    figures = _changed(tmp_path, "condition.csv", "ICD10CM:I11.0,With heart failure,,ICD10CM:I11", f"ICD10CM:{block},Other,,")

    assert figures["Codes that exist: ICD-10-CM"].at_odds == (block,)


def test_a_missing_reference_is_an_error_and_no_agreement(tmp_path: Path) -> None:
    with pytest.raises(LoadError):
        _figures(tmp_path)


def test_counts_take_derived_rows_in(tmp_path: Path) -> None:
    counted = counts(DATA)

    assert counted["indication"].rows > 1200
    assert 0 < counted["indication"].share <= 1
    with pytest.raises(LoadError):
        counts(tmp_path)


def test_a_share_is_of_all_rows() -> None:
    assert Count(8, 6).share == 0.75


def test_counts_are_shown_as_a_table() -> None:
    lines = counts_text(DATA).splitlines()

    assert lines[0] == "| table | rows | checked | share |"
    assert len(lines) == 2 + len(counts(DATA))
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
