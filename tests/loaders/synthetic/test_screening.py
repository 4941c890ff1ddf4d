"""What nobody is given."""

from dataclasses import replace
from pathlib import Path

import pytest

from loaders.synthetic.formulary import Formulary
from loaders.synthetic.parameters import Allergen, Parameters
from loaders.synthetic.screening import Screening
from tests.loaders.synthetic.building import FORMULARY, PARAMETERS, ailment

MEDICINES = ("Amoxicillin", "Penicillin V", "Cephalexin", "Aspirin", "Lisinopril", "Methotrexate", "Finasteride", "Metformin")


def _write(folder: Path, name: str, *lines: str) -> None:
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def screening(tmp_path: Path) -> Screening:
    _write(tmp_path, "medicine", "id,ingredients", *(f"{name},i {name}" for name in MEDICINES), "Not prescribed,i Amoxicillin")
    _write(
        tmp_path,
        "allergy_class",
        "id,parent",
        "penicillins,beta-lactams",
        "beta-lactams,",
        "cephalosporins,beta-lactams",
        "other,",
    )
    _write(
        tmp_path,
        "allergy_class_member",
        "class,ingredient",
        "penicillins,i Amoxicillin",
        "penicillins,i Penicillin V",
        "cephalosporins,i Cephalexin",
        "other,i Aspirin",
    )
    _write(
        tmp_path,
        "cross_reactivity",
        "class_a,class_b,strength",
        "cephalosporins,penicillins,low",
        "other,rx:substance-willow,high",
    )
    _write(
        tmp_path,
        "contraindication",
        "medicine,condition,strength",
        "Aspirin,Ulcer,absolute",
        "Lisinopril,Stomach,absolute",
        "Metformin,Ulcer,relative",
    )
    _write(
        tmp_path,
        "limit",
        "medicine,kind,comparator,value,unit,strength",
        "Methotrexate,pregnancy,,,,absolute",
        "Lisinopril,breast feeding,,,,absolute",
        "Aspirin,age,below,16,years,absolute",
        "Cephalexin,age,below,6,months,absolute",
        "Amoxicillin,age,above,50,years,absolute",
        "Finasteride,sex,,female,,absolute",
        "Metformin,renal,below,30,mL/min/1.73m2,absolute",
        "Lisinopril,renal,below,30,mL/min/1.73m2,relative",
    )
    _write(
        tmp_path,
        "interaction",
        "medicine_a,medicine_b,severity",
        "Aspirin,Methotrexate,severe",
        "Aspirin,Lisinopril,moderate",
    )
    return Screening.read(tmp_path, _formulary(), _parameters())


def _formulary() -> Formulary:
    parents = {"Ulcer": "Stomach", "Stomach": "", "ICD10CM:Z33": "", "ICD10CM:Z39.1": ""}
    return replace(FORMULARY, parents=parents, first_line={"Ulcer": MEDICINES})


def _parameters() -> Parameters:
    allergens = ("penicillins", "beta-lactams", "i Amoxicillin", "rx:substance-willow", "rx:substance-dust")
    return replace(
        PARAMETERS,
        ailments=tuple(ailment(one) for one in ("Ulcer", "ICD10CM:Z33", "ICD10CM:Z39.1")),
        allergens=tuple(Allergen(one, 0.1, (1, 1, 1), ("rash",)) for one in allergens),
    )


def _against(
    screening: Screening, *, sex: str = "male", age: int = 40, has: str = "", allergic_to: str = "", gfr: float | None = None
) -> set[str]:
    return screening.against(sex, age, [has] if has else [], [allergic_to] if allergic_to else [], gfr)


def test_nothing_is_ruled_out_without_a_reason(screening: Screening) -> None:
    assert _against(screening) == set()


@pytest.mark.parametrize(
    ("allergen", "medicines"),
    [
        ("penicillins", {"Amoxicillin", "Penicillin V"}),
        ("beta-lactams", {"Amoxicillin", "Penicillin V", "Cephalexin"}),
        ("i Amoxicillin", {"Amoxicillin", "Penicillin V"}),
        ("rx:substance-willow", {"Aspirin"}),
        ("rx:substance-dust", set()),
    ],
)
def test_an_allergy_rules_out_its_class_and_likely_cross_reactions(
    screening: Screening, allergen: str, medicines: set[str]
) -> None:
    assert _against(screening, allergic_to=allergen) == medicines


def test_absolute_contraindications_are_inherited_down_the_tree(screening: Screening) -> None:
    assert _against(screening, has="Ulcer") == {"Aspirin", "Lisinopril"}


def test_pregnancy_and_breast_feeding(screening: Screening) -> None:
    assert _against(screening, sex="female", has="ICD10CM:Z33") == {"Methotrexate", "Finasteride"}
    assert _against(screening, sex="female", has="ICD10CM:Z39.1") == {"Lisinopril", "Finasteride"}


@pytest.mark.parametrize(
    ("age", "medicines"),
    [(0, {"Aspirin", "Cephalexin"}), (1, {"Aspirin"}), (15, {"Aspirin"}), (16, set()), (50, set()), (51, {"Amoxicillin"})],
)
def test_limits_of_age(screening: Screening, age: int, medicines: set[str]) -> None:
    assert _against(screening, age=age) == medicines


@pytest.mark.parametrize(("gfr", "medicines"), [(29.0, {"Metformin"}), (30.0, set()), (None, set())])
def test_limits_of_kidney_function(screening: Screening, gfr: float | None, medicines: set[str]) -> None:
    assert _against(screening, gfr=gfr) == medicines


def test_severe_interactions_count_both_ways(screening: Screening) -> None:
    assert screening.by_medicine == {"Aspirin": {"Methotrexate"}, "Methotrexate": {"Aspirin"}}
