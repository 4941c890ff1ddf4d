"""Work that takes longer than a request: where it stands, what came of it, and how it is ended."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.ordered import listed, shown
from api.schemas.job import JobPath, JobShown, JobsQuery, JobsShown
from api.schemas.problem import problems

routes = APIBlueprint(
    "jobs",
    __name__,
    url_prefix="/v1/jobs",
    abp_tags=[Tag(name="jobs", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="listJobs", responses={200: JobsShown, **problems(401, 403, 404, 422, 503)})
def show_all(query: JobsQuery) -> Response:
    """The jobs that the account ordered, all of them for an admin; the newest first."""
    found = context().jobs.all(account(), limit=query.limit, after=query.after)
    return Response(JobsShown(items=[listed(job) for job in found]).model_dump_json(), mimetype="application/json")


@routes.get("/<job>", operation_id="showJob", responses={200: JobShown, **problems(401, 403, 404, 422, 503)})
def show(path: JobPath) -> Response:
    """Where a job stands: its progress, and at last its result or why there is none."""
    return Response(shown(context().jobs.find(path.job, account())).model_dump_json(), mimetype="application/json")


@routes.delete(
    "/<job>", operation_id="cancelJob", responses={200: JobShown, 202: JobShown, **problems(401, 403, 404, 409, 422, 503)}
)
def cancel(path: JobPath) -> Response:
    """End a job: one that waits at once (200), one that runs a moment later (202)."""
    job = context().jobs.cancel(path.job, account())
    return Response(shown(job).model_dump_json(), 200 if job.ended else 202, mimetype="application/json")
