"""Files for the graph: loaded or checked as a job."""

from typing import cast

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.body import StrictRequest
from api.context import context
from api.ordered import ordered
from api.schemas.job import ImportForm, JobShown
from api.schemas.problem import problems

routes = APIBlueprint(
    "imports",
    __name__,
    url_prefix="/v1/imports",
    abp_tags=[Tag(name="imports", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.before_request
def take_upload() -> None:
    """Let the body be a form with files, and larger than others; asked after the role."""
    cast(StrictRequest, request).take_upload(context().settings.upload_bytes)


@routes.teardown_request
def end_upload(error: BaseException | None) -> None:
    """Let go of what came in, whatever became of it."""
    cast(StrictRequest, request).end_upload()


@routes.post("", operation_id="startImport", responses={202: JobShown, **problems(400, 401, 403, 409, 413, 415, 422, 503)})
def start(form: ImportForm) -> Response:
    """Upload files for the graph; the answer is the job, whose result will be the loaders' report."""
    how = {"mode": form.mode, "dry_run": form.dry_run}
    return ordered(context().jobs.order_import(how, form.files, form.mapping, account()))
