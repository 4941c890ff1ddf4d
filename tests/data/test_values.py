"""Values: the words are those that are allowed, numbers are possible, and bounds are the right way round."""

import re
from collections import Counter

import pytest

from graph.modifiers import parse_modifier
from graph.schema import CURIE
from recommender.safety.additive import EFFECTS
from tests.data.reading import DECISIONS, ids, items, rows, shown

WORDS = {
    ("medicine", "prescription"): {"rx", "otc", "both"},
    ("care_action", "category"): {"lifestyle", "diet", "exercise", "prevention", "monitoring", "referral"},
    ("reference_range", "sex"): {"any", "male", "female"},
    ("cross_reactivity", "strength"): {"high", "moderate", "low"},
    ("presentation", "frequency"): {"very common", "common", "occasional"},
    ("indication", "relation"): {"treats", "palliates"},
    ("indication", "line"): {"first", "later", "unstated"},
    ("contraindication", "strength"): {"absolute", "relative"},
    ("contraindication", "applies"): {"active", "history"},
    ("limit", "kind"): {"age", "pregnancy", "breast feeding", "renal", "hepatic", "sex", "result"},
    ("limit", "strength"): {"absolute", "relative"},
    ("limit", "missing"): {"", "note", "caution", "sign-off"},
    ("interaction", "severity"): {"severe", "moderate", "mild"},
    ("side_effect", "frequency"): {"very common", "common", "uncommon", "rare", "very rare"},
    ("side_effect", "serious"): {"yes", "no"},
    ("additive_effect", "points"): {"1", "2", "3"},
    ("pharmacogenomics", "action"): {"avoid", "reduce", "increase", "alternative", "monitor", "no change"},
    ("pharmacogenomics", "strength"): {"strong", "moderate", "optional"},
    ("crosswalk_disease", "relation"): {"exact", "broader", "narrower", "close"},
    ("indication_review", "keep"): {"yes", "no"},
    ("indication_review", "relation"): {"", "treats", "palliates"},
    ("indication_review", "line"): {"", "first", "later", "unstated"},
}
ROUTES = {"oral", "injection", "inhalation", "topical", "ophthalmic", "nasal", "rectal", "vaginal", "transdermal"}
ROUTES |= {"sublingual", "implant", "otic"}
TEXTS = (
    ("contraindication", "reason"),
    ("limit", "advice"),
    ("interaction", "mechanism"),
    ("interaction", "management"),
    ("pharmacogenomics", "recommendation"),
    ("care_action", "description"),
    ("cross_reactivity", "reason"),
)
LIMIT_FORMS = {
    "age": (r"below|above", r"\d+", r"years|months"),
    "renal": (r"below", r"\d+", r"mL/min/1\.73m2"),
    "hepatic": (r"at_least", r"[ABC]", r"Child-Pugh"),
    "sex": (r"", r"male|female", r""),
    "pregnancy": (r"", r"", r""),
    "breast feeding": (r"", r"", r""),
    "result": (r"below|above", r"\d+(\.\d+)?", r".+"),
}


@pytest.mark.parametrize(("place", "allowed"), WORDS.items())
def test_words_are_those_that_are_allowed(place: tuple[str, str], allowed: set[str]) -> None:
    table, column = place

    assert not shown({row[column] for row in rows(table)} - allowed)


def test_every_medicine_has_a_known_way_in() -> None:
    for row in rows("medicine"):
        routes = items(row["route"])
        assert routes, row["id"]
        assert set(routes) <= ROUTES, row["id"]


@pytest.mark.parametrize(("table", "column"), TEXTS)
def test_what_is_said_to_people_is_never_empty(table: str, column: str) -> None:
    assert not shown(row for row in rows(table) if not row[column])


def test_a_limit_has_the_form_of_its_kind() -> None:
    for row in rows("limit"):
        forms = LIMIT_FORMS[row["kind"]]
        for form, column in zip(forms, ("comparator", "value", "unit"), strict=True):
            assert re.fullmatch(form, row[column]), row


def test_a_limit_by_a_result_is_in_the_units_of_its_test_and_no_other_names_one() -> None:
    units = {row["id"]: row["unit"] for row in rows("lab_test")}

    for row in rows("limit"):
        assert bool(row["test"]) is (row["kind"] == "result"), row
        assert not row["test"] or row["unit"] == units[row["test"]], row


def test_results_count_for_a_number_of_days_that_somebody_waits_for() -> None:
    limits = [row for row in rows("limit") if row["max_age_days"]]

    assert limits
    for row in limits:
        assert row["missing"], row
        assert row["kind"] in ("result", "renal", "hepatic"), row
        assert 1 <= int(row["max_age_days"]) <= 36500, row


def test_limits_are_possible_ages_and_filtration_rates() -> None:
    for row in rows("limit"):
        if row["kind"] == "age":
            years = int(row["value"]) / (12 if row["unit"] == "months" else 1)
            assert 0 < years <= 80, row
            assert row["comparator"] == "below" or years >= 30, row
        if row["kind"] == "renal":
            assert 5 <= int(row["value"]) <= 90, row


