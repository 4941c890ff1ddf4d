"""Erasure: everything that is kept of a person goes, wherever it is, and a killed erasure is finished later.

That an erasure was begun is written down first, as an empty file named by the patient's id, and taken away last; each step may
be done again. The graph comes first: from then on nothing can be told of the patient, no load brings anything back, and what
the other steps erase cannot come anew. What stays is the graph's mark with the keyed id, without which the next load of the
same file would bring the person back, and tombstones, which say that something was erased and nothing of what.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from graph.elements import PATIENT_PREFIX, NodeId
from graph.errors import ErasedPatientError
from graph.pseudonyms import patient_id
from loaders.quarantine import forget_rows
from recommender.answer_log import AnswerLog
from recommender.predictors.bundles import PredictorBundles

JOURNAL = "erasures"
"""Folder of the erasures that were begun and are not done."""
QUARANTINE = "quarantine"
WHY = "a person was erased, and a group that it tells of may be of fewer than five now"
Payload: TypeAlias = dict[str, Any]


class Forgetting(Protocol):
    """A store that keeps something of patients."""

    def forget_patient(self, patient: NodeId) -> int:
        """Erase what is kept of a patient, and say how many rows those were; doing so again is no error."""
        ...


class ForgettingGraph(Protocol):
    """What is needed of the graph: see :class:`graph.telling.LiveRecords`."""

    def forget(self, patient: NodeId) -> int:
        """See :meth:`graph.telling.LiveRecords.forget`."""
        ...

    def is_erased(self, patient: NodeId) -> bool:
        """See :meth:`graph.telling.LiveRecords.is_erased`."""
        ...


class ErasureService:
    """Erases people.

    Args:
        graph: where records are.
        answers: where stored answers are.
        stores: what else keeps something of patients, each with a name for the summary.
        home: the folder of everything that the service writes.
        key: turns a source's identifier into an id.
        person: reads the patient, or raises for one who is not there; see :meth:`api.services.records.RecordService.person`.
        drop_groups: takes out of the graph what its groups of patients responded to.
    """

    def __init__(
        self,
        graph: ForgettingGraph,
        answers: AnswerLog,
        stores: Sequence[tuple[str, Forgetting]],
        home: Path,
        key: bytes,
        person: Callable[[NodeId], Payload],
        drop_groups: Callable[[], object],
    ) -> None:
        self._graph = graph
        self._answers = answers
        self._stores = tuple(stores)
        self._home = home
        self._key = key
        self._person = person
        self._drop_groups = drop_groups

    def erase(self, patient: NodeId, check: Callable[[], Callable[[object], None]]) -> Payload:
        """Erase a patient everywhere; one whose erasure was begun and not finished is erased to the end.

        Args:
            patient: whom.
            check: gives what refuses the erasure of something else than the client has read.

        Returns:
            What went, in counts.

        Raises:
            UnknownPatientError: when there is no such patient.
            ErasedPatientError: when that was done before.
            StoreUnavailableError: when it could be begun and not finished; it is finished at the next start, or when it is
                asked for again.
        """
        if not self._begun(patient).exists():
            check()(self._person(patient))
        return self._erase(patient)

    def is_erased(self, patient: NodeId) -> bool:
        """Whether the patient was erased."""
        return self._graph.is_erased(patient)

    def refuse_erased(self, patient: NodeId) -> None:
        """Take back what was kept of a patient who was erased while a request was answered.

        Whoever keeps something asks this afterwards: either the erasure finds it, or this finds the erasure.

        Raises:
            ErasedPatientError: when the patient was erased.
        """
        if self._graph.is_erased(patient):
            for _, store in self._stores:
                store.forget_patient(patient)
            self._answers.forget_patient(patient)
            raise ErasedPatientError

    def resume(self) -> int:
        """Finish every erasure that was begun, and say how many those were."""
        names = sorted(path.name for path in (self._home / JOURNAL).glob("*")) if (self._home / JOURNAL).exists() else []
        for name in names:
            self._erase(NodeId(PATIENT_PREFIX + name))
        return len(names)

    def _erase(self, patient: NodeId) -> Payload:
        self._begin(patient)
        edges = self._graph.forget(patient)
        elsewhere = {name: store.forget_patient(patient) for name, store in self._stores}
        # The last of the database: what it writes over is then in no log any more.
        answers = self._answers.forget_patient(patient)
        rows = forget_rows(self._home / QUARANTINE, lambda text: patient_id(text, self._key) == patient)
        refit = self._retire()
        self._end(patient)
        return {
            "id": patient,
            "edges": edges,
            "answers": answers,
            "elsewhere": elsewhere,
            "quarantined": rows,
            "predictors": refit,
        }

    def _retire(self) -> list[str]:
        """Let no predictor serve that may tell of fewer than five people now.

        Of whom a predictor learned is not kept, so that one with a group of just five may have lost one of them. The groups
        of all others have a member to spare.
        """
        bundles = PredictorBundles(self._home)
        retired = [name for name in bundles.names() if bundles.retire_smallest(name, WHY)]
        # People see them in the graph, too; and an erasure may have been killed between the two.
        if not bundles.has("groups"):
            self._drop_groups()
        return retired

    # The journal

    def _begun(self, patient: NodeId) -> Path:
        return self._home / JOURNAL / patient.removeprefix(PATIENT_PREFIX)

    def _begin(self, patient: NodeId) -> None:
        path = self._begun(patient)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        _settle(path.parent)

    def _end(self, patient: NodeId) -> None:
        path = self._begun(patient)
        path.unlink(missing_ok=True)
        _settle(path.parent)


def _settle(folder: Path) -> None:
    """Let the disk know which files a folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
