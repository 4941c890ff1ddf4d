"""Patients on file: putting one on file, reading, correcting and erasing the record as a whole."""

from typing import Any

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.etags import expectation, tagged
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath
from api.schemas.record import Erased, History, NewPatient, PatientValues, PersonShown, Preferences, PreferencesShown

routes = APIBlueprint(
    "records",
    __name__,
    url_prefix="/v1/patients",
    abp_tags=[Tag(name="records", description=__doc__)],
    abp_security=[{"bearer": []}],
)
READ = problems(401, 403, 404, 410, 422, 503)
WRITE = problems(400, 401, 403, 404, 410, 412, 413, 415, 422, 428, 503)


def answered(payload: object, status: int = 200, location: str = "") -> Response:
    """A payload as a tagged response."""
    response = tagged(orjson.dumps(payload), status)
    if location:
        response.headers["Location"] = location
    return response


@routes.post(
    "", operation_id="createPatient", responses={201: PersonShown, **problems(400, 401, 403, 409, 410, 413, 415, 422, 503)}
)
def create(body: NewPatient) -> Response:
    """Put a patient on file; without a source's identifier the id is a new one."""
    made = context().records.create(body.model_dump(exclude={"identifier"}, exclude_unset=True), body.identifier)
    context().access.took_over(account(), made["id"])
    return answered(made, 201, f"/v1/patients/{made['id']}")


@routes.get("/<patient>", operation_id="readPatient", responses={200: PersonShown, **READ})
def read(path: PatientPath) -> Response:
    """What is known of a patient as a person."""
    return answered(context().records.person(context().access.to_read(path.patient, account())))


@routes.patch("/<patient>", operation_id="changePatient", responses={200: PersonShown, **WRITE})
def change(path: PatientPath, body: PatientValues) -> Response:
    """Correct what is known of a patient as a person; a field that is null is taken away, one that is missing stays."""
    patient = context().access.to_write(path.patient, account())
    return answered(context().records.change_person(patient, body.model_dump(exclude_unset=True), expectation()))


@routes.delete(
    "/<patient>", operation_id="erasePatient", responses={200: Erased, **problems(401, 403, 404, 410, 412, 422, 428, 503)}
)
def erase(path: PatientPath) -> Response:
    """Erase a patient everywhere: the record, what was derived of it, stored answers, and all else that names the person."""
    patient = context().access.to_write(path.patient, account())
    return answered(context().erasure.erase(patient, expectation))


@routes.get("/<patient>/preferences", operation_id="readPatientPreferences", responses={200: PreferencesShown, **READ})
def read_preferences(path: PatientPath) -> Response:
    """What the patient wants, or cannot take."""
    return answered(_preferences(context().records.person(context().access.to_read(path.patient, account()))))


@routes.patch("/<patient>/preferences", operation_id="changePatientPreferences", responses={200: PreferencesShown, **WRITE})
def change_preferences(path: PatientPath, body: Preferences) -> Response:
    """Change what the patient wants, or cannot take; patients may do so themselves."""
    patient, check = context().access.to_write(path.patient, account()), expectation()
    values = body.model_dump()
    changed = context().records.change_person(patient, values, lambda now: check(_preferences(now)))
    return answered(_preferences(changed))


@routes.get("/<patient>/history", operation_id="readHistory", responses={200: History, **READ})
def history(path: PatientPath) -> Response:
    """Everything that is on file, in the order of time."""
    return answered({"items": context().records.history(context().access.to_read(path.patient, account()))})


def _preferences(person: dict[str, Any]) -> dict[str, Any]:
    return {"avoid_routes": person["avoid_routes"]}
