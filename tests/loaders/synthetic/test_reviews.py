"""Reviews: sentences that fit, blanks filled, the shipped templates rich enough."""

from dataclasses import replace

import pytest

from loaders.synthetic.ailments import Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.parameters import Parameters, Template
from loaders.synthetic.reviews import Experience, Reviewer, spoken_time
from loaders.synthetic.settings import ReviewSettings
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import DATA, OUTCOMES, SETTINGS

ANY = tuple(Course)
OPENING = Template("opening", OUTCOMES, ANY, 1, 10, "{medicine} for my {condition}, {time}.")
TOLD = Experience("improved", Course.CHRONIC, 7, "Ibuprofen", "gout", "", 30)


def _reviewer(*templates: Template, settings: ReviewSettings = SETTINGS.reviews) -> Reviewer:
    return Reviewer([OPENING, *templates], settings, SETTINGS.outcomes)


def test_the_blanks_are_filled() -> None:
    assert _reviewer().write(TOLD, Draws("blanks")) == "Ibuprofen for my gout, 4 weeks."


def test_a_sentence_begins_with_a_capital() -> None:
    told = replace(TOLD, medicine="ibuprofen")

    assert _reviewer().write(told, Draws("capital")).startswith("Ibuprofen")


def test_a_review_has_up_to_three_sentences() -> None:
    reviewer = _reviewer(Template("detail", OUTCOMES, ANY, 1, 10, "Detail."), Template("closing", OUTCOMES, ANY, 1, 10, "End."))

    assert reviewer.write(TOLD, Draws("three")).endswith(". Detail. End.")


@pytest.mark.parametrize(
    "template",
    [
        Template("detail", ("worse",), ANY, 1, 10, "Never."),
        Template("detail", OUTCOMES, ANY, 9, 10, "Never."),
        Template("detail", OUTCOMES, ANY, 1, 6, "Never."),
        Template("detail", OUTCOMES, (Course.ACUTE,), 1, 10, "Never."),
    ],
)
def test_what_does_not_fit_is_not_said(template: Template) -> None:
    assert "Never" not in _reviewer(template).write(TOLD, Draws("fit"))


def test_some_say_nothing() -> None:
    silent = ReviewSettings(written=0.0, detail=1.0, closing=1.0)

    assert _reviewer(settings=silent).write(TOLD, Draws("silent")) == ""


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (replace(OPENING, role="title"), "unknown role"),
        (replace(OPENING, outcomes=("cured",)), "unknown role, outcome"),
        (replace(OPENING, text="{name} helped."), "blank in '{name} helped.'"),
        (replace(OPENING, text="No {effect}."), "only a side effect can be named"),
    ],
)
def test_an_unusable_sentence_is_reported(template: Template, message: str) -> None:
    with pytest.raises(CohortError, match=message):
        _reviewer(template)


def test_an_outcome_without_an_opening_is_reported() -> None:
    with pytest.raises(CohortError, match="no opening for recovered rated 10 of an acute condition"):
        Reviewer([replace(OPENING, high=9)], SETTINGS.reviews, SETTINGS.outcomes)


@pytest.mark.parametrize(
    ("days", "spoken"),
    [(0, "1 day"), (1, "1 day"), (13, "13 days"), (14, "2 weeks"), (69, "10 weeks"), (100, "3 months"), (800, "2 years")],
)
def test_times_are_said_as_people_say_them(days: int, spoken: str) -> None:
    assert spoken_time(days) == spoken


def test_the_shipped_sentences_are_many_and_of_all_tempers() -> None:
    templates = Parameters.read(DATA / "synthetic").templates
    texts = [template.text for template in templates]

    assert len(set(texts)) == len(texts) >= 60
    assert sum(" no " in text or "n't" in text or " not " in text or "ever" in text for text in texts) >= 15
    assert sum(" but " in text or " yet " in text or "though" in text for text in texts) >= 10
