"""Which conditions people have: rates by age and sex that hold whatever the links between conditions.

A person's conditions are drawn one after another, causes first. Each cause that is there multiplies the odds. If the rates of
the table were simply taken as the odds without any cause, every cause would raise the total above the table; so the odds
without a cause are fitted first, for each sex and age band, on a virtual crowd that is assigned systematically: half of one per
cent of a thousand is five, not a chance result. Sets of conditions are bit masks, bit ``i`` for the ``i``-th ailment.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from loaders.synthetic.ailments import SEXES, Ailment
from loaders.synthetic.draws import Draws
from loaders.synthetic.tables import CohortError

CROWD = 300
"""People of one sex and age band on whom the odds are fitted; more fit finer and start slower."""

MOST_ROUNDS = 200
PRECISION = 1e-9


class Chances(dict[int, float]):
    """Chances of one ailment by the causes that are there, filled in as they are asked for.

    Args:
        rate: share of people who are to have it, above 0 and below 1.
        factors: odds ratio by the bit of the cause.
        crowd: how many people have which causes.

    Raises:
        ValueError: when too many people have a condition that excludes this one.
    """

    def __init__(self, rate: float, factors: Mapping[int, float], crowd: Mapping[int, int]) -> None:
        super().__init__()
        self._factors = factors
        self._odds = 1.0
        ratios = {causes: self._ratio(causes) for causes in crowd}
        people = sum(crowd.values())
        if sum(crowd[causes] for causes, ratio in ratios.items() if ratio) <= rate * people:
            raise ValueError
        # Each round moves the odds by as much as the mean is off: it converges because the mean moves by less.
        for _ in range(MOST_ROUNDS):
            mean = sum(crowd[causes] * _share(self._odds * ratio) for causes, ratio in ratios.items()) / people
            self._odds *= rate / (1 - rate) * (1 - mean) / mean
            if abs(mean - rate) < PRECISION:
                break

    def __missing__(self, causes: int) -> float:
        self[causes] = chance = _share(self._odds * self._ratio(causes))
        return chance

    def _ratio(self, causes: int) -> float:
        return math.prod(ratio for bit, ratio in self._factors.items() if causes & bit)


def _share(odds: float) -> float:
    return odds / (1 + odds)


class Health:
    """Draws the conditions of people.

    Args:
        ailments: causes before what they cause.
        links: odds ratios by (cause, condition); 0 where one excludes the other.
        bands: number of age bands.

    Raises:
        CohortError: when a rate cannot be reached because other conditions exclude it.
    """

    def __init__(self, ailments: Sequence[Ailment], links: Mapping[tuple[str, str], float], bands: int) -> None:
        bits = {ailment.condition: 1 << index for index, ailment in enumerate(ailments)}
        self._ailments = ailments
        self._required = [sum(bits[condition] for condition in ailment.requires) for ailment in ailments]
        self._factors: list[dict[int, float]] = [{} for _ in ailments]
        for (cause, condition), ratio in links.items():
            self._factors[bits[condition].bit_length() - 1][bits[cause]] = ratio
        self._causes = [sum(factors) for factors in self._factors]
        self._linked = reduce(or_, [*self._causes, *self._required], 0)
        self._chances = [[self._fit(sex, band) for band in range(bands)] for sex in range(len(SEXES))]

    def draw(self, draws: Draws, sex: int, band: int) -> list[int]:
        """Indices of the ailments of one person, ascending.

        Args:
            draws: the person's random numbers.
            sex: 0 female, 1 male.
            band: index of the age band.
        """
        found, mask, uniform = [], 0, draws.uniform
        for index, bit, required, causes, chances in self._chances[sex][band]:
            if required and not mask & required:
                continue
            if uniform() < chances[mask & causes]:
                mask |= bit
                found.append(index)
        return found

    def _fit(self, sex: int, band: int) -> list[tuple[int, int, int, int, Chances]]:
        crowd = [0] * CROWD
        draws = Draws(f"crowd {sex} {band}")
        fitted = []
        for index, ailment in enumerate(self._ailments):
            rate, required, causes = ailment.rates[sex][band], self._required[index], self._causes[index]
            if not rate:
                continue
            groups = Counter(mask & causes for mask in crowd if not required or mask & required)
            try:
                chances = Chances(rate, self._factors[index], groups or {0: 1})
            except ValueError:
                reason = f"{ailment.condition}: other conditions exclude it too often for {rate:.2%} of {SEXES[sex]}s"
                raise CohortError("link.csv", f"{reason} in age band {band}") from None
            if self._linked & 1 << index:
                _assign(crowd, 1 << index, required, causes, chances, draws)
            fitted.append((index, 1 << index, required, causes, chances))
        return fitted


def _assign(crowd: list[int], bit: int, required: int, causes: int, chances: Chances, draws: Draws) -> None:
    """Give the ailment to its share of the crowd, evenly, in an order of its own so that no two ailments march in step."""
    due = draws.uniform()
    for person in sorted(range(len(crowd)), key=lambda _: draws.uniform()):
        if required and not crowd[person] & required:
            continue
        due += chances[crowd[person] & causes]
        if due >= 1:
            due -= 1
            crowd[person] |= bit
