"""From a query to an answer: what may be asked by whom, one way for every route that recommends."""

from typing import Any

from flask import Response

from api.accounts import Role
from api.auth import account, may_explore
from api.context import context
from api.schemas.recommendation import RecommendationQuery
from recommender.answer_log import StoredAnswer
from recommender.request import Reader, Request
from recommender.safety.finding import VERSION


def request_of(query: RecommendationQuery, **whom: Any) -> Request:
    """What is asked, for the recommender.

    Args:
        query: how much is asked.
        whom: ``patient`` or ``case``, as :class:`recommender.request.Request` takes them.

    Raises:
        NoConsentError: when a clinician asks for a patient who refuses treatment with it.
        ForbiddenError: when the account's role does not include what is asked.
    """
    if "patient" in whom:
        context().access.check_treatment(whom["patient"], account())
    return Request(
        query.as_of,
        top=query.top,
        min_level=query.min_level,
        explore=may_explore(query.explore),
        reader=query.reader or _own_reader(),
        together=query.together,
        faithfulness=query.faithfulness,
        exclude_sources=tuple(query.exclude_source),
        licences=tuple(query.licence),
        **whom,
    )


def answered(query: RecommendationQuery, **whom: Any) -> Response:
    """The answer to a query for a patient or a case, which is kept; arguments and errors are those of :func:`request_of`.

    Raises:
        AnswerLogError: when it could not be kept; what cannot be computed again later is not given.
        ErasedPatientError: when the patient was erased meanwhile.
    """
    request, recommender = request_of(query, **whom), context().serving().recommender
    answer = recommender.recommend(request)
    context().answers.keep(StoredAnswer.of(answer, recommender.snapshot, recommender.model, VERSION))
    if request.patient is not None:
        context().erasure.refuse_erased(request.patient)
    else:
        context().askers.note(answer.id, account().name)
    return Response(answer.json(), mimetype="application/json")


def _own_reader() -> Reader:
    """Whom sentences are for when nobody says: the patient for a user, and a clinician for all others."""
    return Reader.PATIENT if account().role is Role.USER else Reader.CLINICIAN
