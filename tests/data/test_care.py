"""What a clinician would notice at once: first choices that are missing, and a treatment that harms."""

import re

import pytest

from tests.data.reading import items, names, rows, shown, upwards

COMMON = {
    "I10": {"Lisinopril", "Losartan", "Amlodipine", "Chlorthalidone", "Hydrochlorothiazide"},
    "E11": {"Metformin"},
    "J45": {"Budesonide", "Salbutamol", "Fluticasone propionate"},
    "F32": {"Sertraline", "Escitalopram", "Fluoxetine"},
    "E03": {"Levothyroxine"},
    "K21": {"Omeprazole", "Pantoprazole"},
    "N39.0": {"Nitrofurantoin", "Trimethoprim"},
    "J18": {"Amoxicillin", "Doxycycline"},
    "G43": {"Sumatriptan", "Propranolol"},
    "M10": {"Allopurinol", "Colchicine"},
    "E78.5": {"Atorvastatin", "Rosuvastatin"},
    "E78.0": {"Atorvastatin", "Simvastatin"},
    "M81": {"Alendronic acid", "Zoledronic acid"},
    "I48": {"Apixaban", "Metoprolol"},
    "I50": {"Enalapril", "Carvedilol", "Spironolactone", "Dapagliflozin"},
    "J44": {"Tiotropium", "Salbutamol"},
    "G40": {"Levetiracetam", "Lamotrigine"},
    "I21": {"Acetylsalicylic acid", "Atorvastatin", "Metoprolol"},
    "F41.1": {"Escitalopram", "Venlafaxine"},
    "F20": {"Risperidone", "Aripiprazole"},
    "F31": {"Lithium cation", "Quetiapine"},
    "G20": {"Levodopa", "Pramipexole"},
    "M05": {"Methotrexate"},
    "B37.3": {"Clotrimazole"},
    "E05": {"Methimazole"},
    "I26": {"Apixaban", "Rivaroxaban"},
    "T78.2": {"Epinephrine"},
}
"""First choices in plain cases of common conditions; palliation counts where nothing else is known."""
HARM = (
    ("Metoclopramide", "G20"),
    ("Haloperidol", "G20"),
    ("Propranolol", "J45"),
    ("Timolol", "J45"),
    ("Bupropion", "G40"),
    ("Carbamazepine", "G40.A"),
    ("Flecainide", "I50"),
    ("Pioglitazone", "I50"),
    ("Cilostazol", "I50"),
    ("Verapamil", "I50.2"),
    ("Ibuprofen", "K25"),
    ("Naproxen", "I50"),
    ("Hydrochlorothiazide", "M10"),
    ("Estradiol", "C50"),
    ("Sumatriptan", "I21"),
    ("Dofetilide", "I45.81"),
    ("Isotretinoin", "F32"),
    ("Adenosine", "J45"),
)
UNBORN = (
    "Isotretinoin",
    "Acitretin",
    "Thalidomide",
    "Lenalidomide",
    "Methotrexate",
    "Warfarin",
    "Valproic acid",
    "Lisinopril",
    "Losartan",
    "Misoprostol",
    "Ribavirin",
    "Finasteride",
    "Leflunomide",
    "Bosentan",
)


def _lines(condition: str) -> dict[str, set[str]]:
    """Names of the medicines for a condition by line, those of the conditions above it among them."""
    found: dict[str, set[str]] = {"first": set(), "later": set(), "unstated": set()}
    above = set(upwards(f"ICD10CM:{condition}"))
    for row in rows("indication"):
        if row["condition"] in above:
            found[row["line"]].add(names("medicine")[row["medicine"]])
    return found


def _harmful(condition: str, strength: str) -> set[str]:
    above = set(upwards(f"ICD10CM:{condition}"))
    found = (row for row in rows("contraindication") if row["condition"] in above and row["strength"] == strength)
    return {names("medicine")[row["medicine"]] for row in found}


@pytest.mark.parametrize(("condition", "wanted"), COMMON.items())
def test_first_choices_are_first(condition: str, wanted: set[str]) -> None:
    assert not wanted - _lines(condition)["first"]


@pytest.mark.parametrize("condition", COMMON)
def test_a_first_choice_is_not_ruled_out_by_the_condition_itself(condition: str) -> None:
    assert not _lines(condition)["first"] & _harmful(condition, "absolute")


