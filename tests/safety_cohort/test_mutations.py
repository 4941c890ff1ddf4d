"""Every mistake in a rule turns a small cohort of that rule red; without a mistake it is green."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from tests.safety_cohort.filing import TABLES, as_case, file_records, patient_id, site_of
from tests.safety_cohort.isolation import anew, source
from tests.safety_cohort.mutations import MUTATIONS, Mutation
from tests.safety_cohort.patient import Allergy, Diagnosis, Patient, Therapy
from tests.safety_cohort.trial import DAY, Trial
from tests.safety_cohort.verdict import Worst, worst

SEED = 11
PATIENTS = 60
ABOUT, BESIDE = 160, 40
STEERS: Mapping[str, tuple[str, ...]] = {
    "allergy": ("_allergy", "_crossing", "_crossing"),
    "contraindication": ("_diagnosis", "_child", "_past", "_combined"),
    "interaction": ("_within", "_modified", "_modified", "_modified", "_local"),
    "additive": ("_additive", "_history"),
    "duplicate": ("_duplicate", "_twin", "_history"),
    "history": ("_history", "_history", "_twin"),
    "limit:age": ("_person",),
    "limit:sex": ("_person",),
    "limit:pregnancy": ("_person", "_expecting", "_past"),
    "limit:breast feeding": ("_expecting",),
    "limit:renal": ("_kidneys", "_kidneys"),
    "limit:hepatic": ("_liver", "_liver"),
    "limit:result": ("_result", "_result", "_result"),
    "pharmacogenomics": ("_phenotype", "_phenotype", "_genotype"),
    "supply": ("_supply",),
    "formulary": ("_policy",),
    "site": ("_policy", "_diagnosis", "_allergy", "_history", "_additive", "_person"),
    "unresolved": ("_nameless",),
}
"""What the patients of a rule's cohort are steered towards."""


@dataclass(frozen=True)
class Cohort:
    """The patients of one rule, each with the medicines that are looked at and what the oracle says of them."""

    patients: list[tuple[Patient, list[str], Worst]]


@pytest.fixture(scope="module")
def trial(built: Path) -> Iterator[Trial]:
    home = built / "home"
    opened = Trial(home / TABLES, f"sqlite://{home / 'graph.sqlite'}", home / "snapshots", SEED)
    with closing(opened):
        yield opened


@pytest.fixture(scope="module")
def cohorts(trial: Trial) -> Callable[[str], Cohort]:
    """The cohort of a rule, made once."""
    known: dict[str, Cohort] = {}

    def cohort(rule: str) -> Cohort:
        if rule not in known:
            first = 100_000 + 1000 * list(MUTATIONS).index(rule)
            drawn = [trial.patients.steered(number, STEERS[rule]) for number in range(first, first + PATIENTS)]
            records = [patient for patient in drawn if not patient.told]
            file_records(trial.store, trial.snapshot, records, DAY.isoformat(), f"mutations {rule}")
            known[rule] = Cohort([(patient, *_expected(trial, rule, patient)) for patient in drawn])
        return known[rule]

    return cohort


def _expected(trial: Trial, rule: str, patient: Patient) -> tuple[list[str], Worst]:
    said = {key: severity for key, severity in worst(trial.oracle.verdicts(patient)).items() if _concerns(rule, key[1])}
    random = Random(patient.number)
    near = {v.medicine for v in trial.oracle.verdicts(lax(patient)) if _concerns(rule, v.rule)}
    about = sorted({medicine for medicine, _ in said} | near | {therapy.medicine for therapy in patient.therapies})
    if rule == "duplicate":
        groups = {group for t in patient.therapies for group in trial.tables.medicines[t.medicine].classes}
        about = sorted({*about, *(m.id for m in trial.tables.medicines.values() if m.classes & groups)})
    beside = random.sample(sorted(trial.tables.medicines), BESIDE)
    medicines = {*random.sample(about, min(len(about), ABOUT)), *beside}
    return sorted(medicines), {key: severity for key, severity in said.items() if key[0] in medicines}


def lax(patient: Patient) -> Patient:
    """The same patient if everything on file held: what a rule must not find."""
    return replace(
        patient,
        told=True,
        diagnoses=tuple(Diagnosis(d.condition) for d in patient.diagnoses),
        therapies=tuple(Therapy(t.medicine) for t in patient.therapies),
        allergies=tuple(Allergy(a.allergen) for a in patient.allergies),
    )


def _concerns(rule: str, found: str) -> bool:
    return rule in (found, "site")


def disagreements(trial: Trial, cohort: Cohort, rule: str, load: Callable[[str], ModuleType]) -> Iterator[str]:
    """What an engine, loaded anew, says of the cohort otherwise than the oracle."""
    screening, site = load("recommender.safety.screen"), load("recommender.safety.site")
    case, record = load("recommender.case"), load("recommender.record")
    components = load("recommender.safety.components").Components(trial.snapshot)
    names = (rule, rule.partition(":")[0])
    rules = [one for one in screening.RULES if one.name in names or rule == "site"]
    for patient, medicines, expected in cohort.patients:
        on_file = (
            case.read_case(as_case(patient), trial.snapshot, DAY)
            if patient.told
            else record.read_record(trial.store, trial.snapshot, patient_id(patient), DAY)
        )
        candidates = [trial.snapshot.number(medicine) for medicine in medicines]
        policy = site_of(patient, trial.snapshot, site)
        screened = screening.screen(trial.snapshot, components, on_file, candidates, DAY, rules, policy)
        found = {key: said for key, said in trial.said(screened).items() if _concerns(rule, key[1])}
        if found != expected:
            yield f"patient {patient.number}: {sorted(found.items() ^ expected.items())[:3]}"


@pytest.mark.parametrize("rule", list(MUTATIONS))
def test_without_a_mistake_the_cohort_is_green(rule: str, trial: Trial, cohorts: Callable[[str], Cohort]) -> None:
    assert len(MUTATIONS[rule]) >= 3

    with anew({}) as load:
        assert list(disagreements(trial, cohorts(rule), rule, load)) == []


@pytest.mark.parametrize(
    ("rule", "mutation"),
    [pytest.param(rule, one, id=f"{rule}: {one.name}") for rule, found in MUTATIONS.items() for one in found],
)
def test_every_mistake_is_noticed(
    rule: str, mutation: Mutation, trial: Trial, cohorts: Callable[[str], Cohort], caplog: pytest.LogCaptureFixture
) -> None:
    text = source(mutation.module)
    assert text.count(mutation.old) == 1, f"{mutation.old!r} stands {text.count(mutation.old)} times in {mutation.module}"

    with anew({mutation.module: text.replace(mutation.old, mutation.new)}) as load:
        noticed = next(disagreements(trial, cohorts(rule), rule, load), "")

    assert noticed
    # A mistake that makes the rule fail would be noticed by anything.
    assert not caplog.records
