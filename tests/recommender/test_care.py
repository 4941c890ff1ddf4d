"""For whom a care action is, and which of equal ones comes first."""

import pytest

from recommender.care import CATEGORIES, category_order, suits
from tests.recommender.conftest import Build
from tests.recommender.test_service import body


@pytest.mark.parametrize(
    ("action", "sex", "age", "suited"),
    [
        ({}, "male", 61, True),
        ({"sex": "female"}, "male", 61, False),
        ({"sex": "female"}, "female", 61, True),
        ({"sex": "female"}, "other", None, True),
        ({"sex": "female"}, None, 61, True),
        ({"youngest": 12.0, "oldest": 55.0}, "female", 55, True),
        ({"youngest": 12.0, "oldest": 55.0}, "female", 56, False),
        ({"youngest": 12.0, "oldest": 55.0}, "female", 11, False),
        ({"youngest": 12.0, "oldest": 55.0}, "female", None, True),
    ],
)
def test_an_action_is_for_a_sex_and_an_age(
    action: dict[str, str | float], sex: str | None, age: int | None, suited: bool
) -> None:
    assert suits(action, sex, age) is suited


def test_what_one_can_do_alone_comes_before_what_others_do() -> None:
    assert category_order({"category": "diet"}) < category_order({"category": "referral"}) == category_order({})
    assert len(CATEGORIES) == len(set(CATEGORIES))


def test_care_in_an_answer_is_for_the_patient_and_in_order(build: Build) -> None:
    nodes = {
        "C:pressure": {"name": "High blood pressure"},
        "A:visit": {
            "name": "Visit before pregnancy",
            "category": "referral",
            "sex": "female",
            "youngest": 15.0,
            "oldest": 50.0,
        },
        "A:nurse": {"name": "See a nurse", "category": "referral"},
        "A:salt": {"name": "Less salt", "category": "diet"},
    }
    edges = [(action, "HELPS", "C:pressure") for action in ("A:nurse", "A:salt", "A:visit")]
    with build(edges, nodes) as graph:
        for case, expected in (
            ({"sex": "male", "age": 40}, ["A:salt", "A:nurse"]),
            ({"sex": "female", "age": 61}, ["A:salt", "A:nurse"]),
            ({"sex": "female", "age": 40}, ["A:salt", "A:nurse", "A:visit"]),
        ):
            answer = body(graph, case=case | {"conditions": ["high blood pressure"]})
            assert [item["care_action"]["id"] for item in answer["care_actions"]] == expected
