"""Visits of patients on file: what began within some days of each other counts as one visit.

Conditions count by their category, the broadest that one is diagnosed with; medicines by themselves. What has no first day is
of no visit, and a refuted diagnosis was none.
"""

from collections.abc import Iterator
from datetime import date

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.predictors.population.features import Chosen, FeatureReader, OnePatient, PopulationStore, everyone, patients
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.visits import Code, CodeKind, History, Population, Visit
from recommender.record import PatientRecord, read_record


class HistoryReader:
    """Reads the visits of records.

    Args:
        snapshot: the condition tree.
        config: how far apart days of one visit may be.
    """

    def __init__(self, snapshot: Snapshot, config: SequenceConfig) -> None:
        self._snapshot = snapshot
        self._config = config
        self._features = FeatureReader(snapshot)
        self.codes: dict[str, Code] = {}

    def read(self, record: PatientRecord) -> History:
        """The visits of a record, in order; none where nothing has a day."""
        groups: list[tuple[date, set[str]]] = []
        for day, name in sorted(self._dated(record)):
            if groups and (day - groups[-1][0]).days <= self._config.together:
                groups[-1][1].add(name)
            else:
                groups.append((day, {name}))
        return tuple(Visit(float((day - groups[0][0]).days), frozenset(names)) for day, names in groups)

    def _dated(self, record: PatientRecord) -> Iterator[tuple[date, str]]:
        for kind, what in ((EdgeKind.HAS_DIAGNOSIS, CodeKind.CONDITION), (EdgeKind.TAKES, CodeKind.MEDICINE)):
            for fact in record.of(kind, active=False):
                day = fact.properties.get("start")
                refuted = "refuted" in (fact.properties.get("status"), fact.properties.get("certainty"))
                if isinstance(day, str) and day and not refuted:
                    yield date.fromisoformat(day), self._name(fact.node, what)

    def _name(self, node: int, kind: CodeKind) -> str:
        name = str(self._snapshot.id(node))
        if kind is CodeKind.CONDITION:
            name = next(iter(self._features.category_and_chapter(node)), name)
        if name not in self.codes:
            self.codes[name] = Code(name, kind, self._snapshot.name(self._snapshot.number(name)))
        return name


def read_histories(
    store: PopulationStore, snapshot: Snapshot, as_of: date, config: SequenceConfig, chosen: Chosen = everyone
) -> Population:
    """The histories of a store's patients; not to be kept.

    Args:
        store: where patients are; each is read once.
        snapshot: the knowledge graph.
        as_of: the day; what began later is not known yet.
        config: what counts as one visit.
        chosen: who may be learned of.
    """
    reader, synthetic, histories = HistoryReader(snapshot, config), True, []
    for node in patients(store, chosen):
        record = read_record(OnePatient(node, store.edges_from(node.id)), snapshot, node.id, as_of)
        synthetic = synthetic and record.synthetic
        if history := reader.read(record):
            histories.append(history)
    return Population("records", tuple(histories), reader.codes, synthetic=synthetic and bool(histories))
