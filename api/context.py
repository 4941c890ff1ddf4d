"""What views are given: the recommender of the moment, the accounts, the rules of who may see whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import Flask, current_app

from api.accounts import AccountStore
from api.askers import AskerStore
from api.audit import Trail
from api.care import CareStore
from api.errors import FieldProblem, NotReadyError
from api.metrics import Metrics
from api.replays import ReplayStore
from api.services.access import PatientAccess
from api.services.consents import Consents
from api.services.directory import PatientDirectory
from api.services.erasure import ErasureService
from api.services.job_desk import JobDesk
from api.services.knowledge import Knowledge
from api.services.own_data import OwnData
from api.services.predictions import Predictions
from api.services.records import RecordService
from api.services.stored_answers import StoredAnswers
from api.services.trends import Counted, nothing_counted
from api.settings import Settings
from graph.elements import EdgeKind, NodeKind
from graph.errors import SnapshotError
from graph.snapshot import Snapshot
from recommender.answer_log import AnswerLog
from recommender.feedback_log import FeedbackLog
from recommender.request import Request
from recommender.service import Recommender

EXTENSION = "rxpath"


@dataclass(frozen=True, slots=True)
class Serving:
    """Everything that answers from one snapshot; swapped as a whole.

    Attributes:
        snapshot: the knowledge.
        recommender: over it.
        knowledge: answers about its nodes.
        predictors: the tag of the version of each that serves.
    """

    snapshot: Snapshot
    recommender: Recommender
    knowledge: Knowledge
    predictors: Mapping[str, str] = field(default_factory=dict)

    def walk(self) -> None:
        """Walk from one condition to one medicine, as a real answer does.

        Raises:
            SnapshotError: when no medicine treats any condition.
        """
        relation = self.snapshot.relation(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)
        if relation is None:
            raise SnapshotError("no medicine treats any condition")
        # Any treated condition will do; the first is the same in every process.
        condition = self.snapshot.id(relation.ends(0)[1])
        self.recommender.recommend(Request(as_of=date.today(), nodes=(condition,), top=1))


@dataclass(frozen=True, slots=True)
class Context:
    """What views are given.

    Attributes:
        settings: of this process.
        accounts: who may sign in.
        serving: answers what serves at the moment; a request asks once.
        answers: keeps what answers were computed from.
        access: whose record an account may see or change.
        care: who cares for whom.
        consents: what records may be used for.
        trail: who read or wrote what.
        records: reads and changes records.
        erasure: erases people.
        jobs: takes orders for work that is longer than a request.
        askers: who asked what about nobody on file.
        stored: answers that were given.
        replays: requests under idempotency keys.
        feedback: what people say of answers.
        predictions: opens predictors.
        verify: checks the proofs of a document against the graph; see :func:`recommender.verify.run_verify`.
        directory: lists patients and knows who they are.
        own_data: what patients ask of what is kept of them.
        checks: by the name of a part, what raises when that part cannot be used.
        trends: what was counted of the population last.
        metrics: what is counted of requests.
    """

    settings: Settings
    accounts: AccountStore
    serving: Callable[[], Serving]
    answers: AnswerLog
    access: PatientAccess
    care: CareStore
    consents: Consents
    trail: Trail
    records: RecordService
    erasure: ErasureService
    jobs: JobDesk
    askers: AskerStore
    stored: StoredAnswers
    replays: ReplayStore
    feedback: FeedbackLog
    predictions: Predictions
    verify: Callable[[Any, Mapping[str, Any] | None], Mapping[str, Any]]
    directory: PatientDirectory
    own_data: OwnData
    checks: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    trends: Callable[[], Counted] = nothing_counted
    metrics: Metrics = field(default_factory=Metrics)

    def check(self) -> None:
        """Try every part.

        Raises:
            NotReadyError: names the parts that cannot be used.
        """
        failed = []
        for name, try_part in self.checks.items():
            try:
                try_part()
            except Exception as error:  # whatever a part raises, the others are tried and the answer names it
                failed.append(FieldProblem(f"/{name}", f"it cannot be used: {type(error).__name__}"))
        if failed:
            raise NotReadyError(failed)


def install(app: Flask, context: Context) -> None:
    """Give an app's views their context."""
    app.extensions[EXTENSION] = context


def context() -> Context:
    """What the view that is running is given."""
    return cast(Context, current_app.extensions[EXTENSION])
