"""What people say of answers: what was taken up, dismissed and why, how it went, what it was worth.

It is kept beside the answers, so that learning from use finds both at the shell as over HTTP. An outcome here is what was said
of a suggestion; the outcome of a therapy on file belongs to the record. When a patient is forgotten, what was said goes, too.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from secrets import token_hex
from typing import Any, Protocol

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, UniqueConstraint, delete, select, update
from sqlalchemy.exc import IntegrityError

from graph.elements import NodeId
from recommender.log_database import LogDatabase


class FeedbackKind(StrEnum):
    """What is said of a suggestion."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    OUTCOME = "outcome"
    RATING = "rating"
    REVIEW = "review"


class DismissReason(StrEnum):
    """Why a suggestion was not taken up."""

    NOT_INDICATED = "not-indicated"
    PREFERS_OTHER = "prefers-other"
    TRIED_BEFORE = "tried-before"
    SIDE_EFFECT = "side-effect"
    INTERACTION = "interaction"
    COST = "cost"
    SUPPLY = "supply"
    PATIENT_DECLINES = "patient-declines"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing that somebody said of one medicine of an answer.

    Attributes:
        id: names it.
        answer: id of the answer.
        medicine: id of the medicine.
        account: who said it.
        kind: what is said.
        value: the reason of a dismissal, the word of an outcome, the text of a review; empty otherwise.
        rating: 1 to 10; 0 unless that is what is said.
        patient: whom the answer was for; None for a case.
        said: when, ISO with its offset.
    """

    id: str
    answer: str
    medicine: str
    account: str
    kind: FeedbackKind
    value: str
    rating: int
    patient: NodeId | None
    said: str

    @classmethod
    def new_id(cls) -> str:
        """A name that no other feedback has."""
        return token_hex(16)


class FeedbackLog(Protocol):
    """Keeps what people say. Every method may raise AnswerLogError."""

    def keep(self, feedback: Feedback) -> bool:
        """Keep it, unless this account said something of the same kind of the same medicine of the answer before."""
        ...

    def change(self, feedback: Feedback, was: Feedback) -> bool:
        """Put it in the place of what was said, unless that was changed or taken back meanwhile."""
        ...

    def of_answer(self, answer: str, account: str) -> Sequence[Feedback]:
        """What an account said of an answer, in the order in which it was said."""
        ...

    def find(self, feedback_id: str) -> Feedback | None:
        """The feedback of this id, or nothing."""
        ...

    def remove(self, feedback_id: str) -> None:
        """Take it back."""
        ...

    def forget_patient(self, patient: NodeId) -> int:
        """Erase what was said of answers for a patient, and say how much that was."""
        ...


_FEEDBACK = Table(
    "feedback",
    MetaData(),
    Column("id", String(32), primary_key=True),
    Column("answer", String(64), nullable=False),
    Column("medicine", String(264), nullable=False),
    Column("account", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("patient", String(256), index=True),
    Column("said", String(32), nullable=False),
    UniqueConstraint("answer", "account", "medicine", "kind"),
)


class SqlFeedbackLog:
    """What people say, in a database of SQL.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.

    Raises:
        AnswerLogError: when it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._database = LogDatabase(url, _FEEDBACK)

    def keep(self, feedback: Feedback) -> bool:
        """See :meth:`FeedbackLog.keep`."""
        try:
            with self._database.transaction() as connection:
                connection.execute(_FEEDBACK.insert(), _row(feedback))
        except IntegrityError:
            return False
        return True

    def change(self, feedback: Feedback, was: Feedback) -> bool:
        """See :meth:`FeedbackLog.change`."""
        same = (_FEEDBACK.c.id == was.id, _FEEDBACK.c.value == was.value, _FEEDBACK.c.rating == was.rating)
        with self._database.transaction() as connection:
            return bool(connection.execute(update(_FEEDBACK).where(*same).values(_row(feedback))).rowcount)

    def of_answer(self, answer: str, account: str) -> Sequence[Feedback]:
        """See :meth:`FeedbackLog.of_answer`."""
        wanted = select(_FEEDBACK).where(_FEEDBACK.c.answer == answer, _FEEDBACK.c.account == account)
        with self._database.transaction() as connection:
            rows = connection.execute(wanted.order_by(_FEEDBACK.c.said, _FEEDBACK.c.id)).all()
        return [_feedback(row) for row in rows]

    def find(self, feedback_id: str) -> Feedback | None:
        """See :meth:`FeedbackLog.find`."""
        with self._database.transaction() as connection:
            row = connection.execute(select(_FEEDBACK).where(_FEEDBACK.c.id == feedback_id)).one_or_none()
        return _feedback(row) if row else None

    def remove(self, feedback_id: str) -> None:
        """See :meth:`FeedbackLog.remove`."""
        with self._database.transaction() as connection:
            connection.execute(delete(_FEEDBACK).where(_FEEDBACK.c.id == feedback_id))

    def forget_patient(self, patient: NodeId) -> int:
        """See :meth:`FeedbackLog.forget_patient`."""
        with self._database.transaction() as connection:
            return int(connection.execute(delete(_FEEDBACK).where(_FEEDBACK.c.patient == patient)).rowcount)

    def export_patient(self, patient: NodeId) -> dict[str, object]:
        """What was said of answers for a patient."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(_FEEDBACK).where(_FEEDBACK.c.patient == patient).order_by(_FEEDBACK.c.said)).all()
        return {"feedback": [asdict(_feedback(row)) for row in rows]}

    def close(self) -> None:
        """Let go of files and connections."""
        self._database.close()


def _row(feedback: Feedback) -> dict[str, Any]:
    return asdict(feedback) | {"kind": str(feedback.kind)}


def _feedback(row: Any) -> Feedback:  # whatever kind of row SQLAlchemy gives
    values = {str(name): value for name, value in row._mapping.items()}
    return Feedback(**values | {"kind": FeedbackKind(values["kind"])})
