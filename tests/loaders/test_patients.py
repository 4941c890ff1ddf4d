"""Patients' tables: pseudonyms, withheld identifiers, events by id or name, and rows that are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.consents import Purpose, refused, refusing
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.errors import UnknownNodeError
from graph.pseudonyms import patient_id, read_patient_key
from graph.store import Batch
from tests.loaders.conftest import Loaders
from tests.loaders.small import COHORT, EVIDENCE, FORMULARY, changed, line_count, with_row

Files = Callable[..., Path]


def pseudonym(loaders: Loaders, identifier: str) -> str:
    return patient_id(identifier, read_patient_key(loaders.home / "patient.key"))


def test_a_patient_is_a_keyed_hash_without_a_name(built: Loaders) -> None:
    node = built.node(pseudonym(built, "P1"))

    assert (node.kind, node.name, node.aliases) == (NodeKind.PATIENT, "", ())
    assert node.properties == {
        "birth_year": 1980,
        "sex": "female",
        "pregnant": False,
        "breast_feeding": False,
        "synthetic": True,
    }
    with pytest.raises(UnknownNodeError):
        built.node("P1")


def test_a_file_may_say_what_a_patient_refuses(built: Loaders, files: Files) -> None:
    table = "patient_id,synthetic,refused\nP1,true,learning;sharing\nP2,true,\nP3,true,profit\n"

    _, outcome = built("add", files({**FORMULARY, "patient.csv": table}, "refusing"))

    assert outcome["total"]["quarantined"] == 1
    assert refused(built.node(pseudonym(built, "P1"))) == {Purpose.LEARNING, Purpose.SHARING}
    assert refused(built.node(pseudonym(built, "P2"))) == frozenset()


@pytest.mark.parametrize("command", ["add", "build"])
def test_what_a_patient_refused_stays_refused_when_files_are_loaded_again(built: Loaders, files: Files, command: str) -> None:
    patient = pseudonym(built, "P1")
    load = built.store.start_load("withdrawn")
    built.store.write(Batch([refusing(built.node(patient), [Purpose.LEARNING])]), load, "1")
    built.store.finish_load(load, remove_stale=False)

    _, outcome = built(command, files({**FORMULARY, **COHORT}, "again"))

    assert refused(built.node(patient)) == {Purpose.LEARNING}
    assert outcome["total"]["changed"] == 0


def test_events_are_resolved_by_id_code_or_name(built: Loaders) -> None:
    first, second = pseudonym(built, "P1"), pseudonym(built, "P2")

    assert built.edge(first, EdgeKind.HAS_DIAGNOSIS).end == built.edge(second, EdgeKind.HAS_DIAGNOSIS).end == "ICD10CM:I10"
    assert built.edge(first, EdgeKind.HAS_SYMPTOM).end == "MESH:D006261"
    assert built.edge(first, EdgeKind.ALLERGIC_TO).end == "rx:class-nsaids"
    assert built.edge(second, EdgeKind.ALLERGIC_TO).end == "rx:substance-peanut"
    assert built.edge(second, EdgeKind.HAS_PHENOTYPE).end == "rx:phenotype-cyp2c9-poor-metabolizer"


def test_an_event_keeps_its_particulars(built: Loaders) -> None:
    first = pseudonym(built, "P1")
    therapy = built.edges(first, EdgeKind.TAKES)[0]
    results = built.edges(first, EdgeKind.HAS_RESULT)

    assert therapy.level is KnowledgeLevel.OBSERVATION
    assert therapy.provenance.source == "synthetic-patients"
    assert therapy.properties == {
        "start": "2020-02-01",
        "outcome": "improved",
        "rating": 9,
        "adherence": 0.9,
        "review": "Fine, mostly.",
    }
    assert [(r.record, r.properties["value"], r.properties["unit"]) for r in results] == [
        ("2021-01-01 0.9", 0.9, "mg/dL"),
        ("2021-01-01 88", 88.0, "umol/L"),
    ]


def test_what_is_known_of_a_reaction_and_of_how_a_medicine_is_taken_is_kept(loaders: Loaders, files: Files) -> None:
    cohort = {
        "patient.csv": "patient_id,avoid_routes\nP1,oral;rectal\nP2,\n",
        "patient_allergy.csv": "patient_id,substance,type,certainty\nP1,NSAIDs,intolerance,suspected\nP2,Peanut,,refuted\n",
        "therapy.csv": "patient_id,medicine,route,daily_dose,dose_unit\nP1,Ibuprofen,topical,0.5,g\n",
    }

    code, _ = loaders("build", files({**FORMULARY, **cohort}))

    first, second = pseudonym(loaders, "P1"), pseudonym(loaders, "P2")
    assert code == 0
    assert loaders.node(first).properties == {"avoid_routes": ("oral", "rectal")}
    assert loaders.node(second).properties == {}
    assert loaders.edge(first, EdgeKind.ALLERGIC_TO).properties == {"type": "intolerance", "certainty": "suspected"}
    assert loaders.edge(second, EdgeKind.ALLERGIC_TO).properties == {"certainty": "refuted"}
    assert loaders.edge(first, EdgeKind.TAKES).properties == {"route": "topical", "daily_dose": 0.5, "dose_unit": "g"}


def test_a_genotype_becomes_the_phenotype_that_it_means(built: Loaders, files: Files) -> None:
    edge = built.edge(pseudonym(built, "P1"), EdgeKind.HAS_PHENOTYPE)
    assert (edge.end, edge.record) == ("rx:phenotype-cyp2c9-indeterminate", "*1/*7")
    assert edge.properties == {"date": "2021-03-04", "diplotype": "*1/*7"}

    code, _ = built("add", files({"calls.csv": "patient_id,gene,diplotype\nP2,cyp2c9,CYP2C9*3/*3\n"}, "later") / "calls.csv")

    told = built.edges(pseudonym(built, "P2"), EdgeKind.HAS_PHENOTYPE)
    assert code == 0
    # The same phenotype, once as such and once as a genotype.
    assert [(e.end.rpartition("-cyp2c9-")[2], e.record) for e in told] == [
        ("poor-metabolizer", ""),
        ("poor-metabolizer", "CYP2C9*3/*3"),
    ]


def test_a_genotype_that_means_several_phenotypes_becomes_several(loaders: Loaders, files: Files) -> None:
    phenotypes = "".join(
        f"rx:phenotype-hla-b-{a}-{b},HLA-B,HLA-B*{a}:01 {b},,,{EVIDENCE}\n" for a in (57, 58) for b in ("positive", "negative")
    )
    alleles = "".join(f"rx:allele-hla-b-{a},HLA-B,HLA-B*{a}:01,,Risk allele,,{EVIDENCE}\n" for a in (57, 58))
    formulary = with_row(with_row(FORMULARY, "phenotype.csv", phenotypes.strip()), "allele.csv", alleles.strip())
    cohort = {
        "patient.csv": "patient_id\nP1\n",
        "patient_genotype.csv": "patient_id,gene,diplotype,date\nP1,HLA-B,*07:02/*57:01,\nP1,CYP2C9,*1/*7,\n",
    }

    code, outcome = loaders("build", files({**formulary, **cohort}))

    told = loaders.edges(pseudonym(loaders, "P1"), EdgeKind.HAS_PHENOTYPE)
    assert code == 0, outcome
    assert sorted((e.end.removeprefix("rx:phenotype-"), e.record) for e in told) == [
        ("cyp2c9-indeterminate", "*1/*7"),
        ("hla-b-57-positive", "*07:02/*57:01"),
        ("hla-b-58-negative", "*07:02/*57:01"),
    ]


def test_patients_that_are_not_synthetic_come_from_records(loaders: Loaders, files: Files) -> None:
    cohort = changed(COHORT, "patient.csv", "1980,female,false,false,true", "1980,female,false,false,")

    loaders("build", files({**FORMULARY, **cohort}))

    assert loaders.node(pseudonym(loaders, "P1")).provenance.source == "patient-records"
    assert loaders.edge(pseudonym(loaders, "P1"), EdgeKind.HAS_DIAGNOSIS).provenance.source == "patient-records"
    assert loaders.edge(pseudonym(loaders, "P2"), EdgeKind.HAS_DIAGNOSIS).provenance.source == "synthetic-patients"


@pytest.mark.parametrize(
    ("columns", "values", "year"),
    [("birth_year", "1980", 1980), ("birth_date", "1980-12-31", 1980), ("sex", "male", None)],
)
def test_only_the_year_of_birth_is_kept(loaders: Loaders, files: Files, columns: str, values: str, year: int | None) -> None:
    loaders("build", files({**FORMULARY, "patient.csv": f"patient_id,{columns}\nP1,{values}\n"}))

    assert loaders.node(pseudonym(loaders, "P1")).properties.get("birth_year") == year


def test_an_age_is_counted_from_today(loaders: Loaders, files: Files) -> None:
    from datetime import date

    loaders("build", files({**FORMULARY, "patient.csv": "patient_id,age\nP1,40\n"}))

    assert loaders.node(pseudonym(loaders, "P1")).properties == {"birth_year": date.today().year - 40}


@pytest.mark.parametrize(
    ("file", "row", "column", "code"),
    [
        ("patient.csv", "P1,1981,male,,,", "patient_id", "duplicate-key"),
        ("patient.csv", "P3,1981,woman,,,", "sex", "bad-value"),
        ("patient.csv", "P3,81,male,,,", "birth_year", "out-of-range"),
        ("patient.csv", "P3,1981,male,perhaps,,", "pregnant", "bad-boolean"),
        ("diagnosis.csv", "P9,ICD10CM:I10,2020-01-31,,active", "patient_id", "unknown-patient"),
        ("diagnosis.csv", "P1,ICD10CM:X99,2020-01-31,,active", "condition", "unknown-name"),
        ("diagnosis.csv", "P1,Ramipril,2020-01-31,,active", "condition", "unknown-name"),
        ("diagnosis.csv", "P1,ICD10CM:R51,31.01.2020,,active", "start", "bad-date"),
        ("diagnosis.csv", "P1,ICD10CM:R51,2020-01-31,2020-01-30,active", "stop", "inconsistent"),
        ("diagnosis.csv", "P1,ICD10CM:I10,2020-01-31,,resolved", "patient_id", "duplicate-key"),
        ("patient_result.csv", "P1,LOINC:2160-0,high,mg/dL,2021-01-02", "value", "bad-number"),
        ("patient_result.csv", "P1,LOINC:2160-0,NaN,mg/dL,2021-01-02", "value", "not-finite"),
        ("patient_result.csv", "P1,LOINC:2160-0,1,furlong,2021-01-02", "unit", "unknown-unit"),
        ("patient_allergy.csv", "P1,penicillin,severe,,", "substance", "unknown-name"),
        ("patient_genotype.csv", "P1,CYP3A4,*1/*1,", "gene", "unknown-name"),
        ("patient_genotype.csv", "P1,CYP2C9,,", "diplotype", "missing-value"),
        ("patient_genotype.csv", "P1,CYP2C9,*1/*7,2022-02-02", "patient_id", "duplicate-key"),
        ("therapy.csv", "P1,Ramipril,2021-01-01,,better,9,1,", "outcome", "bad-value"),
        ("therapy.csv", "P1,Ramipril,2021-01-01,,improved,11,1,", "rating", "out-of-range"),
        ("therapy.csv", "P1,Ramipril,2021-01-01,,improved,9,1.5,", "adherence", "out-of-range"),
        ("therapy.csv", "P1,Ramipril,2021-01-01,,improved,9,1,=HYPERLINK(A1)", "review", "formula"),
    ],
)
def test_a_row_that_is_unusable_is_quarantined(
    loaders: Loaders, files: Files, file: str, row: str, column: str, code: str
) -> None:
    cohort = with_row(COHORT, file, row)

    assert loaders.problems("build", files({**FORMULARY, **cohort})) == [(file, cohort[file].count("\n"), column, code)]


def test_no_report_repeats_what_a_patients_row_says(loaders: Loaders, files: Files) -> None:
    cohort = with_row(COHORT, "diagnosis.csv", "P1,secret illness,2020-01-31,,active")

    _, outcome = loaders("build", files({**FORMULARY, **cohort}))

    assert "secret" not in str(outcome)
    assert "P1" not in str(outcome)


def test_a_name_of_two_meanings_is_reported_with_both(loaders: Loaders, files: Files) -> None:
    formulary = changed(FORMULARY, "substance.csv", "Peanut,", "Peanut,painkillers")

    _, outcome = loaders("build", files({**formulary, **COHORT}))

    (problem,) = [p for f in outcome["files"] for p in f["problems"]]
    assert problem["code"] == "ambiguous-name"
    assert problem["expected"] == "one of rx:class-nsaids, rx:substance-peanut"


def test_patients_can_be_added_later_and_again(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY, "formulary"))
    before = loaders.store.revision()
    folder = files(COHORT, "cohort")

    first, second = loaders("add", folder)[1], loaders("add", folder)[1]

    assert first["total"]["created"] == line_count(COHORT)
    assert [second["total"][name] for name in ("created", "changed", "removed")] == [0, 0, 0]
    assert loaders.store.revision() == before


def test_events_can_be_added_for_patients_who_are_there(built: Loaders, files: Files) -> None:
    folder = files({"more.csv": "patient_id,condition,start\nP2,R51,2022-02-02\n"}, "later")

    code, outcome = built("add", folder / "more.csv", "--format", "patients")

    assert (code, outcome["total"]["created"]) == (0, 1)
    assert built.edges(pseudonym(built, "P2"), EdgeKind.HAS_DIAGNOSIS)[-1].provenance.source == "synthetic-patients"


def test_a_changed_particular_changes_the_edge(built: Loaders, files: Files) -> None:
    folder = files(changed(COHORT, "diagnosis.csv", "2020-01-31,,active", "2020-01-31,2021-01-01,resolved"), "cohort")

    _, outcome = built("add", folder)

    assert [outcome["total"][name] for name in ("created", "changed", "removed")] == [0, 1, 0]
