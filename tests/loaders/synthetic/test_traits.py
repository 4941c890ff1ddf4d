"""Symptoms, allergies and phenotypes."""

from dataclasses import replace
from statistics import fmean

import pytest

from loaders.synthetic.ailments import Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.people import Diagnosis
from loaders.synthetic.settings import PhenotypeSettings, SymptomSettings
from loaders.synthetic.tables import CohortError
from loaders.synthetic.traits import SEVERITIES, Traits
from tests.loaders.synthetic.building import END, FORMULARY, MAN, PARAMETERS, SETTINGS, WOMAN, ailment

TRAITS = Traits(PARAMETERS, FORMULARY)
GOUT = Diagnosis(0, END - 500, 0, "active")


def test_symptoms_come_by_their_frequency_from_the_nearest_condition() -> None:
    # Gout has no symptoms of its own here: those of Arthritis above it count, "common" always and "occasional" never.
    found = {one.symptom for number in range(20) for one in TRAITS.complaints(MAN, [GOUT], Draws(f"s{number}"))}

    assert found == {"Joint pain"}


def test_symptoms_of_one_sex_are_not_for_the_other() -> None:
    assert {one.symptom for one in TRAITS.complaints(WOMAN, [GOUT], Draws("w"))} == {"Joint pain", "Sore breasts"}


def test_a_refuted_diagnosis_has_no_symptoms() -> None:
    assert not TRAITS.complaints(MAN, [replace(GOUT, status="refuted")], Draws("refuted"))


def test_a_symptom_of_two_diagnoses_is_there_once() -> None:
    two = replace(PARAMETERS, ailments=(ailment("Gout"), ailment("Arthritis")))
    found = Traits(two, FORMULARY).complaints(MAN, [GOUT, replace(GOUT, index=1)], Draws("twice"))

    assert [one.symptom for one in found] == ["Joint pain"]


def test_symptoms_begin_with_their_diagnosis_and_end_before_the_records() -> None:
    for number in range(100):
        for one in TRAITS.complaints(MAN, [GOUT], Draws(f"t{number}")):
            assert GOUT.start <= one.start < END
            assert not one.stop or one.start <= one.stop < END
            assert one.severity in SEVERITIES


def test_symptoms_of_an_acute_condition_end_with_it() -> None:
    ailments = (ailment("Gout", course=Course.ACUTE), ailment("Flu"))
    acute = Traits(replace(PARAMETERS, ailments=ailments), FORMULARY)
    flare = Diagnosis(0, END - 40, END - 30, "resolved")

    for number in range(50):
        (one,) = acute.complaints(MAN, [flare], Draws(f"a{number}"))
        assert flare.start - 3 <= one.start <= flare.start <= one.stop <= flare.stop


def test_some_symptoms_of_a_lasting_condition_last() -> None:
    open_ended = [TRAITS.complaints(MAN, [GOUT], Draws(f"l{number}"))[0].stop == 0 for number in range(400)]

    assert fmean(open_ended) == pytest.approx(0.5, abs=0.1)


def test_a_frequency_without_a_chance_is_reported() -> None:
    symptoms = SymptomSettings(frequency={"common": 1.0}, severity=(1, 1, 1), lasting=0.5)
    parameters = replace(PARAMETERS, settings=replace(SETTINGS, symptoms=symptoms))

    with pytest.raises(CohortError, match=r"lacks 'occasional', which presentation\.csv uses"):
        Traits(parameters, FORMULARY)


def test_allergies_come_in_their_share_with_a_reaction_of_theirs() -> None:
    found = [one for number in range(2000) for one in TRAITS.allergies(MAN, Draws(f"a{number}"))]

    assert len(found) / 2000 == pytest.approx(0.3, abs=0.04)
    assert {(one.substance, one.reaction) for one in found} == {("Penicillins", "rash"), ("Penicillins", "hives")}
    assert sum(one.severity == "severe" for one in found) / len(found) == pytest.approx(1 / 3, abs=0.06)
    assert all(MAN.born <= one.since < END for one in found)


def test_phenotypes_come_in_their_shares_one_of_a_marker() -> None:
    found = [TRAITS.phenotypes(MAN, Draws(f"f{number}")) for number in range(3000)]
    names = [one.phenotype for findings in found for one in findings]

    assert all(len(findings) <= 1 for findings in found)
    assert names.count("Slow") / 3000 == pytest.approx(0.1, abs=0.02)
    assert names.count("Fast") / 3000 == pytest.approx(0.3, abs=0.03)


def test_who_was_not_tested_has_no_phenotype() -> None:
    settings = replace(SETTINGS, phenotypes=PhenotypeSettings(tested=0.0, gene=1.0))

    traits = Traits(replace(PARAMETERS, settings=settings), FORMULARY)

    assert not any(traits.phenotypes(MAN, Draws(f"n{number}")) for number in range(50))
