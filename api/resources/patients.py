"""Recommendations for a patient on file.

A clinician asks for any patient, by id or by the identifier that the patient's source uses. A user asks for the one record that
the account is bound to. An analyst asks by id alone: a record number leads an analyst to nobody.
"""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts import Account, Role
from api.asking import answered
from api.auth import account
from api.context import context
from api.errors import ForbiddenError
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath, RecommendationQuery, RecommendationShown
from graph.elements import NodeId
from graph.pseudonyms import patient_id
from recommender.errors import UnknownPatientError

routes = APIBlueprint(
    "patients",
    __name__,
    url_prefix="/v1/patients",
    abp_tags=[Tag(name="patients", description="Patients on file")],
    abp_security=[{"bearer": []}],
)


@routes.get(
    "/<patient>/recommendations",
    operation_id="recommendForPatient",
    responses={200: RecommendationShown, **problems(401, 403, 404, 422, 503)},
)
def recommend(path: PatientPath, query: RecommendationQuery) -> Response:
    """Which medicines fit a patient on file, and why."""
    return answered(query, patient=allowed_patient(path.patient, account(), context().patient_key))


def allowed_patient(identifier: str, asking: Account, key: bytes) -> NodeId:
    """The patient whom an identifier means to whoever asks.

    Raises:
        ForbiddenError: when a user asks for a record that is not their own.
        UnknownPatientError: when an analyst asks by something else than an id.
    """
    patient = patient_id(identifier, key)
    if asking.role is Role.ANALYST and patient != identifier:
        raise UnknownPatientError
    if asking.role is Role.USER and patient != asking.patient:
        raise ForbiddenError("a user may ask for their own record only")
    return patient
