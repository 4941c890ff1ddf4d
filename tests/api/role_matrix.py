"""Who may ask what, tried on every route: addresses from the URL map, bodies from the document, expectations from the table.

Only the outcome of authorisation is judged. A route that is reached may answer that the rest of the request is wrong.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.accounts import Role
from api.app import Service
from api.roles import ROLE_TABLE, Access, Scope
from api.settings import Settings

# What stands in an address for a parameter of this name; of another name, an id that nothing has: a 404 once it is reached.
KNOWN = {"medicine": "RxNorm:29046", "node": "RxNorm:29046", "condition": "ICD10CM:I10"}
NOTHING = "0" * 32
# What a route is asked with where it wants something, so that the request gets as far as it may.
QUERY = {"medicines.search": "q=lis"}
REFUSED = {401, 403}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    endpoint: str
    method: str
    rule: str

    @property
    def row(self) -> Access:
        return ROLE_TABLE[self.endpoint]

    @property
    def of_a_patient(self) -> bool:
        return "<patient>" in self.rule

    def address(self, patient: str) -> str:
        """Where it is asked about a patient."""
        values = KNOWN | {"patient": patient}
        address = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda found: values.get(found[1], NOTHING), self.rule)
        return f"{address}?{QUERY[self.endpoint]}" if self.endpoint in QUERY else address


def routes(app: Service) -> list[Route]:
    """Every method of every address, as the URL map has them."""
    return [
        Route(rule.endpoint, method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD"})
    ]


def ask(client: FlaskClient, route: Route, headers: Mapping[str, str], patient: str, body: Any = None) -> TestResponse:
    """Ask a route; a method that takes a body is sent one."""
    sent = {} if body is None and route.method in {"POST", "PUT", "PATCH"} else body
    return client.open(route.address(patient), method=route.method, headers=dict(headers), json=sent)


def examples(document: Mapping[str, Any]) -> Mapping[tuple[str, str], Any]:
    """By method and address the body that the document shows, where it shows one."""
    return {
        (method.upper(), re.sub(r"\{(.*?)\}", r"<\1>", path)): example
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for example in _examples_of(document, operation)
    }


def _examples_of(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Any]:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = media.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if found := [media.get("example"), schema.get("example"), *schema.get("examples", [])]:
        yield from [example for example in found if example is not None][:1]


def expired(headers: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The token of these headers as it is when its time is over, rightly signed."""
    token = headers["Authorization"].removeprefix("Bearer ")
    claims, header = jwt.decode(token, options={"verify_signature": False}), jwt.get_unverified_header(token)
    past = int(time.time()) - 1
    claims |= {"iat": past - 600, "nbf": past - 600, "exp": past}
    named = {"kid": header["kid"]} if "kid" in header else None
    return {"Authorization": f"Bearer {jwt.encode(claims, settings.signing_key(), header['alg'], named)}"}


def wrong(route: Route, role: Role, answer: TestResponse, scope: Scope | None = None) -> str:
    """What is wrong with the answer to one's own, or nothing.

    Args:
        route: that was asked.
        role: of the account that asked, by its token or by a key.
        answer: what came back.
        scope: of the key; None for a token.
    """
    row = route.row
    let_in = not row.roles or role in row.roles
    if scope is not None and row.roles:
        let_in = let_in and row.scope is not Scope.NONE and row.scope is scope
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{route}: {role} {scope} got {answer.status_code}"
    if let_in and answer.status_code in REFUSED:
        return f"{route}: {role} {scope} should be let in, got {answer.status_code} {answer.get_json(silent=True)}"
    if not let_in and answer.status_code != 403:
        return f"{route}: {role} {scope} should be refused, got {answer.status_code}"
    return ""
