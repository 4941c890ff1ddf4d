"""Computes a stored answer again, to the same bytes, or says exactly what is gone.

The live patient is not read: the facts that the answer rested on are kept with it. What has to be there is the snapshot, the
bundle, and the rules, metapaths and numbers of the score that it was computed with.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from graph.elements import Edge, KnowledgeLevel, Node, NodeId
from graph.errors import RxpathError, SnapshotError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.answer_log import AnswerLog, ErasedAnswer, StoredAnswer
from recommender.artifacts import FOLDER, Bundle, read_bundle
from recommender.errors import BundleError, PredictorError, SiteError
from recommender.likeness import Likeness
from recommender.outlook import NOTHING, outlook_of
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.foresight import likeness_of
from recommender.record import record_from
from recommender.request import Reader, Request
from recommender.safety.finding import VERSION
from recommender.safety.site import NO_POLICY, Site, read_site
from recommender.service import Recommender


class Outcome(StrEnum):
    """What came of a replay."""

    SAME = "same"
    NO_ANSWER = "no such answer"
    ERASED = "erased"
    RULES = "rules differ"
    SNAPSHOT = "snapshot gone"
    BUNDLE = "bundle gone"
    MODEL = "model differs"
    REQUEST = "request not understood"
    DIFFERENT = "answer differs"


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored answer, computed again.

    Attributes:
        outcome: whether it is the same, or what is in the way.
        words: the same as a sentence.
        body: the bytes of the answer; None unless they are those that were given.
    """

    outcome: Outcome
    words: str
    body: bytes | None = None

    def payload(self, answer_id: str) -> dict[str, Any]:
        """As JSON can hold it, without the answer."""
        return {"id": answer_id, "outcome": str(self.outcome), "words": self.words}


class _GoneError(RxpathError):
    """Something that the replay needs is not there."""

    def __init__(self, outcome: Outcome, words: str) -> None:
        self.replay = Replay(outcome, words)
        super().__init__(words)


