import logging
from collections.abc import Callable

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, ServiceUnavailable

from api import errors, problems
from api.errors import FieldProblem, InputError, NotReadyError, TooManyTriesError, UnauthenticatedError
from api.problems import TABLE, row_of
from graph.errors import RxpathError, SchemaError, SettingsError, SnapshotError, StoreUnavailableError, UnknownNodeError
from recommender.errors import CaseError, MetapathError, UnknownPatientError

Answered = Callable[[Exception], tuple[int, dict[str, object], dict[str, str]]]


@pytest.fixture
def answered() -> Answered:
    """How an error that a view raises is answered: status, body, headers."""
    app = Flask("api")
    problems.install(app)
    raised: list[Exception] = []

    @app.get("/")
    def view() -> str:
        raise raised[-1]

    def answer(error: Exception) -> tuple[int, dict[str, object], dict[str, str]]:
        raised.append(error)
        found = app.test_client().get("/")
        assert found.mimetype == "application/problem+json"
        return found.status_code, found.get_json(), dict(found.headers)

    return answer


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BodyError("x"), 400),
        (UnauthenticatedError("x", token_given=False), 401),
        (errors.ForbiddenError("x"), 403),
        (UnknownNodeError("x"), 404),
        (UnknownPatientError(), 404),
        (errors.BusyError("x"), 503),
        (errors.BodySizeError("x"), 413),
        (errors.AddressLengthError("x"), 414),
        (errors.BodyTypeError("x"), 415),
        (errors.HeaderCountError("x"), 431),
        (CaseError("/age", "years"), 422),
        (SchemaError("x", "bad", "x"), 422),
        (InputError([FieldProblem("/q", "x")]), 422),
        (TooManyTriesError(7), 429),
        (StoreUnavailableError("x"), 503),
        (SnapshotError("x"), 503),
        (errors.DatabaseUnavailableError("x"), 503),
        (NotReadyError([FieldProblem("/store", "x")]), 503),
        (MetapathError("x"), 500),
        (SettingsError("X", "x"), 500),
        (RxpathError("x"), 500),
        (ValueError("x"), 500),
        (RecursionError("x"), 500),
    ],
)
def test_each_error_has_its_status_in_the_one_form(answered: Answered, error: Exception, status: int) -> None:
    found, body, _ = answered(error)

    assert found == body["status"] == status
    assert {"type", "title", "status", "detail", "request_id"} <= set(body) <= {*body, "errors"}
    assert str(body["type"]).startswith("urn:rxpath:problem:")


def test_every_row_is_of_a_status_that_means_something() -> None:
    assert {row.status for row in TABLE.values()} == {
        400,
        401,
        403,
        404,
        409,
        410,
        412,
        413,
        414,
        415,
        422,
        428,
        429,
        431,
        503,
    }


def test_a_class_without_a_row_has_that_of_the_class_above() -> None:
    class OddBodyError(errors.BodyError):
        pass

    assert row_of(OddBodyError("x")) is TABLE[errors.BodyError]
    assert row_of(RxpathError()) is None


def test_fields_are_pointed_at(answered: Answered) -> None:
    _, body, _ = answered(CaseError("/results/0/value", "a finite number is expected"))

    assert body["errors"] == [{"pointer": "/results/0/value", "detail": "a finite number is expected"}]


def test_headers_tell_what_to_do(answered: Answered) -> None:
    assert answered(TooManyTriesError(7))[2]["Retry-After"] == "7"
    assert answered(StoreUnavailableError("x"))[2]["Retry-After"] == "5"
    assert answered(UnauthenticatedError("x", token_given=False))[2]["WWW-Authenticate"] == "Bearer"
    assert answered(UnauthenticatedError("x", token_given=True))[2]["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_headers_of_http_errors_are_kept(answered: Answered) -> None:
    assert answered(MethodNotAllowed(["GET", "PUT"]))[2]["Allow"] == "GET, PUT"
    assert answered(ServiceUnavailable(retry_after=9))[2]["Retry-After"] == "9"


@pytest.mark.parametrize("error", [StoreUnavailableError("/srv/secret.sqlite is locked"), SnapshotError("/srv/secret")])
def test_words_that_name_files_stay_inside(answered: Answered, error: Exception) -> None:
    assert "secret" not in str(answered(error)[1])


def test_a_defect_says_nothing_and_is_on_record_without_its_words(answered: Answered, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    status, body, _ = answered(KeyError("Zebra fever"))

    assert status == 500
    assert "Zebra" not in str(body)
    assert "Zebra" not in caplog.text
    assert f"request {body['request_id']} failed: KeyError at" in caplog.text


def test_a_redirect_is_no_problem() -> None:
    app = Flask("api")
    problems.install(app)
    app.add_url_rule("/folder/", view_func=lambda: "", endpoint="folder")
    app.add_url_rule("/gone", view_func=lambda: abort(410), endpoint="gone")

    redirect = app.test_client().get("/folder")
    assert (redirect.status_code, redirect.headers["Location"]) == (308, "http://localhost/folder/")
    assert app.test_client().get("/gone").get_json()["type"] == "urn:rxpath:problem:gone"


def test_every_answer_of_a_request_names_the_same_id(client: FlaskClient) -> None:
    with client.application.test_request_context("/"):
        assert request.path == "/"
        assert problems.request_id() == problems.request_id()
    first, second = (client.get("/nowhere").headers["X-Request-ID"] for _ in range(2))
    assert first != second
