from collections.abc import Callable

import orjson
from flask.testing import FlaskClient

from api.accounts import Role
from api.schemas.recommendation import RecommendationShown, SuggestionShown
from tests.api.resources.test_recommendations import CASE
from tests.api.small import OTHER, OWN


def test_the_documented_answer_is_the_answer(client: FlaskClient, as_role: Callable[[Role], dict[str, str]]) -> None:
    headers = as_role(Role.CLINICIAN)
    answers = [client.post("/v1/recommendations", json=CASE, headers=headers)]
    answers += [client.post("/v1/recommendations?explore=true", json=CASE, headers=headers)]
    answers += [client.post("/v1/recommendations?together=true", json=CASE, headers=headers)]
    answers += [client.get(f"/v1/patients/{number}/recommendations", headers=headers) for number in (OWN, OTHER)]

    for answer in answers:
        read = RecommendationShown.model_validate_json(answer.data)
        again = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
        assert again == orjson.loads(answer.data)
        assert read.recommendations
        assert read.excluded


def test_a_set_to_be_used_together_is_documented_and_only_on_request(
    client: FlaskClient, as_role: Callable[[Role], dict[str, str]]
) -> None:
    headers = as_role(Role.CLINICIAN)

    for asked in ("", "?together=true"):
        found = [client.post(f"/v1/recommendations{asked}", json=CASE, headers=headers)]
        found += [client.get(f"/v1/patients/{OWN}/recommendations{asked}", headers=headers)]
        assert [answer.json["together"] is None for answer in found if answer.json] == [not asked] * 2


def test_a_calibrated_suggestion_is_documented() -> None:
    item = {
        "rank": 1,
        "medicine": {"id": "M:a", "name": "a", "codes": {}},
        "list": "exploratory",
        "score": -1.5,
        "research": "why",
        "probability": {"of": "treatment", "value": 0.2, "low": 0.1, "high": 0.4, "support": "low"},
        "prior": 0.05,
        "lift": 4.0,
        "degree": 0.05,
        "paths": [],
        "remainder": 0.0,
        "cautions": [],
        "faithfulness": None,
        "alternatives": None,
        "usable_with": None,
    }

    assert SuggestionShown.model_validate(item).model_dump(mode="json", by_alias=True, exclude_unset=True) == item
