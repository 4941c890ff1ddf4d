"""What the synthetic population is made of: the parameters in ``data/synthetic/``, read and checked.

Every table there is one tuple of frozen values here; figures of one value stand in ``cohort.toml``. Shares are kept as numbers
from 0 to 1 whatever the table writes. Ids are checked against the formulary by :mod:`loaders.synthetic.formulary`, not here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path

from loaders.synthetic.ailments import Ailment, Course, causes_first
from loaders.synthetic.settings import Settings
from loaders.synthetic.tables import CohortError, Row, read_table


@dataclass(frozen=True, slots=True)
class Measure:
    """One laboratory test or vital sign of a check-up.

    Attributes:
        test: id of the test.
        sex: whom it is for: female, male or any.
        decimals: digits after the point.
        routine: chance of it at a check-up.
        since: age in years from which it is measured without a reason.
        mean: of healthy adults, in the test's unit; ``nan`` for the middle of the reference range, which children always have.
        deviation: of healthy adults; ``nan`` for what the width of the reference range suggests.
        low: least value that a living person has.
        high: largest value that a living person has.
    """

    test: str
    sex: str
    decimals: int
    routine: float
    since: int
    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shift:
    """What a condition does to a test.

    The values are normal with ``mean`` and ``deviation``, held within ``low`` and ``high``, and are measured at the share
    ``chance`` of the check-ups of people who have the condition.
    """

    condition: str
    test: str
    mean: float
    deviation: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, slots=True)
class Allergen:
    """What people are allergic to: in which share of people, how severely (running weights), with which reactions."""

    substance: str
    share: float
    severity: tuple[float, ...]
    reactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """Phenotypes of which a person has at most one, with running shares; what is left to 1 has none of them."""

    phenotypes: tuple[str, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of a review: its role, the outcomes, courses and ratings that it fits, the text with its blanks."""

    role: str
    outcomes: tuple[str, ...]
    courses: tuple[str, ...]
    low: int
    high: int
    text: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that ``data/synthetic/`` says.

    Attributes:
        settings: the figures of ``cohort.toml``.
        ailments: causes before what they cause.
        links: odds ratios by (cause, condition); 0 where one excludes the other.
        measures: tests by id.
        roles: ids of the tests that formulas join, by the formula's word for them.
        shifts: what conditions do to tests.
        allergens: what people are allergic to.
        markers: genes, and their phenotypes.
        popularity: weights of medicines that are chosen more or less often than others (1).
        one_sex: symptoms and side effects that only women or only men have.
        templates: sentences of reviews.
    """

    settings: Settings
    ailments: tuple[Ailment, ...]
    links: Mapping[tuple[str, str], float]
    measures: Mapping[str, Measure]
    roles: Mapping[str, str]
    shifts: tuple[Shift, ...]
    allergens: tuple[Allergen, ...]
    markers: tuple[Marker, ...]
    popularity: Mapping[str, float]
    one_sex: Mapping[str, str]
    templates: tuple[Template, ...]

    @classmethod
    def read(cls, folder: Path) -> "Parameters":
        """Read the parameters of a cohort.

        Args:
            folder: ``data/synthetic`` or one of the same form.

        Raises:
            CohortError: names file, line and column of what is missing or unusable.
        """
        settings = Settings.read(folder / "cohort.toml")
        links = {
            (row.text("cause"), row.text("condition")): row.number("odds_ratio", 0) for row in read_table(folder / "link.csv")
        }
        ailments = [Ailment.from_row(row, settings.population.ages) for row in read_table(folder / "prevalence.csv")]
        measures = list(read_table(folder / "measure.csv"))
        return cls(
            settings=settings,
            ailments=causes_first(ailments, links),
            links=links,
            measures={row.text("test"): _measure(row) for row in measures},
            roles={row.text("role"): row.text("test") for row in measures if row.text("role")},
            shifts=tuple(_shift(row) for row in read_table(folder / "shift.csv")),
            allergens=tuple(_allergen(row) for row in read_table(folder / "allergy.csv")),
            markers=_markers(read_table(folder / "phenotype.csv")),
            popularity={row.text("medicine"): row.number("weight", 0) for row in read_table(folder / "popularity.csv")},
            one_sex={row.text("id"): row.text("sex") for row in read_table(folder / "one_sex.csv")},
            templates=tuple(_template(row) for row in read_table(folder / "review.csv")),
        )


def _measure(row: Row) -> Measure:
    return Measure(
        test=row.text("test"),
        sex=row.text("sex"),
        decimals=int(row.number("decimals", 0, 4)),
        routine=row.number("routine", 0, 1),
        since=int(row.number("since", 0, 120)),
        mean=row.optional("mean", float("nan")),
        deviation=row.optional("deviation", float("nan")),
        low=row.number("low"),
        high=row.number("high", row.number("low")),
    )


def _shift(row: Row) -> Shift:
    low = row.number("low")
    return Shift(
        condition=row.text("condition"),
        test=row.text("test"),
        mean=row.number("mean"),
        deviation=row.number("deviation", 0),
        low=low,
        high=row.number("high", low),
        chance=row.number("chance", 0, 1),
    )


def _allergen(row: Row) -> Allergen:
    weights = accumulate(row.number(severity, 0) for severity in ("mild", "moderate", "severe"))
    return Allergen(row.text("substance"), row.number("percent", 0, 100) / 100, tuple(weights), row.items("reactions"))


def _markers(rows: Iterable[Row]) -> tuple[Marker, ...]:
    markers = []
    for name, group in groupby(rows, key=lambda row: row.text("marker")):
        pairs = [(row.text("phenotype"), row.number("percent", 0, 100) / 100) for row in group]
        shares = tuple(accumulate(share for _, share in pairs))
        if shares[-1] > 1 + 1e-9:
            raise CohortError("phenotype.csv", f"the phenotypes of {name} add up to more than 100 %")
        markers.append(Marker(tuple(phenotype for phenotype, _ in pairs), shares))
    return tuple(markers)


def _template(row: Row) -> Template:
    low = int(row.number("low", 1, 10))
    course = row.text("course")
    return Template(
        role=row.text("role"),
        outcomes=row.items("outcome"),
        courses=tuple(Course) if course == "any" else (course,),
        low=low,
        high=int(row.number("high", low, 10)),
        text=row.text("text"),
    )
