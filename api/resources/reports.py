"""Reports: how well the recommender and its predictors do, as a job that writes files."""

from mimetypes import guess_type

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.jobs import JobKind
from api.ordered import ordered
from api.schemas.job import JobPath, JobShown, ReportFile, ReportFilePath, ReportFiles, ReportOrder
from api.schemas.problem import problems

routes = APIBlueprint(
    "reports",
    __name__,
    url_prefix="/v1/reports",
    abp_tags=[Tag(name="reports", description=__doc__)],
    abp_security=[{"bearer": []}],
)
_TYPES = ("text/html", "image/png", "application/json")
_FILE = {"description": "The file", "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _TYPES}}


@routes.post("", operation_id="startReport", responses={202: JobShown, **problems(400, 401, 403, 409, 413, 415, 422, 503)})
def start(body: ReportOrder) -> Response:
    """Judge the recommender or its predictors; the job's result names the files that it wrote."""
    kind = JobKind.EVALUATION if body.kind == "evaluation" else JobKind.REPORT
    return ordered(context().jobs.order(kind, body.kind, account()))


@routes.get("/<job>/files", operation_id="listReportFiles", responses={200: ReportFiles, **problems(401, 403, 404, 422, 503)})
def files(path: JobPath) -> Response:
    """The files that a job wrote."""
    found = [ReportFile(name=file.name, size=file.stat().st_size) for file in context().jobs.files(path.job, account())]
    return Response(ReportFiles(items=found).model_dump_json(), mimetype="application/json")


@routes.get("/<job>/files/<name>", operation_id="readReportFile", responses={200: _FILE, **problems(401, 403, 404, 422, 503)})
def read_file(path: ReportFilePath) -> Response:
    """A file that a job wrote, to be saved: no browser shows it at the service's address."""
    file = context().jobs.file(path.job, path.name, account())
    response = Response(file.read_bytes(), mimetype=guess_type(file.name)[0] or "application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename={file.name}"
    return response
