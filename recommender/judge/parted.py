"""A store's patients in three parts: predictors learn of the first, a setting is chosen on the second and shown on the third.

The part is told by a hash of the patient's id, so that it stays the same when others come or go. Of a patient of the second and
the third part two kinds of records are made. *Diagnoses*: what was known on the day of a diagnosis, without it; looked for are
the medicines that are known to treat it. *Therapies*: what was known on the day when a course of a medicine began, without it;
looked for is that medicine, where it went well. Nothing that came later is in a record.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.judge.hidden import Hidden
from recommender.outcomes import GOOD, last_courses
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.conditions.config import read_config
from recommender.predictors.conditions.episodes import read_episodes
from recommender.predictors.population.features import OnePatient, PopulationStore, patients
from recommender.record import read_record

Progress = Callable[[str, float], None]
Made = tuple[Mapping[str, Array], Mapping[str, Any]]
"""Arrays and notes of a bundle."""


class Part(StrEnum):
    """What a patient is for."""

    LEARNED = "learned of"
    CHOSEN = "chosen on"
    SHOWN = "shown on"


class Task(StrEnum):
    """What is hidden of a patient."""

    DIAGNOSES = "a diagnosis is hidden"
    THERAPIES = "a therapy that went well is hidden"


def part_of(patient: Node) -> Part:
    """The part of a patient: a half is learned of, a quarter each is chosen and shown on."""
    rest = blake2b(patient.id.encode(), digest_size=1).digest()[0] % 4
    return {1: Part.CHOSEN, 3: Part.SHOWN}.get(rest, Part.LEARNED)


class LearnedOf:
    """A store of which nobody but the patients of the first part is seen.

    Args:
        store: of all.
    """

    def __init__(self, store: PopulationStore) -> None:
        self._store = store

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        found = self._store.nodes(kind, after=after, limit=limit)
        return (node for node in found if kind is not NodeKind.PATIENT or part_of(node) is Part.LEARNED)

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        return self._store.node(node_id)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        return self._store.edges_from(node_id, kinds)


def fit_part(
    store: PopulationStore, snapshot: Snapshot, as_of: date, bundles: PredictorBundles, progress: Progress
) -> dict[str, str]:
    """Fit the predictors that enter an answer on the patients of the first part.

    Args:
        store: of all patients.
        snapshot: the knowledge, without groups.
        as_of: the day from which is looked back.
        bundles: where they are kept: a place of their own, as none of them is to serve.
        progress: is told what is done.

    Returns:
        Why one could not be fitted, by its name; nothing of the others.
    """
    from recommender.predictors.conditions.fitting import fit_conditions
    from recommender.predictors.groups.fitting import fit_groups
    from recommender.predictors.outcome.fitting import fit_outcome

    seen = LearnedOf(store)
    synthetic = {"synthetic": all(bool(node.properties.get("synthetic", False)) for node in patients(seen))}

    def conditions() -> Made:
        fitted = fit_conditions(seen, snapshot)
        if fitted.calibration is None:
            raise PredictorError("there are too few episodes for probabilities")
        return fitted.arrays(), fitted.notes()

    def groups() -> Made:
        made = fit_groups(seen, snapshot, as_of)
        return made.arrays(), made.notes() | synthetic

    def outcome() -> Made:
        model = fit_outcome(seen, snapshot, as_of)
        return model.arrays(), model.notes() | synthetic

    refused = {}
    fits = {"conditions": conditions, "groups": groups, "outcome": outcome}
    for number, (name, fit) in enumerate(fits.items()):
        progress(f"fitting {name}", number / len(fits))
        try:
            bundles.write(name, *fit())
        except PredictorError as error:
            refused[name] = str(error)
    return refused


def hidden_of(store: PopulationStore, snapshot: Snapshot, part: Part, most: int, seed: int = 0) -> dict[Task, list[Hidden]]:
    """Records of one part for each task.

    Args:
        store: of all patients.
        snapshot: the knowledge.
        part: whose records.
        most: how many are drawn of each task, where there are more.
        seed: of the draw.
    """

    def chosen(patient: Node) -> bool:
        return part_of(patient) is part

    found = {
        Task.DIAGNOSES: list(_diagnoses(store, snapshot, chosen)),
        Task.THERAPIES: list(_therapies(store, snapshot, chosen)),
    }
    return {task: _drawn(records, most, seed) for task, records in found.items()}


def _drawn(records: Sequence[Hidden], most: int, seed: int) -> list[Hidden]:
    order = np.random.default_rng(seed).permutation(len(records))[:most]
    return [records[i] for i in sorted(order.tolist())]


def _diagnoses(store: PopulationStore, snapshot: Snapshot, chosen: Callable[[Node], bool]) -> Iterator[Hidden]:
    for episode in read_episodes(store, snapshot, read_config(), chosen):
        targets = map(snapshot.number, episode.targets)
        right = {m for t in targets for m, _ in snapshot.sources(EdgeKind.TREATS, NodeKind.MEDICINE, t)}
        if right:
            yield Hidden(episode.given.record, frozenset(right), episode.person)


def _therapies(store: PopulationStore, snapshot: Snapshot, chosen: Callable[[Node], bool]) -> Iterator[Hidden]:
    for person, node in enumerate(patients(store, chosen)):
        edges = store.edges_from(node.id)
        for course in last_courses(edge for edge in edges if edge.kind is EdgeKind.TAKES):
            start = course.properties.get("start")
            if course.properties["outcome"] not in GOOD or not isinstance(start, str) or not start:
                continue
            try:
                medicine = snapshot.number(course.end)
            except UnknownNodeError:
                continue
            record = read_record(OnePatient(node, edges), snapshot, node.id, date.fromisoformat(start))
            facts = tuple(f for f in record.facts if not (f.kind is EdgeKind.TAKES and f.node == medicine))
            yield Hidden(replace(record, patient=None, facts=facts), frozenset({medicine}), person)