@pytest.mark.parametrize("condition", COMMON)
def test_a_healthy_adult_is_left_a_choice(condition: str) -> None:
    """A man and a woman of 45 with nothing else keep at least one first choice."""
    for sex in ("male", "female"):
        barred = {
            names("medicine")[row["medicine"]]
            for row in rows("limit")
            if row["strength"] == "absolute"
            and (
                (row["kind"] == "sex" and row["value"] == sex)
                or (
                    row["kind"] == "age"
                    and row["unit"] == "years"
                    and (row["comparator"] == "below") == (int(row["value"]) > 45)
                )
            )
        }
        assert _lines(condition)["first"] - barred - _harmful(condition, "absolute")


@pytest.mark.parametrize(("medicine", "condition"), HARM)
def test_known_harm_is_known(medicine: str, condition: str) -> None:
    assert medicine in _harmful(condition, "absolute") | _harmful(condition, "relative")


@pytest.mark.parametrize("medicine", UNBORN)
def test_medicines_that_harm_the_unborn_are_ruled_out_in_pregnancy(medicine: str) -> None:
    limits = {row["medicine"] for row in rows("limit") if row["kind"] == "pregnancy" and row["strength"] == "absolute"}
    codes = {
        row["medicine"]
        for row in rows("contraindication")
        if row["condition"] == "ICD10CM:Z33" and row["strength"] == "absolute"
    }

    assert medicine in {names("medicine")[found] for found in limits | codes}


def test_whatever_acts_on_the_renin_angiotensin_system_is_ruled_out_in_pregnancy() -> None:
    limits = {row["medicine"] for row in rows("limit") if row["kind"] == "pregnancy" and row["strength"] == "absolute"}
    blockers = {
        row["id"]
        for row in rows("medicine")
        if row["id"].startswith("DrugBank:") and any(c.startswith("C09") for c in items(row["atc"]))
    }

    assert not shown(names("medicine")[found] for found in blockers - limits)


def test_children_get_no_aspirin_codeine_or_tramadol_unasked() -> None:
    barred = {
        names("medicine")[row["medicine"]]
        for row in rows("limit")
        if row["kind"] == "age" and row["comparator"] == "below" and row["strength"] == "absolute" and int(row["value"]) >= 12
    }

    assert {"Acetylsalicylic acid", "Codeine", "Tramadol"} <= barred


def test_what_both_treats_and_harms_says_when() -> None:
    """A contraindication at or above the condition of an indication is relative, and its note says what sets the two apart."""
    harms = {(row["medicine"], row["condition"]): row for row in rows("contraindication")}
    met = [
        harms[row["medicine"], above]
        for row in rows("indication")
        for above in upwards(row["condition"])
        if (row["medicine"], above) in harms
    ]

    assert met
    assert not shown(row for row in met if row["strength"] == "absolute" or not row["note"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sildenafil", "Nitroglycerin"),
        ("Warfarin", "Fluconazole"),
        ("Simvastatin", "Clarithromycin"),
        ("Phenelzine", "Sertraline"),
        ("Linezolid", "Fluoxetine"),
        ("Methotrexate", "Trimethoprim"),
        ("Allopurinol", "Azathioprine"),
        ("Sacubitril", "Lisinopril"),
        ("Clopidogrel", "Omeprazole"),
        ("Ketoconazole", "Pimozide"),
        ("Valproic acid", "Meropenem"),
        ("Spironolactone", "Eplerenone"),
    ],
)
def test_well_known_interactions_are_severe(one: str, other: str) -> None:
    severe = {
        frozenset(names("medicine")[row[side]] for side in ("medicine_a", "medicine_b"))
        for row in rows("interaction")
        if row["severity"] == "severe"
    }

    assert frozenset((one, other)) in severe


def test_a_mechanism_speaks_of_no_third_medicine() -> None:
    """But for what is given with one of the two, what it is turned into, and what the body makes itself."""
    partners = {"ritonavir", "valsartan", "morphine", "phenobarbital", "amiloride", "dopamine", "progesterone"}
    single = {name.lower() for node, name in names("medicine").items() if node.startswith("DrugBank:") and " " not in name}

    for row in rows("interaction"):
        pair = " ".join(names("medicine")[row[side]].lower() for side in ("medicine_a", "medicine_b"))
        spoken = set(re.findall(r"[a-z]+", row["mechanism"].lower())) & single
        assert spoken <= set(re.findall(r"[a-z]+", pair)) | partners, row
