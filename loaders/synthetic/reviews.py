"""Reviews as people write them: an opening that tells how it went, sometimes a detail, sometimes a closing.

The sentences stand in ``data/synthetic/review.csv``, each with the outcomes, courses and ratings that it fits; the blanks are
``{medicine}``, ``{condition}`` (as people say it, after "my"), ``{effect}`` (a known side effect of the medicine) and
``{time}``.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loaders.synthetic.ailments import Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.parameters import Template
from loaders.synthetic.settings import OutcomeSettings, ReviewSettings
from loaders.synthetic.tables import CohortError

FILE = "review.csv"
OPENING, DETAIL, CLOSING = ROLES = ("opening", "detail", "closing")
BLANKS = {"medicine", "condition", "effect", "time"}
SIDE_EFFECT = "side effect"


@dataclass(frozen=True, slots=True)
class Experience:
    """What a review tells of: names of the medicine, the condition and the side effect (or empty), and days of use."""

    outcome: str
    course: Course
    rating: int
    medicine: str
    condition: str
    effect: str
    days: int


class Reviewer:
    """Writes reviews.

    Args:
        templates: the sentences.
        settings: how long reviews are.
        outcomes: which ratings an outcome may have.

    Raises:
        CohortError: when a sentence has an unknown role, outcome or blank, or a rated outcome has no opening.
    """

    def __init__(self, templates: Sequence[Template], settings: ReviewSettings, outcomes: OutcomeSettings) -> None:
        self._settings = settings
        for template in templates:
            _check(template, outcomes.names)
        self._texts: Mapping[tuple[str, str, str, int], tuple[str, ...]] = {
            (role, outcome, course, rating): tuple(
                one.text
                for one in templates
                if one.role == role and outcome in one.outcomes and course in one.courses and one.low <= rating <= one.high
            )
            for role in ROLES
            for outcome, (low, high) in outcomes.ratings.items()
            for course in (Course.ACUTE, Course.CHRONIC)
            for rating in range(low, high + 1)
        }
        if silent := [key for key, texts in self._texts.items() if key[0] == OPENING and not texts]:
            _, outcome, course, rating = silent[0]
            raise CohortError(FILE, f"no opening for {outcome} rated {rating} of an {course} condition")

    def write(self, experience: Experience, draws: Draws) -> str:
        """One to three sentences, or nothing, as chance has it."""
        settings = self._settings
        chances = ((OPENING, 1.0), (DETAIL, settings.detail), (CLOSING, settings.closing))
        if not draws.chance(settings.written):
            return ""
        blanks = {
            "medicine": experience.medicine,
            "condition": experience.condition,
            "effect": experience.effect,
            "time": spoken_time(experience.days),
        }
        sentences = []
        for role, chance in chances:
            texts = self._texts[role, experience.outcome, experience.course, experience.rating]
            if draws.chance(chance) and texts:
                sentence = draws.pick(texts).format_map(blanks)
                sentences.append(sentence[:1].upper() + sentence[1:])
        return " ".join(sentences)


def spoken_time(days: int) -> str:
    """A number of days as people say it.

    >>> spoken_time(6), spoken_time(40), spoken_time(400), spoken_time(1500)
    ('6 days', '6 weeks', '13 months', '4 years')
    """
    for unit, length, most in (("day", 1, 14), ("week", 7, 70), ("month", 30.4, 700)):
        if days < most:
            number = max(1, round(days / length))
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{round(days / 365.25)} years"


def _check(template: Template, outcomes: Sequence[str]) -> None:
    blanks = {name for _, name, _, _ in string.Formatter().parse(template.text) if name is not None}
    if template.role not in ROLES or not set(template.outcomes) <= set(outcomes) or not blanks <= BLANKS:
        raise CohortError(FILE, f"unknown role, outcome or blank in {template.text!r}")
    # Elsewhere the blank would stay empty.
    if "effect" in blanks and template.outcomes != (SIDE_EFFECT,):
        raise CohortError(FILE, f"only a side effect can be named: {template.text!r}")
