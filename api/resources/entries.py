"""The entries of a patient's record, kind by kind: diagnoses, symptoms, results, allergies, phenotypes and therapy.

One mechanism serves all kinds of :mod:`api.record_kinds`; each has routes, schemas and rows of the role table of its own, so
that the document says of each what it takes.
"""

from collections.abc import Callable

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.etags import expectation, tagged
from api.record_kinds import RECORD_KINDS, RecordKind
from api.schemas.base import Body
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath
from api.schemas.record import CHANGE, LISTED, NEW, SHOWN, EntryPath

routes = APIBlueprint(
    "entries",
    __name__,
    url_prefix="/v1/patients/<patient>",
    abp_tags=[Tag(name="entries", description="What is on file about a patient, kind by kind")],
    abp_security=[{"bearer": []}],
)
READ = problems(401, 403, 404, 410, 422, 503)
ADD = problems(400, 401, 403, 404, 410, 413, 415, 422, 503)
REMOVE = problems(401, 403, 404, 410, 412, 422, 428, 503)
CHANGED = problems(400, 401, 403, 404, 410, 412, 413, 415, 422, 428, 503)


def _list(kind: RecordKind) -> Callable[..., Response]:
    def list_entries(path: PatientPath) -> Response:
        found = context().records.entries(context().access.to_read(path.patient, account()), kind)
        return tagged(orjson.dumps({"items": found}))

    list_entries.__doc__ = f"All {kind.name} on file."
    return list_entries


def _add(kind: RecordKind) -> Callable[..., Response]:
    def add(path: PatientPath, body: Body) -> Response:
        patient = context().access.to_write(path.patient, account())
        made = context().records.add(patient, kind, body.model_dump(exclude_unset=True))
        response = tagged(orjson.dumps(made), 201)
        response.headers["Location"] = f"/v1/patients/{patient}/{kind.name}/{made['id']}"
        return response

    add.__doc__ = f"Put a {kind.entry} on file; the next recommendation knows it."
    add.__annotations__["body"] = NEW[kind.name]
    return add


def _read(kind: RecordKind) -> Callable[..., Response]:
    def read(path: EntryPath) -> Response:
        patient = context().access.to_read(path.patient, account())
        return tagged(orjson.dumps(context().records.entry(patient, kind, path.entry)))

    read.__doc__ = f"One {kind.entry}."
    return read


def _change(kind: RecordKind) -> Callable[..., Response]:
    def change(path: EntryPath, body: Body) -> Response:
        patient = context().access.to_write(path.patient, account())
        values = body.model_dump(exclude_unset=True)
        return tagged(orjson.dumps(context().records.change(patient, kind, path.entry, values, expectation())))

    change.__doc__ = f"Change what a {kind.entry} says; for another {kind.node}, remove it and add one."
    change.__annotations__["body"] = CHANGE[kind.name]
    return change


def _remove(kind: RecordKind) -> Callable[..., Response]:
    def remove(path: EntryPath) -> Response:
        patient = context().access.to_write(path.patient, account())
        context().records.remove(patient, kind, path.entry, expectation())
        return Response(status=204)

    remove.__doc__ = f"Take a {kind.entry} out of the record; no later import brings it back."
    return remove


def _register(kind: RecordKind) -> None:
    many, one, title = f"/{kind.name}", f"/{kind.name}/<entry>", kind.entry.title()
    shown, listed = SHOWN[kind.name], LISTED[kind.name]
    for verb, rule, operation, made, answers in (
        ("get", many, f"list{kind.name.title()}", _list(kind), {200: listed, **READ}),
        ("post", many, f"add{title}", _add(kind), {201: shown, **ADD}),
        ("get", one, f"read{title}", _read(kind), {200: shown, **READ}),
        ("patch", one, f"change{title}", _change(kind), {200: shown, **CHANGED}),
        ("delete", one, f"remove{title}", _remove(kind), {204: None, **REMOVE}),
    ):
        # The endpoint is the view's name: one a kind, for its row of the role table.
        made.__name__ = f"{made.__name__}_{kind.name}" if made.__name__ != "list_entries" else f"list_{kind.name}"
        getattr(routes, verb)(rule, operation_id=operation, responses=answers)(made)


for _kind in RECORD_KINDS.values():
    _register(_kind)
