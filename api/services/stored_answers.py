"""Answers that were given: who may see one again, and what is left of it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import orjson

from api.accounts import Account, Role
from api.errors import ConflictError, GoneError, NotFoundError
from graph.elements import NodeId
from graph.errors import RxpathError
from recommender.answer_log import AnswerLog, ErasedAnswer, StoredAnswer
from recommender.replay import Outcome, Replay, Replayer

Against: TypeAlias = tuple[Mapping[str, Any], list[Any], Mapping[str, Any] | None]


class Askers(Protocol):
    """Who asked what: see :class:`api.askers.AskerStore`."""

    def asked(self, answer: str, account: str) -> bool:
        """See :meth:`api.askers.AskerStore.asked`."""
        ...


class StoredAnswers:
    """Finds answers for whoever may see them, and computes them again.

    Args:
        log: where answers are.
        askers: who was given those that are about nobody on file.
        to_read: lets an account through to a patient, or raises; see :meth:`api.services.access.PatientAccess.to_read`.
        check_treatment: refuses what the patient refuses; see :meth:`api.services.access.PatientAccess.check_treatment`.
        replayer: computes them again.
    """

    def __init__(
        self,
        log: AnswerLog,
        askers: Askers,
        to_read: Callable[[str, Account], NodeId],
        check_treatment: Callable[[NodeId, Account], None],
        replayer: Replayer,
    ) -> None:
        self._log = log
        self._askers = askers
        self._to_read = to_read
        self._check_treatment = check_treatment
        self._replayer = replayer

    def find(self, answer: str, asking: Account) -> StoredAnswer:
        """What an answer was computed from.

        Raises:
            NotFoundError: when there is none, or it is not for this account: both are answered alike.
            GoneError: when what it rested on was erased.
            NoConsentError: when a clinician asks for a patient who refuses treatment with it.
        """
        found = self._log.find(answer)
        if isinstance(found, ErasedAnswer):
            # A tombstone says nothing of whom it is of; its id is known to those alone who were given the answer.
            raise GoneError(f"what this answer rested on was erased on {found.erased[:10]}")
        if found is None or not self._may_see(found, asking):
            raise NotFoundError("no answer of this id is kept for this account")
        if found.patient is not None:
            self._check_treatment(found.patient, asking)
        return found

    def _may_see(self, stored: StoredAnswer, asking: Account) -> bool:
        if stored.patient is None:
            return self._askers.asked(stored.id, asking.name)
        if asking.role is Role.USER and stored.request.get("explore"):
            # Research is for those who can judge it, whoever asked for it.
            return False
        try:
            self._to_read(stored.patient, asking)
        except RxpathError:
            return False
        return True

    def replay(self, answer: str, asking: Account) -> Replay:
        """An answer, computed again; errors are those of :meth:`find`."""
        return self._replayer.replay(self.find(answer, asking).id)

    def again(self, answer: str, asking: Account) -> bytes:
        """The very bytes of an answer; errors are those of :meth:`find`.

        Raises:
            ConflictError: when they cannot be computed any more; it says what is gone or differs.
        """
        found = self.replay(answer, asking)
        if found.body is None:
            raise GoneError(found.words) if found.outcome is Outcome.ERASED else ConflictError(found.words)
        return found.body

    def findings(
        self, answer: str, asking: Account, medicine: str
    ) -> tuple[Mapping[str, Any], list[Any], Mapping[str, Any] | None]:
        """What an answer says against a medicine.

        Args:
            answer: its id.
            asking: who asks.
            medicine: by id or name.

        Returns:
            The medicine, the findings, and the case that they are of (None where they are of a patient).

        Raises:
            NotFoundError: also when the answer does not speak of the medicine.
            ConflictError: when the answer cannot be computed any more.
        """
        body = orjson.loads(self.again(answer, asking))
        case = self.find(answer, asking).request.get("case")
        wanted = medicine.casefold()
        listed = [item for name in ("recommendations", "needs_sign_off", "exploratory") for item in body[name] or ()]
        for item in (*listed, *body["excluded"]):
            shown = item["medicine"]
            if wanted in (shown["id"].casefold(), shown["name"].casefold()):
                found = [e for e in body["excluded"] if e["medicine"]["id"] == shown["id"]]
                plain = [{name: value for name, value in entry.items() if name != "medicine"} for entry in found]
                return shown, plain or item["cautions"], case
        raise NotFoundError("the answer does not speak of this medicine")
