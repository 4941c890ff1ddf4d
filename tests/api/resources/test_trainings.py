import pytest

from api.accounts import Role
from api.jobs.trainings import PREDICTORS
from recommender.predictors import registry
from recommender.predictors.bundles import PredictorBundles
from tests.api.reading import problem_of
from tests.api.resources.ordering import Desk, desk  # noqa: F401  # a fixture


def test_a_predictor_is_trained_and_kept(desk: Desk) -> None:  # noqa: F811
    job = desk.done(desk.post("/v1/trainings", {"what": "conditions"}))

    assert (job["state"], job["result"]["predictor"]) == ("done", "conditions")
    assert PredictorBundles(desk.home).has("conditions")


@pytest.mark.parametrize("body", [{"what": "tabular"}, {"what": ""}, {}, {"what": "graph", "x": 1}, {"what": ["graph"]}])
def test_what_cannot_be_trained_so_is_refused(desk: Desk, body: object) -> None:  # noqa: F811
    problem_of(desk.post("/v1/trainings", body), 422)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ANALYST, Role.USER])
def test_only_an_admin_trains(desk: Desk, role: Role) -> None:  # noqa: F811
    problem_of(desk.post("/v1/trainings", {"what": "graph"}, role), 403)


def test_the_predictors_are_those_that_learn_from_records() -> None:
    entries = {name: registry.entry(name) for name in registry.NAMES}

    assert {name for name, entry in entries.items() if entry.fit_records} == set(PREDICTORS)
