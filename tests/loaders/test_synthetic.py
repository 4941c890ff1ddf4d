"""The cohort as a whole: repeatable, in bounded memory, of the rates that were asked for, at odds with no table.

Two cohorts of one seed are written by processes of their own, so that their memory can be told.
"""

import csv
import datetime
import math
import subprocess
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import fmean

import pytest

from graph.config import PROJECT
from loaders.sources.patient_tables import TABLES
from loaders.synthetic import CohortError, write_cohort
from loaders.synthetic.ailments import SEXES, Course
from loaders.synthetic.formulas import gfr_from_creatinine
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.patient import COLUMNS
from loaders.text_tables import formulary_rows, read_text_table

DATA = PROJECT / "data"
SEED = 11
LARGE, SMALL = 8_000, 800
MOST_MEMORY = 1.3
SURE = 4.5
"""Standard deviations that a rate may lie from what was asked for: with another seed one run in some hundreds would fail."""

WRITE = """
import sys
from pathlib import Path
from loaders.synthetic import write_cohort
rows = write_cohort(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
print(rows, *(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""
PARAMETERS = Parameters.read(DATA / "synthetic")
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Cohort:
    """A cohort that was written: where, how many rows were said to be written, and the peak of memory in kB (0: unknown)."""

    folder: Path
    said: int
    memory: int

    @cache  # noqa: B019 - the few cohorts of this module live as long as it does
    def rows(self, table: str) -> Rows:
        """The rows of one file."""
        return read_text_table(self.folder / f"{table}.csv")

    @cached_property
    def patients(self) -> Mapping[str, dict[str, str]]:
        return {row["patient_id"]: row for row in self.rows("patient")}

    @cached_property
    def has(self) -> Mapping[str, set[str]]:
        """Conditions of each patient that were not refuted, the states among them."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.rows("diagnosis"):
            if row["status"] != "refuted":
                found[row["patient_id"]].add(row["condition"])
        for patient, row in self.patients.items():
            found[patient] |= {"ICD10CM:Z33"} if row["pregnant"] == "true" else set()
            found[patient] |= {"ICD10CM:Z39.1"} if row["breast_feeding"] == "true" else set()
        return found

    @cached_property
    def cells(self) -> Mapping[str, tuple[int, int]]:
        """Sex and age band of each patient."""
        ages, year = PARAMETERS.settings.population.ages, PARAMETERS.settings.as_of.year
        return {
            patient: (SEXES.index(row["sex"]), bisect_right(ages, year - int(row["birth_year"])) - 1)
            for patient, row in self.patients.items()
        }


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Cohort]:
    """The large and the small cohort, written at the same time."""
    running = {}
    for patients in (LARGE, SMALL):
        folder = tmp_path_factory.mktemp("cohort")
        arguments = [sys.executable, "-c", WRITE, str(folder), str(patients), str(SEED), str(DATA)]
        running[patients] = folder, subprocess.Popen(arguments, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    written = {}
    for patients, (folder, process) in running.items():
        said, *memory = process.communicate()[0].split()
        written[patients] = Cohort(folder, int(said), int(memory[0]) if memory else 0)
    return written


@pytest.fixture(scope="module")
def cohort(cohorts: Mapping[int, Cohort]) -> Cohort:
    return cohorts[LARGE]


def test_a_seed_gives_the_same_bytes_in_every_process_and_another_seed_others(
    cohorts: Mapping[int, Cohort], tmp_path: Path
) -> None:
    for seed in (SEED, SEED + 1):
        write_cohort(tmp_path / str(seed), 25, seed, DATA)
    for name in ("patient", "therapy", "patient_result"):
        elsewhere = (cohorts[SMALL].folder / f"{name}.csv").read_bytes()

        assert elsewhere.startswith((tmp_path / str(SEED) / f"{name}.csv").read_bytes())
        assert not elsewhere.startswith((tmp_path / str(SEED + 1) / f"{name}.csv").read_bytes())


def test_patients_are_the_same_in_a_cohort_of_any_size(cohorts: Mapping[int, Cohort]) -> None:
    for name in COLUMNS:
        small = (cohorts[SMALL].folder / f"{name}.csv").read_bytes()

        assert (cohorts[LARGE].folder / f"{name}.csv").read_bytes().startswith(small), name


def test_memory_does_not_grow_with_the_cohort(cohorts: Mapping[int, Cohort]) -> None:
    if not cohorts[SMALL].memory:
        pytest.skip("the peak of a process's memory is read from /proc, which this system lacks")

    assert cohorts[LARGE].memory <= MOST_MEMORY * cohorts[SMALL].memory


def test_the_files_are_those_of_the_patients_loader(cohort: Cohort) -> None:
    # Nobody in the cohort was genotyped: their phenotypes are told straight away.
    tables = {name: table for name, table in TABLES.items() if name != "patient_genotype"}
    assert {path.name for path in cohort.folder.iterdir()} == {f"{name}.csv" for name in tables}
    for name, table in tables.items():
        with (cohort.folder / f"{name}.csv").open(encoding="utf-8") as stream:
            header = next(csv.reader(stream))
        assert header == list(COLUMNS[name])
        assert set(header) <= {column.name for column in table.columns}


def test_the_number_of_rows_is_told(cohorts: Mapping[int, Cohort]) -> None:
    small = cohorts[SMALL]

    assert small.said == sum(len(small.rows(name)) for name in COLUMNS)


def test_everybody_is_said_to_be_synthetic(cohort: Cohort) -> None:
    assert {row["synthetic"] for row in cohort.patients.values()} == {"true"}
    assert list(cohort.patients)[:2] == ["SYN-000001", "SYN-000002"]
    assert len(cohort.patients) == LARGE


def _off(found: float, expected: float, variance: float) -> float:
    return abs(found - expected) / math.sqrt(max(variance, 1.0))


def test_conditions_have_the_rates_that_were_asked_for(cohort: Cohort) -> None:
    found = Counter(condition for conditions in cohort.has.values() for condition in conditions)
    for ailment in PARAMETERS.ailments:
        required = set(ailment.requires)
        meeting = [patient for patient in cohort.patients if cohort.has[patient] & required] if required else cohort.patients
        cells = Counter(map(cohort.cells.__getitem__, meeting))
        rates = {cell: ailment.rates[cell[0]][cell[1]] for cell in cells}
        expected = sum(people * rates[cell] for cell, people in cells.items())
        variance = sum(people * rates[cell] * (1 - rates[cell]) for cell, people in cells.items())

        assert _off(found[ailment.condition], expected, variance) < SURE, (ailment.condition, expected)


def test_common_conditions_have_them_at_every_age_of_both_sexes(cohort: Cohort) -> None:
    cells = Counter(cohort.cells.values())
    found = Counter((*cohort.cells[patient], condition) for patient, had in cohort.has.items() for condition in had)
    for ailment in PARAMETERS.ailments:
        for (sex, band), people in cells.items():
            rate = ailment.rates[sex][band]
            if ailment.requires or people * rate < 40:
                continue
            assert _off(found[sex, band, ailment.condition], people * rate, people * rate * (1 - rate)) < SURE


def _lift(cohort: Cohort, cause: str, condition: str) -> tuple[float, float]:
    """The odds ratio pooled over sexes and age bands (Mantel and Haenszel 1959), and how many have both."""
    counts: defaultdict[tuple[int, int], Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for patient in cohort.patients:
        counts[cohort.cells[patient]][cause in cohort.has[patient], condition in cohort.has[patient]] += 1
    top = sum(c[True, True] * c[False, False] / c.total() for c in counts.values())
    bottom = sum(c[True, False] * c[False, True] / c.total() for c in counts.values())
    return top / bottom if bottom else math.inf, sum(c[True, True] for c in counts.values())


STRONG_LINKS = [
    ("ICD10CM:E66", "ICD10CM:E11"),
    ("ICD10CM:E66", "ICD10CM:I10"),
    ("ICD10CM:E11", "ICD10CM:I10"),
    ("ICD10CM:F17", "ICD10CM:J44"),
    ("ICD10CM:E11", "ICD10CM:N18.3"),
    ("ICD10CM:I10", "ICD10CM:I50"),
    ("ICD10CM:I25.1", "ICD10CM:I50"),
    ("ICD10CM:J30.1", "ICD10CM:J45"),
    ("ICD10CM:L20", "ICD10CM:J30.1"),
    ("ICD10CM:F32", "ICD10CM:F41.1"),
    ("ICD10CM:F32", "ICD10CM:G47.0"),
    ("ICD10CM:E78.0", "ICD10CM:I25.1"),
]


@pytest.mark.parametrize(("cause", "condition"), STRONG_LINKS)
def test_conditions_follow_each_other(cohort: Cohort, cause: str, condition: str) -> None:
    lift, both = _lift(cohort, cause, condition)

    assert both >= 20
    assert lift > 1 + (PARAMETERS.links[cause, condition] - 1) / 4


def test_what_excludes_each_other_is_never_in_one_person(cohort: Cohort) -> None:
    excluding = [set(pair) for pair, ratio in PARAMETERS.links.items() if ratio == 0]

    assert len(excluding) >= 10
    assert not any(pair <= had for had in cohort.has.values() for pair in excluding)


def test_diagnoses_are_of_the_persons_age_and_sex(cohort: Cohort) -> None:
    rates = {ailment.condition: ailment.rates for ailment in PARAMETERS.ailments}

    for row in cohort.rows("diagnosis"):
        sex, band = cohort.cells[row["patient_id"]]
        assert rates[row["condition"]][sex][band] > 0, row["condition"]


def test_only_women_of_15_to_49_are_pregnant_or_breast_feeding(cohort: Cohort) -> None:
    for row in cohort.patients.values():
        if "true" in (row["pregnant"], row["breast_feeding"]):
            assert row["sex"] == "female"
            assert 15 <= PARAMETERS.settings.as_of.year - int(row["birth_year"]) <= 49
        assert (row["pregnant"], row["breast_feeding"]) != ("true", "true")
    assert any(row["pregnant"] == "true" for row in cohort.patients.values())


DATED = [
    (name, column) for name, columns in COLUMNS.items() for column in columns if column in ("start", "stop", "date", "since")
]


@pytest.mark.parametrize(("table", "column"), DATED)
def test_dates_are_iso_and_lie_between_birth_and_the_end(cohort: Cohort, table: str, column: str) -> None:
    days = [(row["patient_id"], row[column]) for row in cohort.rows(table)]
    spelled = {day for _, day in days if day}

    assert all(datetime.date.fromisoformat(day).isoformat() == day for day in spelled)
    assert max(spelled) < PARAMETERS.settings.as_of.isoformat()
    assert all(day or column == "stop" for _, day in days)
    assert all(not day or day[:4] >= cohort.patients[patient]["birth_year"] for patient, day in days)


@pytest.mark.parametrize("table", ["diagnosis", "patient_symptom", "therapy"])
def test_nothing_stops_before_it_starts(cohort: Cohort, table: str) -> None:
    assert all(not row["stop"] or row["start"] <= row["stop"] for row in cohort.rows(table))


@pytest.mark.parametrize(
    ("table", "column", "tables"),
    [
        ("diagnosis", "condition", ["condition"]),
        ("patient_symptom", "symptom", ["symptom"]),
        ("patient_result", "test", ["lab_test"]),
        ("patient_allergy", "substance", ["allergy_class", "ingredient", "substance"]),
        ("patient_phenotype", "phenotype", ["phenotype"]),
        ("therapy", "medicine", ["medicine"]),
    ],
)
def test_every_id_is_of_the_formulary_and_no_row_is_there_twice(
    cohort: Cohort, table: str, column: str, tables: list[str]
) -> None:
    known = {row["id"] for name in tables for row in formulary_rows(DATA, name)}
    rows = cohort.rows(table)
    keys = [(row["patient_id"], row[column], row.get("date", "")) for row in rows]

    assert {row[column] for row in rows} <= known
    assert {row["patient_id"] for row in rows} <= cohort.patients.keys()
    assert len(set(keys)) == len(keys)


def test_results_are_in_the_unit_of_their_test(cohort: Cohort) -> None:
    units = {row["id"]: row["unit"] for row in formulary_rows(DATA, "lab_test")}

    assert all(row["unit"] == units[row["test"]] for row in cohort.rows("patient_result"))


def _values(cohort: Cohort, role: str) -> dict[tuple[str, str], float]:
    test = PARAMETERS.roles[role]
    return {
        (row["patient_id"], row["date"]): float(row["value"]) for row in cohort.rows("patient_result") if row["test"] == test
    }


def test_creatinine_and_kidney_function_of_every_adult_agree(cohort: Cohort) -> None:
    creatinine = _values(cohort, "creatinine")
    for (patient, day), gfr in _values(cohort, "gfr").items():
        row = cohort.patients[patient]
        age = PARAMETERS.settings.as_of.year - int(row["birth_year"])
        told = gfr_from_creatinine(creatinine[patient, day], SEXES.index(row["sex"]), age)

        assert gfr == min(round(told), PARAMETERS.measures[PARAMETERS.roles["gfr"]].high)


@pytest.mark.parametrize(
    ("condition", "low", "high"), [("ICD10CM:N18.3", 30, 59), ("ICD10CM:N18.4", 15, 29), ("ICD10CM:N18.6", 0, 14)]
)
def test_kidney_function_is_that_of_the_stage(cohort: Cohort, condition: str, low: int, high: int) -> None:
    since = {
        row["patient_id"]: row["start"]
        for row in cohort.rows("diagnosis")
        if row["condition"] == condition and row["status"] == "active"
    }
    acute = {patient for patient, had in cohort.has.items() if "ICD10CM:N17" in had}
    values = [
        gfr for (patient, day), gfr in _values(cohort, "gfr").items() if day >= since.get(patient, "9") and patient not in acute
    ]

    assert len(values) > 10
    assert all(low <= gfr <= high for gfr in values)


def test_diabetes_shows_in_glucose_and_hba1c_and_they_agree(cohort: Cohort) -> None:
    hba1c, glucose = _values(cohort, "hba1c"), _values(cohort, "glucose")
    diabetic = {patient for patient, had in cohort.has.items() if had & {"ICD10CM:E11", "ICD10CM:E10"}}
    other = {
        patient
        for patient, had in cohort.has.items()
        if not had & {"ICD10CM:E11", "ICD10CM:E10", "ICD10CM:R73.03", "ICD10CM:O24.4"}
    }

    assert fmean(value for (patient, _), value in hba1c.items() if patient in diabetic) > 6.8
    assert max(value for (patient, _), value in hba1c.items() if patient in other) < 5.7
    for key in hba1c.keys() & glucose.keys():
        assert glucose[key] == pytest.approx(0.9 * (28.7 * hba1c[key] - 46.7), abs=25)


def test_high_blood_pressure_shows(cohort: Cohort) -> None:
    systolic = _values(cohort, "systolic")
    high = fmean(value for (patient, _), value in systolic.items() if "ICD10CM:I10" in cohort.has[patient])
    low = fmean(value for (patient, _), value in systolic.items() if "ICD10CM:I10" not in cohort.has[patient])

    assert high > low + 12


def test_allergies_and_phenotypes_have_their_rates(cohort: Cohort) -> None:
    allergic = Counter(row["substance"] for row in cohort.rows("patient_allergy"))
    for allergen in PARAMETERS.allergens:
        expected = LARGE * allergen.share
        assert _off(allergic[allergen.substance], expected, expected * (1 - allergen.share)) < SURE
    found = Counter(row["phenotype"] for row in cohort.rows("patient_phenotype"))
    covered = LARGE * PARAMETERS.settings.phenotypes.tested * PARAMETERS.settings.phenotypes.gene
    for marker in PARAMETERS.markers:
        for phenotype, share, before in zip(marker.phenotypes, marker.shares, (0.0, *marker.shares), strict=False):
            assert _off(found[phenotype], covered * (share - before), covered * (share - before)) < SURE


def _first_lines() -> Mapping[str, set[str]]:
    """First-line medicines of each condition of the cohort, of the nearest condition above it that has any."""
    given: defaultdict[str, set[str]] = defaultdict(set)
    for row in formulary_rows(DATA, "indication"):
        if row["line"] == "first":
            given[row["condition"]].add(row["medicine"])
    parents = {row["id"]: row["parent"] for row in formulary_rows(DATA, "condition")}
    found = {}
    for ailment in PARAMETERS.ailments:
        above = ailment.condition
        while above and above not in given:
            above = parents[above]
        found[ailment.condition] = given.get(above, set())
    return found


def test_therapy_is_first_line_for_a_condition_diagnosed_before(cohort: Cohort) -> None:
    first_lines = _first_lines()
    known: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in cohort.rows("diagnosis"):
        if row["status"] != "refuted":
            known[row["patient_id"]].append((row["start"], row["condition"]))

    assert len(cohort.rows("therapy")) > LARGE
    for row in cohort.rows("therapy"):
        reasons = [
            one for since, one in known[row["patient_id"]] if since <= row["start"] and row["medicine"] in first_lines[one]
        ]
        assert reasons, row["medicine"]


def test_nobody_is_given_what_they_are_allergic_to(cohort: Cohort) -> None:
    parents = {row["id"]: row["parent"] for row in formulary_rows(DATA, "allergy_class")}
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for row in formulary_rows(DATA, "allergy_class_member"):
        group = row["class"]
        while group:
            groups[row["ingredient"]].add(group)
            group = parents[group]
    ingredients = {row["id"]: set(row["ingredients"].split(";")) for row in formulary_rows(DATA, "medicine")}
    allergic: defaultdict[str, set[str]] = defaultdict(set)
    for row in cohort.rows("patient_allergy"):
        allergic[row["patient_id"]].add(row["substance"])

    for row in cohort.rows("therapy"):
        holds = ingredients[row["medicine"]]
        assert not allergic[row["patient_id"]] & holds.union(*(groups[one] for one in holds)), row["medicine"]


def test_nobody_is_given_what_a_condition_forbids_outright(cohort: Cohort) -> None:
    parents = {row["id"]: row["parent"] for row in formulary_rows(DATA, "condition")}
    forbidden = {
        (row["medicine"], row["condition"]) for row in formulary_rows(DATA, "contraindication") if row["strength"] == "absolute"
    }
    forbidden |= {
        (row["medicine"], "ICD10CM:Z33")
        for row in formulary_rows(DATA, "limit")
        if (row["kind"], row["strength"]) == ("pregnancy", "absolute")
    }

    for row in cohort.rows("therapy"):
        above = cohort.has[row["patient_id"]]
        while above:
            assert not any((row["medicine"], condition) in forbidden for condition in above)
            above = {parents[condition] for condition in above} - {""}


def test_nobody_is_given_two_medicines_of_a_severe_interaction(cohort: Cohort) -> None:
    severe = {
        frozenset((row["medicine_a"], row["medicine_b"]))
        for row in formulary_rows(DATA, "interaction")
        if row["severity"] == "severe"
    }
    taken: defaultdict[str, list[str]] = defaultdict(list)
    for row in cohort.rows("therapy"):
        taken[row["patient_id"]].append(row["medicine"])

    assert not any(frozenset((a, b)) in severe for medicines in taken.values() for a in medicines for b in medicines)


def test_outcomes_have_about_their_weights_and_ratings_fit(cohort: Cohort) -> None:
    outcomes = PARAMETERS.settings.outcomes
    course = {ailment.condition: ailment.course for ailment in PARAMETERS.ailments}
    acute_only = [
        row["outcome"]
        for row in cohort.rows("therapy")
        if all(course[one] is Course.ACUTE for one in cohort.has[row["patient_id"]])
    ]
    shares = {name: count / len(acute_only) for name, count in Counter(acute_only).items()}

    for name, weight in zip(outcomes.names, outcomes.acute, strict=True):
        assert shares[name] == pytest.approx(weight / sum(outcomes.acute), abs=0.06)
    for row in cohort.rows("therapy"):
        low, high = outcomes.ratings.get(row["outcome"], (0, 0))
        assert low <= int(row["rating"] or 0) <= high
        assert 0 <= float(row["adherence"]) <= 1


def test_about_half_of_the_therapies_are_reviewed_in_one_to_three_sentences(cohort: Cohort) -> None:
    reviews = [row["review"] for row in cohort.rows("therapy") if row["review"]]

    assert 0.4 < len(reviews) / len(cohort.rows("therapy")) < 0.55
    assert not any(set(review) & set("{}\n") for review in reviews)
    assert len(set(reviews)) > 0.5 * len(reviews)
    assert all(row["outcome"] != "unknown" for row in cohort.rows("therapy") if row["review"])


@pytest.mark.parametrize("patients", [0, -1, 10**10])
def test_a_senseless_number_of_patients_is_refused(tmp_path: Path, patients: int) -> None:
    with pytest.raises(CohortError, match="--patients: a number from 1"):
        write_cohort(tmp_path / "none", patients, 7, DATA)
    assert not (tmp_path / "none").exists()
