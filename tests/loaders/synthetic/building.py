"""Small parameters and a small formulary, from which each test changes what it is about."""

import datetime
import shutil
from dataclasses import replace
from pathlib import Path

from graph.config import PROJECT
from loaders.synthetic.ailments import Ailment, Course
from loaders.synthetic.formulary import Formulary, ReferenceRange, SideEffects
from loaders.synthetic.parameters import Allergen, Marker, Measure, Parameters, Shift, Template
from loaders.synthetic.people import Person
from loaders.synthetic.screening import Screening
from loaders.synthetic.settings import (
    HistorySettings,
    OutcomeSettings,
    PhenotypeSettings,
    PopulationSettings,
    ResultSettings,
    ReviewSettings,
    Settings,
    SymptomSettings,
    TherapySettings,
)

DATA = PROJECT / "data"
AS_OF = datetime.date(2026, 6, 30)
END = AS_OF.toordinal()


def ailment(condition: str, rate: float = 0.2, course: Course = Course.CHRONIC, **changes: object) -> Ailment:
    """An ailment that the share ``rate`` of both sexes have at every age."""
    usual = Ailment(condition, condition.lower(), course, 10, ((rate, rate), (rate, rate)), (), 1.0, 1, 0.0)
    return replace(usual, **changes)  # type: ignore[arg-type]


SETTINGS = Settings(
    as_of=AS_OF,
    population=PopulationSettings(ages=(0, 18), shares=(1, 3), women=(0.5, 0.5), oldest=60),
    history=HistorySettings(acute_days=1000, refuted=0.0),
    symptoms=SymptomSettings(frequency={"common": 1.0, "occasional": 0.0}, severity=(1, 1, 1), lasting=0.5),
    results=ResultSettings(check=(1.0, 1.0), days=700, most=2, gfr_at_20=110, gfr_per_year=1, gfr_deviation=8, gfr_least=61),
    phenotypes=PhenotypeSettings(tested=1.0, gene=1.0),
    therapy=TherapySettings(
        further=1.0,
        switch=1.0,
        days=3650,
        delay=30,
        ended=0.0,
        acute_course=(3, 9),
        failed_course=(5, 50),
        one_of=("C09",),
    ),
    outcomes=OutcomeSettings(
        names=("recovered", "improved", "unchanged", "worse", "side effect", "stopped", "unknown"),
        acute=(1, 0, 0, 0, 0, 0, 0),
        chronic=(0, 1, 0, 0, 0, 0, 0),
        phenotype=4.0,
        ratings={
            "recovered": (9, 10),
            "improved": (6, 8),
            "unchanged": (4, 6),
            "worse": (1, 3),
            "side effect": (2, 4),
            "stopped": (3, 5),
        },
    ),
    reviews=ReviewSettings(written=1.0, detail=1.0, closing=1.0),
)

OUTCOMES = tuple(SETTINGS.outcomes.ratings)

PARAMETERS = Parameters(
    settings=SETTINGS,
    ailments=(ailment("Gout"), ailment("Flu", course=Course.ACUTE)),
    links={},
    measures={"Uric acid": Measure("Uric acid", "any", 1, 1.0, 18, 5.0, 0.5, 1.0, 16.0)},
    roles={},
    shifts=(Shift("Gout", "Uric acid", 9.0, 0.5, 8.0, 12.0, 1.0),),
    allergens=(Allergen("Penicillins", 0.3, (1, 2, 3), ("rash", "hives")),),
    markers=(Marker(("Slow", "Fast"), (0.1, 0.4)),),
    popularity={},
    one_sex={"Sore breasts": "female"},
    templates=(Template("opening", OUTCOMES, tuple(Course), 1, 10, "{medicine} for my {condition}, {time}."),),
)

FORMULARY = Formulary(
    parents={"Gout": "Arthritis", "Arthritis": "", "Flu": ""},
    names={"A": "Allopurinol", "B": "Benzbromarone", "C": "Colchicine"},
    classes={"A": frozenset({"M04AA"}), "B": frozenset({"M04AB"}), "C": frozenset({"M04AC"})},
    first_line={"Gout": ("A", "B", "C"), "Flu": ("C",)},
    symptoms={"Arthritis": (("Joint pain", "common"), ("Fever", "occasional"), ("Sore breasts", "common"))},
    side_effects={(sex, medicine): SideEffects(("nausea",), (1.0,)) for sex in ("female", "male") for medicine in "ABC"},
    actions={},
    units={"Uric acid": "mg/dL"},
    ranges={"Uric acid": (ReferenceRange("Uric acid", "any", 18, float("inf"), 3.0, 7.0),)},
)

SCREENING = Screening(
    {}, {"Gout": frozenset(), "Flu": frozenset()}, {"female": frozenset(), "male": frozenset()}, (frozenset(),) * 61, (), {}
)

WOMAN = Person("SYN-000001", 0, 40, 1, END - 40 * 365)
MAN = Person("SYN-000002", 1, 40, 1, END - 40 * 365)
CHILD = Person("SYN-000003", 0, 4, 0, END - 4 * 365)


def copy_of_data(folder: Path) -> Path:
    """A folder with the formulary and its parameters, whose parameters may be changed."""
    copy = folder / "data"
    shutil.copytree(DATA / "synthetic", copy / "synthetic")
    for path in [*DATA.glob("*.csv"), DATA / "derived"]:
        (copy / path.name).symlink_to(path)
    return copy


def replace_line(path: Path, beginning: str, line: str) -> None:
    """Put another line in place of the one that begins so."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (position,) = [number for number, text in enumerate(lines) if text.startswith(beginning)]
    lines[position] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
