"""The law of what is told: whatever loads, builds, tellings and erasures follow, the record is what was said last."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from graph.elements import Edge, EdgeKind, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.store import Batch
from graph.telling import TOLD, Telling, mark_of
from graph.told import patients_of, without_marked
from tests.graph.building import batch, edge, load, node

PATIENTS = [NodeId(f"patient:{i}") for i in range(3)]
KNOWLEDGE = [node("C:a", "A"), node("C:b", "B")]
some = st.sampled_from(PATIENTS)
files = st.frozensets(st.tuples(some, st.sampled_from(["C:a", "C:b"]), st.sampled_from(["d1", "d2"])), max_size=6)


def diagnosis(patient: str, end: str, record: str) -> Edge:
    return edge(EdgeKind.HAS_DIAGNOSIS, patient, end, record=record)


def keyed(*edges: Edge) -> dict[tuple[str, ...], Edge]:
    return {found.key: found for found in edges}


def batch_of(file: frozenset[tuple[NodeId, str, str]]) -> Batch:
    return batch([*KNOWLEDGE, *(node(p) for p in sorted({p for p, *_ in file}))], [diagnosis(*row) for row in sorted(file)])


class Tellings(RuleBasedStateMachine):
    """A store beside a model of it: what files said, what was told, what was withdrawn, and who was erased."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = EmbeddedStore(Path(self.folder.name) / "graph.sqlite")
        load(self.store, batch(KNOWLEDGE))
        self.loaded: dict[NodeId, dict[tuple[str, ...], Edge]] = {p: {} for p in PATIENTS}
        self.told: dict[NodeId, dict[str, Edge]] = {p: {} for p in PATIENTS}
        self.withdrawn: set[str] = set()
        self.erased: set[NodeId] = set()
        self.loads = 0
        self.staging: tuple[EmbeddedStore, frozenset[tuple[NodeId, str, str]]] | None = None

    def number(self) -> str:
        self.loads += 1
        return f"load {self.loads}"

    @rule(patient=some, end=st.sampled_from(["C:a", "C:b"]), record=st.sampled_from(["r1", "r2"]))
    def tell(self, patient: NodeId, end: str, record: str) -> None:
        if patient in self.erased:
            return
        # One record is about one condition.
        made = edge(EdgeKind.HAS_DIAGNOSIS, patient, end, source=TOLD, record=f"{record}{end}")
        if mark_of(made) in self.withdrawn:
            return
        self.store.tell(patient, lambda found, edges: Telling(None if found else node(patient, source=TOLD), [made]))
        self.told[patient][made.record] = made

    @rule(patient=some, data=st.data())
    def withdraw(self, patient: NodeId, data: st.DataObject) -> None:
        found = self.store.edges_from(patient)
        if found:
            gone = data.draw(st.sampled_from(found))
            self.store.tell(patient, lambda node, edges: Telling(withdrawn=frozenset({mark_of(gone)})))
            self.withdrawn.add(mark_of(gone))
            self.told[patient].pop(gone.record, None)

    @rule(patient=some)
    def forget(self, patient: NodeId) -> None:
        self.store.forget(patient)
        self.erased.add(patient)

    @rule(file=files)
    def add(self, file: frozenset[tuple[NodeId, str, str]]) -> None:
        if self.staging is None:
            load(self.store, batch_of(file), name=self.number())
            for row in file:
                self.loaded[row[0]] |= keyed(diagnosis(*row))

    @rule(file=files)
    def begin_build(self, file: frozenset[tuple[NodeId, str, str]]) -> None:
        if self.staging is None:
            self.staging = (self.store.staging(), file)
            load(self.staging[0], batch_of(file), name=self.number(), remove_stale=True)

    @rule()
    def adopt(self) -> None:
        if self.staging is not None:
            staging, file = self.staging
            self.store.adopt(staging)
            self.staging = None
            self.loaded = {p: keyed(*(diagnosis(*row) for row in file if row[0] == p)) for p in PATIENTS}

    @invariant()
    def the_record_is_what_was_said(self) -> None:
        for patient in PATIENTS:
            loaded = {key: e for key, e in self.loaded[patient].items() if mark_of(e) not in self.withdrawn}
            said = loaded | keyed(*self.told[patient].values())
            assert keyed(*self.store.edges_from(patient)) == ({} if patient in self.erased else said)
        present = {found.id for found in self.store.nodes(NodeKind.PATIENT)}
        assert not present & self.erased
        assert {p for p in PATIENTS if self.store.edges_from(p)} <= present

    def teardown(self) -> None:
        if self.staging is not None:
            self.staging[0].discard()
        self.store.close()
        self.folder.cleanup()


TestTelling = Tellings.TestCase
TestTelling.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_marks_leave_out_what_they_name_and_nothing_else() -> None:
    rows = [diagnosis(p, end, "d1") for p in PATIENTS for end in ("C:a", "C:b")]
    whole = batch([*KNOWLEDGE, *map(node, PATIENTS)], rows)
    marks: Mapping[str, frozenset[str]] = {PATIENTS[0]: frozenset({"erased"}), PATIENTS[1]: frozenset({mark_of(rows[2])})}

    kept = without_marked(whole, marks)

    assert set(patients_of(whole)) == set(PATIENTS)
    assert [n.id for n in kept.nodes] == ["C:a", "C:b", PATIENTS[1], PATIENTS[2]]
    assert [e for columns in kept.edges for e in columns.rows()] == rows[3:]
    assert without_marked(whole, {}) is whole
