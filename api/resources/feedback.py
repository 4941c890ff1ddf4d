"""What people say of suggestions: accepted, dismissed and why, how it went, what it was worth. Each changes their own."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.errors import ConflictError, FieldProblem, InputError, NotFoundError, PreconditionFailedError
from api.etags import check_if_match, tagged
from api.schemas.feedback import FeedbackAnswerPath, FeedbackGiven, FeedbackPath, FeedbackShown, FeedbacksShown
from api.schemas.problem import problems
from graph.elements import NodeKind
from recommender.answer_log import StoredAnswer
from recommender.feedback_log import Feedback, FeedbackKind

routes = APIBlueprint(
    "feedback",
    __name__,
    url_prefix="/v1/recommendations/<answer>/feedback",
    abp_tags=[Tag(name="feedback", description=__doc__)],
    abp_security=[{"bearer": []}],
)
READ = problems(401, 403, 404, 410, 422, 503)
WRITE = problems(400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 428, 503)


@routes.post("", operation_id="giveFeedback", responses={201: FeedbackShown, **WRITE})
def give(path: FeedbackAnswerPath, body: FeedbackGiven) -> Response:
    """Say something of one medicine of an answer; of each kind once, and changed where it is."""
    made = _made(Feedback.new_id(), context().stored.find(path.answer, account()), body)
    if not context().feedback.keep(made):
        raise ConflictError("of this kind something was said of the medicine already; change that")
    _refuse_erased(made)
    response = tagged(_body(made), 201)
    response.headers["Location"] = f"/v1/recommendations/{made.answer}/feedback/{made.id}"
    return response


@routes.get("", operation_id="listFeedback", responses={200: FeedbacksShown, **READ})
def show_all(path: FeedbackAnswerPath) -> Response:
    """What the account said of an answer."""
    answer = context().stored.find(path.answer, account())
    items = [_shown(one) for one in context().feedback.of_answer(answer.id, account().name)]
    return Response(orjson.dumps({"items": items}), mimetype="application/json")


@routes.get("/<feedback>", operation_id="readFeedback", responses={200: FeedbackShown, **READ})
def show(path: FeedbackPath) -> Response:
    """One thing that the account said."""
    return tagged(_body(_own(path)))


@routes.put("/<feedback>", operation_id="changeFeedback", responses={200: FeedbackShown, **WRITE})
def change(path: FeedbackPath, body: FeedbackGiven) -> Response:
    """Say it otherwise; medicine and kind stay."""
    old = _own(path)
    check_if_match(_body(old))
    new = _made(old.id, context().stored.find(path.answer, account()), body)
    if (new.medicine, new.kind) != (old.medicine, old.kind):
        raise InputError([FieldProblem("/kind", "medicine and kind stay as they were; say something new instead")])
    new = replace(new, said=old.said)
    if not context().feedback.change(new, old):
        raise PreconditionFailedError
    _refuse_erased(new)
    return tagged(_body(new))


@routes.delete("/<feedback>", operation_id="removeFeedback", responses={204: {"description": "It is gone"}, **WRITE})
def remove(path: FeedbackPath) -> Response:
    """Take it back."""
    old = _own(path)
    check_if_match(_body(old))
    context().feedback.remove(old.id)
    return Response(status=204)


def _refuse_erased(said: Feedback) -> None:
    if said.patient is not None:
        context().erasure.refuse_erased(said.patient)


def _own(path: FeedbackPath) -> Feedback:
    answer = context().stored.find(path.answer, account())
    found = context().feedback.find(path.feedback)
    if found is None or (found.answer, found.account) != (answer.id, account().name):
        raise NotFoundError("this account said no such thing of the answer")
    return found


def _made(name: str, answer: StoredAnswer, body: FeedbackGiven) -> Feedback:
    snapshot = context().serving().snapshot
    found = snapshot.candidates(body.medicine, (NodeKind.MEDICINE,))
    if len(found) != 1:
        raise InputError([FieldProblem("/medicine", "the id or the name of one medicine is expected")])
    said = datetime.now(UTC).isoformat(timespec="seconds")
    kind, medicine = FeedbackKind(body.kind), snapshot.id(found[0])
    return Feedback(name, answer.id, medicine, account().name, kind, body.word, body.rating or 0, answer.patient, said)


def _shown(feedback: Feedback) -> dict[str, Any]:
    return {
        "id": feedback.id,
        "answer": feedback.answer,
        "medicine": feedback.medicine,
        "kind": str(feedback.kind),
        "value": feedback.value,
        "rating": feedback.rating or None,
        "said": feedback.said,
    }


def _body(feedback: Feedback) -> bytes:
    return orjson.dumps(_shown(feedback))
