"""A recommendation with every rule and explanation, beside weighing, walking and ranking alone, for the demo's patients."""

from datetime import date
from itertools import cycle

import orjson

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.elements import NodeKind
from recommender.config import read_scoring
from recommender.engine import Engines
from recommender.evidence import weigh_record
from recommender.record import PatientRecord
from recommender.request import Request
from recommender.service import Recommender
from tests.benchmarks.graphs import demo_home
from tests.benchmarks.side_by_side import Row, beside

PATIENTS, TOP = 100, 10


def rows() -> list[Row]:
    """Measure."""
    home, _ = demo_home()
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(home)})
    store = open_store(settings.graph, settings.credentials)
    snapshot = current_snapshot(store, settings.snapshots)
    recommender = Recommender(store, snapshot, home)
    config = read_scoring()
    engine = Engines(snapshot, home, None, config, None, compiled=True).of()
    first = snapshot.numbers(NodeKind.MEDICINE).start
    asked = [Request(date(2026, 6, 30), patient=node.id) for node in store.nodes(NodeKind.PATIENT, limit=PATIENTS)]
    pairs = [(request, recommender.record(request)) for request in asked]
    for request, record in pairs:
        recommender.recommend(request, record)

    def ranked(request: Request, record: PatientRecord) -> bytes:
        evidence = {e.node: e.weight for e in weigh_record(record, snapshot, config, request.as_of)}
        scores = engine.scorer.score(evidence)
        best = sorted(scores.support, key=lambda m: -float(scores.total[m - first]))[:TOP]
        return orjson.dumps([{"medicine": snapshot.name(m), "score": float(scores.total[m - first])} for m in best])

    whole, bare = cycle(pairs), cycle(pairs)
    return [
        beside(
            "an answer with all rules, proofs and explanations",
            lambda: recommender.recommend(*next(whole)).json(),
            "the ten best by score alone",
            lambda: ranked(*next(bare)),
            "<= 2 x",
            (2 * PATIENTS, 2 * PATIENTS),
        )
    ]
