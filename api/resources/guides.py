"""A guide and a style for Neo4j Browser, which plays and takes them from this address.

They are served only where a setting names the Browser's origin; then scripts of that one origin may read these two files. They
hold nothing but the project's own text, so that no token is asked for: the Browser would send none.
"""

from pathlib import Path

from flask import Response, abort
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict

from api.context import context
from api.schemas.problem import problems
from graph.queries import FOLDER

FILES = FOLDER / "browser"

routes = APIBlueprint("guides", __name__, url_prefix="/guides", abp_tags=[Tag(name="guides", description=__doc__)])


def _text(media_type: str) -> ResponseDict:
    shown = {"description": "The file", "content": {media_type: {"schema": {"type": "string"}}}}
    return {200: shown, **problems(404)}


@routes.get("/rxpath.html", operation_id="guide", responses=_text("text/html"))
def guide() -> Response:
    """The guide: `:play` with this address."""
    return _readable(Response(_read(FILES / "guide.html"), mimetype="text/html"))


@routes.get("/rxpath.grass", operation_id="style", responses=_text("text/plain"))
def style() -> Response:
    """The style: `:style` with this address."""
    return _readable(Response(_read(FILES / "style.grass"), mimetype="text/plain"))


@routes.route("/rxpath.html", methods=["OPTIONS"])
@routes.route("/rxpath.grass", methods=["OPTIONS"])
def ask() -> Response:
    """What a browser asks before it lets the Browser read a file with the headers that `:play` sends."""
    response = _readable(Response(status=204))
    response.headers["Access-Control-Allow-Methods"] = "GET"
    # The Browser adds the last one to what it asks of a host called localhost.
    response.headers["Access-Control-Allow-Headers"] = "cache-control, pragma, sentry-trace"
    return response


def _read(file: Path) -> bytes:
    # Before the file is read: without the setting there is nothing at this address.
    _origin()
    return file.read_bytes()


def _readable(response: Response) -> Response:
    """A response that scripts of the Browser's origin may read, and of no other."""
    response.headers["Access-Control-Allow-Origin"] = _origin()
    response.headers["Vary"] = "Origin"
    return response


def _origin() -> str:
    return context().settings.browser_origin or abort(404)
