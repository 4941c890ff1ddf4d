"""How jobs are shown, and how every route that orders one answers."""

from datetime import UTC, datetime

from flask import Response, url_for

from api.jobs import Job
from api.schemas.job import JobListed, JobShown


def ordered(job: Job) -> Response:
    """202, the job, and where to ask for it."""
    response = Response(shown(job).model_dump_json(), 202, mimetype="application/json")
    response.headers["Location"] = url_for("jobs.show", job=job.id)
    return response


def shown(job: Job) -> JobShown:
    """A job with its result."""
    return JobShown.model_validate(_values(job) | {"result": job.result})


def listed(job: Job) -> JobListed:
    """A job among others."""
    return JobListed.model_validate(_values(job))


def _values(job: Job) -> dict[str, object]:
    times = {name: _time(getattr(job, name)) for name in ("queued_at", "started_at", "finished_at")}
    values = {name: getattr(job, name) for name in ("id", "asked_by", "step", "progress", "attempt", "cancelling", "error")}
    return values | times | {"kind": str(job.kind), "state": str(job.state), "order": dict(job.order)}


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
