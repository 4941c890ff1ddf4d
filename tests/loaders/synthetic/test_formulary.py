"""What the generator reads of the formulary, and that the shipped parameters stand on it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loaders.synthetic.ailments import Course
from loaders.synthetic.formulary import Formulary, ReferenceRange
from loaders.synthetic.parameters import Allergen, Marker, Parameters, Shift
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import DATA, FORMULARY, ailment

SHIPPED = Parameters.read(DATA / "synthetic")
NOWHERE = "rx:nowhere"


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.read(DATA, SHIPPED.one_sex, SHIPPED.settings.therapy.one_of)


def test_the_shipped_parameters_stand_on_the_shipped_tables(formulary: Formulary) -> None:
    formulary.check(SHIPPED, DATA)


def _with_measure(parameters: Parameters) -> Parameters:
    measure = next(iter(parameters.measures.values()))
    return replace(parameters, measures={**parameters.measures, NOWHERE: measure})


@pytest.mark.parametrize(
    ("change", "file"),
    [
        (lambda p: replace(p, ailments=(*p.ailments, ailment(NOWHERE))), "prevalence.csv: no condition"),
        (lambda p: replace(p, shifts=(Shift(NOWHERE, "x", 1, 1, 1, 1, 1),)), "shift.csv: no condition"),
        (lambda p: replace(p, shifts=(replace(p.shifts[0], test=NOWHERE),)), "shift.csv: no test"),
        (_with_measure, "measure.csv: no test"),
        (lambda p: replace(p, allergens=(Allergen(NOWHERE, 0.1, (1,), ("rash",)),)), "allergy.csv: no allergen"),
        (lambda p: replace(p, markers=(Marker((NOWHERE,), (1,)),)), "phenotype.csv: no phenotype"),
        (lambda p: replace(p, popularity={NOWHERE: 1.0}), "popularity.csv: no medicine"),
        (lambda p: replace(p, one_sex={NOWHERE: "male"}), "one_sex.csv: no symptom or side effect"),
    ],
)
def test_an_id_that_no_table_holds_is_named(
    formulary: Formulary, change: Callable[[Parameters], Parameters], file: str
) -> None:
    with pytest.raises(CohortError, match=rf"{file} of the formulary has the id {NOWHERE}"):
        formulary.check(change(SHIPPED), DATA)


def test_nearly_every_treated_condition_has_a_first_line_medicine(formulary: Formulary) -> None:
    treated = [one.condition for one in SHIPPED.ailments if one.treated]
    without = [one for one in treated if not formulary.nearest(formulary.first_line, one)]

    assert len(without) <= len(treated) / 5, without


def test_nearly_every_condition_has_symptoms(formulary: Formulary) -> None:
    conditions = [one.condition for one in SHIPPED.ailments if one.course is not Course.STATE]
    without = [one for one in conditions if not formulary.nearest(formulary.symptoms, one)]

    assert len(without) <= len(conditions) / 5, without


def test_the_nearest_condition_that_is_known_counts() -> None:
    assert FORMULARY.nearest(FORMULARY.symptoms, "Gout") == FORMULARY.symptoms["Arthritis"]
    assert FORMULARY.nearest({**FORMULARY.symptoms, "Gout": ()}, "Gout") == ()
    assert FORMULARY.nearest(FORMULARY.symptoms, "Flu") == ()


def test_the_conditions_above_come_nearest_first() -> None:
    assert list(FORMULARY.above("Gout")) == ["Gout", "Arthritis"]


@pytest.mark.parametrize(
    ("sex", "age", "years"), [("male", 30, 0), ("male", 15, 3), ("male", 62, 2), ("female", 30, float("inf"))]
)
def test_the_distance_to_a_range_is_in_years(sex: str, age: int, years: float) -> None:
    assert ReferenceRange("Iron", "male", 18, 60, 1, 2).distance(sex, age) == years


def _write(folder: Path, name: str, *lines: str) -> None:
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The fewest tables that can be read."""
    _write(tmp_path, "medicine", "id,name,atc,ingredients", "A,Aspirin,B01AC06;N02BA01,I", "L,Lisinopril,C09AA03,J")
    _write(tmp_path, "condition", "id,parent", "Gout,Arthritis", "Arthritis,")
    _write(tmp_path, "indication", "medicine,condition,line", "A,Gout,first", "L,Gout,later", "A,Gout,first")
    _write(tmp_path, "presentation", "condition,symptom,frequency", "Gout,Pain,common")
    _write(tmp_path, "side_effect_name", "id,name", "U:1,nausea", "U:2,sore breasts")
    _write(
        tmp_path,
        "side_effect",
        "medicine,side_effect,frequency,serious",
        "A,U:1,common,no",
        "A,U:2,rare,yes",
        "A,U:9,common,no",
    )
    _write(tmp_path, "pharmacogenomics", "phenotype,medicine,action", "Slow,A,avoid")
    _write(tmp_path, "lab_test", "id,unit", "Iron,ug/dL")
    _write(
        tmp_path,
        "reference_range",
        "test,sex,age_from,age_to,low,high",
        "Iron,any,18,,50,150",
        "Iron,male,18,60,,170",
    )
    return tmp_path


def _read(tables: Path, one_of: Sequence[str] = ()) -> Formulary:
    return Formulary.read(tables, {"U:2": "female"}, one_of)


def test_first_lines_are_kept_once(tables: Path) -> None:
    assert _read(tables).first_line == {"Gout": ("A",)}


def test_side_effects_are_weighed_by_frequency_for_each_sex(tables: Path) -> None:
    effects = _read(tables).side_effects

    assert effects["male", "A"].names == ("nausea",)
    assert effects["female", "A"].names == ("nausea", "sore breasts")
    assert list(effects["female", "A"].weights) == pytest.approx([6, 6.04])


def test_groups_are_level_four_codes_or_wider_ones(tables: Path) -> None:
    assert _read(tables).classes == {"A": {"B01AC", "N02BA"}, "L": {"C09AA"}}
    assert _read(tables, ["C09"]).classes["L"] == {"C09"}


def test_ranges_of_one_sex_come_first(tables: Path) -> None:
    ranges = _read(tables).ranges["Iron"]

    assert [one.sex for one in ranges] == ["male", "any"]
    assert (ranges[1].low, ranges[1].age_to) == (50, float("inf"))


def test_actions_units_and_parents_are_read(tables: Path) -> None:
    formulary = _read(tables)

    assert formulary.actions == {"Slow": {"A": "avoid"}}
    assert formulary.units == {"Iron": "ug/dL"}
    assert formulary.parents == {"Gout": "Arthritis", "Arthritis": ""}
