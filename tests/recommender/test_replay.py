"""Replay: the same bytes from what was kept, or exactly what is gone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graph.compiler import compile_snapshot, current_snapshot
from graph.elements import NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from recommender.answer import Recommendation
from recommender.answer_log import ErasedAnswer, SqlAnswerLog, StoredAnswer
from recommender.artifacts import FOLDER
from recommender.bundling import train
from recommender.config import read_scoring
from recommender.replay import Outcome, Replay, Replayer, replay
from recommender.request import Request
from recommender.safety.finding import VERSION
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph, write
from tests.recommender.test_service import EDGES, NODES
from tests.recommender.test_training import CONFIG
from tests.recommender.training_graph import family_edges
from tests.recommender.vignettes.reading import VIGNETTES

PROJECT = Path(__file__).resolve().parents[2]
PATIENT = NodeId("patient:p")
ANSWERS = 1000


@dataclass
class Site:
    """A graph, the log beside it, and what was answered from it."""

    graph: Graph
    log: SqlAnswerLog

    def answer(self, recommender: Recommender | None = None, **asked: Any) -> Recommendation:
        """Give an answer, and keep it."""
        own = recommender or Recommender(self.graph.store, self.graph.snapshot, self.graph.folder, compiled=False)
        given = own.recommend(Request(as_of=TODAY, **asked))
        self.log.keep(StoredAnswer.of(given, own.snapshot, own.model, VERSION))
        return given

    def replay(self, answer: Recommendation) -> Replay:
        """What comes of it now, with nothing of what was opened before."""
        return replay(answer.id, self.log, self.graph.folder / "snapshots", self.graph.folder)


@pytest.fixture
def site(graph_of: Callable[..., Graph], tmp_path: Path) -> Iterator[Site]:
    with closing(SqlAnswerLog(f"sqlite:///{tmp_path / 'answers.sqlite'}")) as log:
        yield Site(graph_of(EDGES, NODES), log)


def test_a_thousand_answers_of_the_shipped_formulary(formulary: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'answers.sqlite'}"
    given: dict[str, bytes] = {}
    with closing(SqlAnswerLog(url)) as log, closing(EmbeddedStore(formulary / "graph.sqlite")) as store:
        recommender = Recommender(store, current_snapshot(store, formulary / "snapshots"), formulary)
        for request in requests(store):
            if len(given) == ANSWERS:
                break
            answer = recommender.recommend(request)
            given[answer.id] = answer.json()
            log.keep(StoredAnswer.of(answer, recommender.snapshot, recommender.model, VERSION))
    assert len(given) == ANSWERS

    with closing(SqlAnswerLog(url)) as log:
        replayer = Replayer(log, formulary / "snapshots", formulary, compiled=True)
        for answer_id, body in given.items():
            found = replayer.replay(answer_id)
            assert (found.outcome, found.body) == (Outcome.SAME, body)

    # And in a process that knows nothing of this one.
    environment = os.environ | {"RXPATH_HOME": str(formulary), "RXPATH_DATABASE": url}
    environment.pop("RXPATH_GRAPH", None)
    command = [sys.executable, "-m", "recommender", "replay", next(iter(given)), "--json"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True)
    assert (done.returncode, done.stdout) == (0, next(iter(given.values())) + b"\n")


def requests(store: EmbeddedStore) -> Iterator[Request]:
    """A thousand that differ: every patient, cases of several ages, conditions with and without the exploratory list."""
    patients = [node.id for node in store.nodes(NodeKind.PATIENT)]
    cases = [{**vignette.case, "age": age} for vignette in VIGNETTES[:50] for age in (20, 70)]
    nodes = [node.id for node in store.nodes(NodeKind.CONDITION, limit=ANSWERS)]
    found = [Request(as_of=date(2026, 6, 30), patient=patient, top=2, together=i < 20) for i, patient in enumerate(patients)]
    found += [Request(as_of=date(2026, 1, 1), case=case, top=3) for case in cases]
    found += [Request(as_of=date(2026, 1, 1), nodes=(node,), top=3, explore=i < 20) for i, node in enumerate(nodes)]
    return iter(found)


@pytest.mark.parametrize(
    "asked", [{"patient": PATIENT}, {"case": {"conditions": ["severe"]}}, {"nodes": ("C:hypertension",), "explore": True}]
)
def test_the_same_bytes(site: Site, asked: dict[str, Any]) -> None:
    answer = site.answer(**asked)

    found = site.replay(answer)

    assert (found.outcome, found.body) == (Outcome.SAME, answer.json())
    assert found.payload(answer.id) == {"id": answer.id, "outcome": "same", "words": found.words}


def test_the_live_patient_is_not_read(site: Site) -> None:
    answer = site.answer(patient=PATIENT)
    write(site.graph.store, [("patient:p", "ALLERGIC_TO", "I:lisinopril", {"record": "a1"})], NODES)
    assert site.answer(patient=PATIENT).json() != answer.json()

    assert site.replay(answer).body == answer.json()


def test_knowledge_that_changed_since_does_not_matter(site: Site) -> None:
    answer = site.answer(patient=PATIENT)
    write(site.graph.store, [("M:metformin", "TREATS", "C:hypertension")], NODES)
    compile_snapshot(site.graph.store, site.graph.folder / "snapshots")

    assert site.replay(answer).body == answer.json()


def test_a_trained_answer_comes_from_its_own_bundle(graph_of: Callable[..., Graph], tmp_path: Path) -> None:
    graph = graph_of([*REFERENCE, *family_edges()])
    made = train(graph.store, graph.snapshot, graph.folder, CONFIG)
    with closing(SqlAnswerLog(f"sqlite:///{tmp_path / 'answers.sqlite'}")) as log:
        site = Site(graph, log)
        served = Recommender(graph.store, graph.snapshot, graph.folder, bundle=made.bundle, compiled=False)
        answer = site.answer(served, nodes=("C:00",), explore=True)
        assert site.replay(answer).body == answer.json()

        [path] = (graph.folder / FOLDER).glob("*.bundle")
        path.write_bytes(path.read_bytes()[:-1])
        damaged = site.replay(answer)
        path.unlink()
        gone = site.replay(answer)

    assert (damaged.outcome, damaged.body) == (Outcome.BUNDLE, None)
    assert (gone.outcome, gone.words) == (Outcome.BUNDLE, f"the bundle {made.bundle.tag} that it was computed with is gone")


# What is gone


def gone(site: Site, answer: Recommendation, outcome: Outcome) -> str:
    """The words of a replay that has to end so."""
    found = site.replay(answer)
    assert (found.outcome, found.body) == (outcome, None)
    return found.words


def test_no_such_answer(site: Site) -> None:
    found = replay("f" * 32, site.log, site.graph.folder / "snapshots", site.graph.folder)

    assert found == Replay(Outcome.NO_ANSWER, "no answer of this id was kept")


def test_an_erased_answer(site: Site) -> None:
    answer = site.answer(patient=PATIENT)
    site.log.forget_patient(PATIENT)

    erased = site.log.find(answer.id)

    assert isinstance(erased, ErasedAnswer)
    assert gone(site, answer, Outcome.ERASED) == f"what this answer rested on was erased on {erased.erased[:10]}"


def test_a_snapshot_that_is_gone_or_damaged(site: Site) -> None:
    answer = site.answer(patient=PATIENT)
    path = site.graph.snapshot.path
    data = bytearray(path.read_bytes())

    data[-1] ^= 1
    path.unlink()
    path.write_bytes(data)
    assert "is damaged" in gone(site, answer, Outcome.SNAPSHOT)
    path.unlink()
    path.write_bytes(b"nothing")
    gone(site, answer, Outcome.SNAPSHOT)
    path.unlink()
    assert gone(site, answer, Outcome.SNAPSHOT) == f"the snapshot {path.stem} that it was computed on is gone"


class Altered:
    """A log in which something of every answer is otherwise."""

    def __init__(self, log: SqlAnswerLog, **values: Any) -> None:
        self._log = log
        self._values = values

    def find(self, answer_id: str) -> StoredAnswer | ErasedAnswer | None:
        found = self._log.find(answer_id)
        assert isinstance(found, StoredAnswer)
        return replace(found, **self._values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"rules_version": "0"}, Outcome.RULES),
        ({"model": "0" * 32}, Outcome.MODEL),
        ({"digest": "0" * 64}, Outcome.DIFFERENT),
        ({"request": {"as_of": "2024-06-01"}}, Outcome.REQUEST),
    ],
)
def test_what_differs_is_told(site: Site, values: dict[str, Any], outcome: Outcome) -> None:
    answer = site.answer(patient=PATIENT)

    found = Replayer(Altered(site.log, **values), site.graph.folder / "snapshots", site.graph.folder).replay(answer.id)

    assert (found.outcome, found.body) == (outcome, None)


@pytest.mark.parametrize(
    "change", [{"top": "x"}, {"top": 0}, {"min_level": "x"}, {"odd": 1}, {"as_of": "x"}, {"patient": None}]
)
def test_a_request_that_is_not_understood_any_more(site: Site, change: dict[str, Any]) -> None:
    answer = site.answer(patient=PATIENT)
    request = answer.request.payload() | change

    found = Replayer(Altered(site.log, request=request), site.graph.folder / "snapshots", site.graph.folder).replay(answer.id)

    assert found.outcome is Outcome.REQUEST


def test_other_numbers_of_the_score(site: Site) -> None:
    graph = site.graph
    config = replace(read_scoring(), treats=1.5)
    answer = site.answer(Recommender(graph.store, graph.snapshot, graph.folder, config=config, compiled=False), patient=PATIENT)

    assert gone(site, answer, Outcome.MODEL).startswith("the metapaths, the numbers of the score or the site's policy")


@pytest.mark.parametrize(
    "policy", ['[[raise]]\nrule = "limit:age"\nfrom = "note"\nto = "caution"\n', 'formulary = ["nobody"]\n']
)
def test_another_policy_of_the_site(site: Site, tmp_path: Path, policy: str) -> None:
    answer = site.answer(patient=PATIENT)
    file = tmp_path / "site.toml"
    file.write_text(policy)

    found = replay(answer.id, site.log, site.graph.folder / "snapshots", site.graph.folder, file)

    assert found.outcome is Outcome.MODEL


def test_the_words_are_json(site: Site) -> None:
    answer = site.answer(patient=PATIENT)

    assert json.loads(json.dumps(site.replay(answer).payload(answer.id)))["outcome"] == "same"
