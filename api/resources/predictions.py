"""What predictors expect: conditions, risks, recovery, outcomes, stays, groups. An expectation is no fact and no diagnosis."""

from typing import Any

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.schemas.case import Case
from api.schemas.prediction import (
    CardShown,
    PatientPredictorPath,
    PredictionQuery,
    PredictionsShown,
    PredictorPath,
    PredictorsShown,
)
from api.schemas.problem import problems
from recommender.predictors.asking import asked_about
from recommender.questions.standing import named_medicine
from recommender.request import Request

routes = APIBlueprint(
    "predictions",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="predictions", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get(
    "/patients/<patient>/predictions/<predictor>",
    operation_id="predictForPatient",
    responses={200: PredictionsShown, **problems(401, 403, 404, 422, 503)},
)
def of_patient(path: PatientPredictorPath, query: PredictionQuery) -> Response:
    """What a predictor expects of a patient on file."""
    patient = context().access.to_read(path.patient, account())
    context().access.check_treatment(patient, account())
    record = context().serving().recommender.record(Request(query.as_of, patient=patient))
    return _asked(path.predictor, query, record=record)


@routes.post(
    "/predictions/<predictor>",
    operation_id="predictForCase",
    responses={200: PredictionsShown, **problems(400, 401, 403, 404, 413, 415, 422, 503)},
)
def of_case(path: PredictorPath, body: Case, query: PredictionQuery) -> Response:
    """What a predictor expects of a case."""
    return _asked(path.predictor, query, record=None, case=body.root)


@routes.get("/predictors", operation_id="listPredictors", responses={200: PredictorsShown, **problems(401, 403, 503)})
def show_all() -> Response:
    """Every predictor: what it answers, and whether it was trained here."""
    return _shown({"items": context().predictions.names()})


@routes.get(
    "/predictors/<predictor>/card",
    operation_id="readCard",
    responses={200: CardShown, **problems(401, 403, 404, 422, 503)},
)
def card(path: PredictorPath) -> Response:
    """What a reader has to know before trusting a predictor: data, figures, subgroups, limits."""
    return _shown(context().predictions.card(path.predictor, context().serving().snapshot))


def _asked(name: str, query: PredictionQuery, **whom: Any) -> Response:
    snapshot = context().serving().snapshot
    medicine = named_medicine(snapshot, query.medicine) if query.medicine else None
    opened = context().predictions.opened(name, snapshot)
    return _shown(asked_about(opened, snapshot, query.as_of, medicine=medicine, explain=query.explain, **whom))


def _shown(found: Any) -> Response:  # whatever JSON can hold
    return Response(orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY), mimetype="application/json")