class Replayer:
    """Replays answers of one log; what several of them need is opened once.

    Args:
        log: where the answers are.
        snapshots: folder of the snapshots.
        home: where bundles are, and what is derived from a snapshot.
        site: file of the site's policy, where there may be one.
        compiled: whether to walk by compiled loops, which give the same bytes; pays for many answers.
    """

    def __init__(
        self, log: AnswerLog, snapshots: Path, home: Path, site: Path | None = None, *, compiled: bool = False
    ) -> None:
        self._log = log
        self._snapshots = snapshots
        self._home = home
        self._site = site
        self._compiled = compiled
        self._recommenders: dict[tuple[str, str | None, str | None], Recommender] = {}

    def replay(self, answer_id: str) -> Replay:
        """The answer of this id, computed again.

        Raises:
            AnswerLogError: when the log cannot be read.
        """
        try:
            return self._again(self._found(answer_id))
        except _GoneError as gone:
            return gone.replay

    def _found(self, answer_id: str) -> StoredAnswer:
        found = self._log.find(answer_id)
        if found is None:
            raise _GoneError(Outcome.NO_ANSWER, "no answer of this id was kept")
        if isinstance(found, ErasedAnswer):
            raise _GoneError(Outcome.ERASED, f"what this answer rested on was erased on {found.erased[:10]}")
        if found.rules_version != VERSION:
            words = f"it was screened by version {found.rules_version} of the safety rules; these are version {VERSION}"
            raise _GoneError(Outcome.RULES, words)
        return found

    def _again(self, stored: StoredAnswer) -> Replay:
        foreseen = (stored.record or {}).get("foreseen")
        named = foreseen["groups"] if foreseen else ()
        recommender = self._recommender(stored.snapshot, stored.trained_on, named[0]["bundle"] if named else None)
        if recommender.model != stored.model:
            raise _GoneError(
                Outcome.MODEL,
                "the metapaths, the numbers of the score or the site's policy are not those that it was computed with",
            )
        record = None if stored.record is None else record_from(stored.record, recommender.snapshot)
        outlook = outlook_of(foreseen, recommender.snapshot) if foreseen else NOTHING
        body = recommender.recommend(request_from(stored.request), record, outlook).json()
        if hashlib.sha256(body).hexdigest() != stored.digest:
            raise _GoneError(Outcome.DIFFERENT, "everything is there, yet another answer comes of it: the program changed")
        return Replay(Outcome.SAME, f"the same {len(body)} bytes as on {stored.created[:10]}", body)

    def _recommender(self, checksum: str, tag: str | None, groups: str | None) -> Recommender:
        if (checksum, tag, groups) not in self._recommenders:
            snapshot = self._snapshot(checksum)
            bundle = self._bundle(snapshot, tag) if tag else None
            made = Recommender(
                _NoPatients(),
                snapshot,
                self._home,
                bundle=bundle,
                site=self._policy(snapshot),
                likeness=self._likeness(snapshot, groups) if groups else None,
                compiled=self._compiled,
            )
            self._recommenders[checksum, tag, groups] = made
        return self._recommenders[checksum, tag, groups]

    def _likeness(self, snapshot: Snapshot, tag: str) -> Likeness:
        try:
            return likeness_of(PredictorBundles(self._home).version("groups", tag), snapshot)
        except PredictorError as error:
            raise _GoneError(Outcome.BUNDLE, str(error)) from None

    def _snapshot(self, checksum: str) -> Snapshot:
        path = self._snapshots / f"{checksum}.snapshot"
        if not path.exists():
            raise _GoneError(Outcome.SNAPSHOT, f"the snapshot {checksum} that it was computed on is gone")
        try:
            snapshot = Snapshot(path)
        except SnapshotError as error:
            raise _GoneError(Outcome.SNAPSHOT, str(error)) from None
        if not snapshot.verify():
            raise _GoneError(Outcome.SNAPSHOT, f"the snapshot {checksum} that it was computed on is damaged")
        return snapshot

    def _policy(self, snapshot: Snapshot) -> Site:
        try:
            return read_site(self._site, snapshot) if self._site else NO_POLICY
        except SiteError as error:
            # A policy of today may name what the knowledge of then lacks.
            raise _GoneError(Outcome.MODEL, str(error)) from None

    def _bundle(self, snapshot: Snapshot, tag: str) -> Bundle:
        path = self._home / FOLDER / f"{snapshot.checksum}-{tag}.bundle"
        if not path.exists():
            raise _GoneError(Outcome.BUNDLE, f"the bundle {tag} that it was computed with is gone")
        try:
            return read_bundle(path, snapshot)
        except BundleError as error:
            raise _GoneError(Outcome.BUNDLE, str(error)) from None


def replay(answer_id: str, log: AnswerLog, snapshots: Path, home: Path, site: Path | None = None) -> Replay:
    """One stored answer, computed again; see :class:`Replayer`."""
    return Replayer(log, snapshots, home, site).replay(answer_id)


def request_from(payload: Mapping[str, Any]) -> Request:
    """The request of which this is the payload."""
    values = dict(payload)
    try:
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        words = {"min_level": KnowledgeLevel(values["min_level"]), "reader": Reader(values["reader"])}
        made = Request(**values | lists | words | {"as_of": date.fromisoformat(values["as_of"])})
        if made.payload() == values:
            return made
    except (LookupError, TypeError, ValueError, RxpathError):
        pass
    raise _GoneError(Outcome.REQUEST, "the request says something that is not understood any more")


class _NoPatients:
    """In the place of a store: a replay reads nobody's record."""

    def node(self, node_id: NodeId) -> Node:
        raise UnknownNodeError(node_id)

    def edges_from(self, node_id: NodeId, kinds: Sequence[object] = ()) -> Sequence[Edge]:
        raise UnknownNodeError(node_id)