def test_a_stricter_limit_is_never_weaker_than_a_milder_one() -> None:
    absolute = {
        (r["medicine"], r["kind"]): int(r["value"])
        for r in rows("limit")
        if r["kind"] == "renal" and r["strength"] == "absolute"
    }

    for row in rows("limit"):
        bound = absolute.get((row["medicine"], row["kind"]))
        if row["strength"] == "relative" and bound is not None:
            assert int(row["value"]) >= bound, row


def test_ranges_are_the_right_way_round() -> None:
    for row in rows("reference_range"):
        low, high, critical_low, critical_high = (
            float(row[column]) if row[column] else None for column in ("low", "high", "critical_low", "critical_high")
        )
        assert not (low is None and high is None and critical_low is None and critical_high is None), row
        assert low is None or high is None or low < high, row
        assert critical_low is None or low is None or critical_low <= low, row
        assert critical_high is None or high is None or critical_high >= high, row


def test_ages_of_ranges_do_not_overlap() -> None:
    spans: dict[str, list[tuple[str, float, float]]] = {}
    for row in rows("reference_range"):
        start, end = float(row["age_from"] or 0), float(row["age_to"] or 150)
        assert 0 <= start <= end <= 150, row
        for sex, other_start, other_end in spans.setdefault(row["test"], []):
            meets = sex == row["sex"] or "any" in (sex, row["sex"])
            assert not (meets and start < other_end and other_start < end), row
        spans[row["test"]].append((row["sex"], start, end))


def test_units_convert_by_a_positive_factor_to_another_unit() -> None:
    for row in rows("lab_test"):
        seen = {row["unit"]}
        for item in items(row["other_units"]):
            unit, _, factor = item.rpartition("=")
            assert unit, row
            assert unit not in seen, row
            assert float(factor) > 0, row
            seen.add(unit)


@pytest.mark.parametrize(
    ("test", "unit", "factor"),
    [
        ("LOINC:2160-0", "umol/L", 1 / 88.42),  # creatinine, in mg/dL
        ("LOINC:2345-7", "mmol/L", 18.016),  # glucose, in mg/dL
        ("LOINC:2823-3", "meq/L", 1),  # potassium, in mmol/L
        ("LOINC:718-7", "g/L", 0.1),  # haemoglobin, in g/dL
        ("LOINC:2093-3", "mmol/L", 38.67),  # cholesterol, in mg/dL
    ],
)
def test_well_known_factors(test: str, unit: str, factor: float) -> None:
    (row,) = [row for row in rows("lab_test") if row["id"] == test]
    factors = {name.lower(): float(value) for name, _, value in (item.rpartition("=") for item in items(row["other_units"]))}

    assert factors[unit.lower()] == pytest.approx(factor, rel=0.01)


def test_external_codes_have_the_form_of_their_vocabulary() -> None:
    forms = {"doid": r"DOID:\d+", "mesh": r"MESH:[CD]\d+", "mondo": r"MONDO:\d{7}"}

    for row in rows("condition"):
        for column, form in forms.items():
            assert not row[column] or re.fullmatch(form, row[column]), row


def test_a_foreign_code_leads_to_one_condition() -> None:
    for column in ("doid", "mesh", "mondo"):
        codes = [row[column] for row in rows("condition") if row[column]]
        repeated = {code for code in codes if codes.count(code) > 1} if len(set(codes)) < len(codes) else set()
        assert not shown(repeated), column


@pytest.mark.parametrize("table", DECISIONS)
def test_decisions_name_things_by_curie(table: str) -> None:
    for row in rows(table):
        for column in ("external", "medicine", "condition"):
            assert column not in row or CURIE.fullmatch(row[column]), row


def test_modifiers_name_what_they_are_about() -> None:
    """A route or a dose is of one of the two; a co-medication is a medicine or an ATC class; a result is of a known test."""
    known = {"with": ids("medicine") | ids("drug_class"), "result": ids("lab_test")}
    for row in rows("interaction"):
        for text in items(row["modifiers"]):
            modifier = parse_modifier(text)
            ends = {row["medicine_a"], row["medicine_b"]}
            assert modifier.kind == "age" or modifier.subject in known.get(modifier.kind, ends), row
            assert modifier.severity != "none", row


def test_a_high_priority_interaction_is_never_modified() -> None:
    derived = {(row["medicine_a"], row["medicine_b"]) for row in rows("interaction") if row["source"] == "onc-high-priority"}

    assert len(derived) > 500
    assert not shown(
        row for row in rows("interaction") if row["modifiers"] and (row["medicine_a"], row["medicine_b"]) in derived
    )


def test_every_effect_that_is_summed_has_medicines_with_points() -> None:
    summed = Counter(row["side_effect"] for row in rows("additive_effect"))

    assert set(summed) == set(EFFECTS)
    assert min(summed.values()) >= 25
