"""Schemathesis over the WSGI application, one role after another: what the document says is what is sent and what is checked.

All checks of the library run in all its phases: examples, edge cases, generated cases, and chains of requests along links.
Seeds are fixed. The service must be one of the test's own: requests change and erase what is there.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from api.app import Service

SEED = 20260630
RENEW_SECONDS = 300.0
# Values that lead somewhere, by where a parameter stands: chance alone never finds a patient.
LIKELY = 0.7


@dataclass
class Outcome:
    """What came of one role's cases.

    Attributes:
        cases: how many requests were sent.
        statuses: how many answers had each status.
        operations: how many requests each operation had.
        failures: what did not hold, each once, with the request.
        errors: what kept cases from being sent.
    """

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, event: events.ScenarioFinished) -> None:
        """Count what one scenario sent and found."""
        for case_id, interaction in event.recorder.interactions.items():
            self.cases += 1
            case = event.recorder.cases[case_id].value
            self.operations[case.operation.label] += 1
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
        for case_id, checks in event.recorder.checks.items():
            for check in checks:
                if check.status is Status.FAILURE:
                    case, failure = event.recorder.cases[case_id].value, check.failure_info
                    what = failure.failure if failure else None
                    text = f"{check.name}: {case.operation.label}: {what.title if what else ''}"
                    shown = f"{what.message if what else ''}\n{failure.code_sample if failure else ''}"
                    self.failures.setdefault(text, shown)


class Tokens:
    """Headers of one role, made anew when a request has ended the session or the token is old."""

    def __init__(self, sign_in: Callable[[], Mapping[str, str]]) -> None:
        self._sign_in = sign_in
        self._headers: Mapping[str, str] = {}
        self._since = -RENEW_SECONDS

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> Mapping[str, str]:
        """The headers of now."""
        if time.monotonic() - self._since > RENEW_SECONDS:
            self._headers, self._since = self._sign_in(), time.monotonic()
        return self._headers

    def set(self, case: schemathesis.Case, data: Mapping[str, str], context: schemathesis.AuthContext) -> None:
        """Put them on a request."""
        case.headers = {**(case.headers or {}), **data}

    def refused(self) -> None:
        """A token did not count: the next request gets another."""
        self._since = -RENEW_SECONDS


def config(examples: int, known: Mapping[str, Sequence[str]]) -> SchemathesisConfig:
    """How it runs.

    Args:
        examples: how many cases each operation gets in the phase that generates them.
        known: values that lead somewhere, by ``path.name``, ``query.name``.
    """
    names = {name: name.replace(".", "-") for name in known}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "dictionaries": {names[name]: {"values": list(values)} for name, values in known.items()},
            "parameters": {name: {"dictionary": names[name], "probability": LIKELY} for name in known},
            "generation": {"max-examples": examples, "deterministic": True, "database": "none", "no-shrink": True},
            "phases": {"stateful": {"generation": {"max-examples": max(examples // 4, 2)}, "max-steps": 6}},
            "suppress-health-check": ["all"],
            # Deleting a job cancels it; what became of it stays to be read.
            "operations": [{"include-name": "GET /v1/jobs/{job}", "checks": {"use_after_free": {"enabled": False}}}],
            "checks": {
                # Its requests cannot be sent in process (they carry settings of sockets); the role matrix sends them all.
                "ignored_auth": {"enabled": False},
                # What is well formed may be about something that is not there, not any more, or not known by that name, or
                # lack the version that is changed.
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "422", "428", "429", "503"]
                },
                "negative_data_rejection": {
                    "expected-statuses": [
                        "400",
                        "401",
                        "403",
                        "404",
                        "405",
                        "406",
                        "409",
                        "410",
                        "412",
                        "413",
                        "415",
                        "422",
                        "428",
                        "429",
                    ]
                },
            },
        }
    )


def run(app: Service, sign_in: Callable[[], Mapping[str, str]], examples: int, known: Mapping[str, Sequence[str]]) -> Outcome:
    """Send one role's cases.

    Args:
        app: the service.
        sign_in: gives headers with a token of the role.
        examples: how many cases each operation gets in the phase that generates them.
        known: values that lead somewhere, by ``path.name``, ``query.name``.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config(examples, known))
    tokens = Tokens(sign_in)

    @schema.auth(refresh_interval=None)
    class OfRole:
        get, set = tokens.get, tokens.set

    @schema.hook
    def after_call(context: Any, case: schemathesis.Case, response: schemathesis.Response) -> None:
        if response.status_code == 401:
            tokens.refused()

    outcome = Outcome()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            outcome.add(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            error = event.value if isinstance(event, events.NonFatalError) else event.exception
            outcome.errors.append("".join(traceback.format_exception(error)))
    return outcome
