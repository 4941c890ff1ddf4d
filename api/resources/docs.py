"""The OpenAPI document, and a page that shows it: Swagger UI as it is bundled in its wheel, nothing from elsewhere."""

from importlib.resources import files
from typing import cast

import orjson
from flask import Blueprint, Response, current_app
from flask_openapi3.openapi import OpenAPI

ASSETS = str(files("flask_openapi3_swagger") / "templates" / "swagger")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rxpath API</title>
<link rel="icon" href="docs/assets/images/swagger.svg">
<link rel="stylesheet" href="docs/assets/css/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/js/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# A file of its own, so that the page's policy can refuse every script that stands in a page.
START = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null});\n"

routes = Blueprint("docs", __name__, static_folder=ASSETS, static_url_path="/docs/assets")


@routes.get("/docs")
def page() -> Response:
    """The page."""
    return Response(PAGE, mimetype="text/html")


@routes.get("/docs/start.js")
def start() -> Response:
    """The one line of script that starts it."""
    return Response(START, mimetype="text/javascript")


@routes.get("/openapi.json")
def document() -> Response:
    """The document."""
    return Response(orjson.dumps(cast(OpenAPI, current_app).api_doc), mimetype="application/json")
