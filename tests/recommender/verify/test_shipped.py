"""The shipped formulary: every proof about its patients is valid."""

import json
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.elements import EdgeKind, NodeKind
from graph.store import GraphStore
from recommender.request import Request
from recommender.service import Recommender
from recommender.verify import run_verify
from tests.recommender.conftest import TODAY
from tests.recommender.vignettes.reading import VIGNETTES

DAY = date(2026, 6, 30)
PATIENTS = 60
ALLERGIC = 20
SHARE = 6
"""Of so many vignettes one is verified: each is verified against the whole store, read anew."""


def answers(store: GraphStore, home: Path, count: int) -> list[dict[str, Any]]:
    """What is recommended to some patients with allergies, and to the first of the cohort by ids, which no two homes share."""
    recommender = Recommender(store, current_snapshot(store, home / "snapshots"), home, compiled=False)
    everybody = [node.id for node in store.nodes(NodeKind.PATIENT)]
    allergic = [patient for patient in everybody if store.edges_from(patient, [EdgeKind.ALLERGIC_TO])]
    patients = dict.fromkeys((*allergic[:ALLERGIC], *everybody[:count]))
    return [json.loads(recommender.recommend(Request(as_of=DAY, patient=patient, top=100)).json()) for patient in patients]


def wrong(report: dict[str, Any]) -> list[Any]:
    return [(v["rule"], v["medicine"], [c for c in v["checks"] if not c["ok"]]) for v in report["verdicts"] if not v["valid"]]


def test_every_proof_about_its_patients_is_valid(formulary: Path) -> None:
    with closing(open_store(f"sqlite://{formulary / 'graph.sqlite'}")) as store:
        report = run_verify(answers(store, formulary, PATIENTS), store)

    assert wrong(report) == []
    assert report["valid"]
    rules = Counter(verdict["rule"] for verdict in report["verdicts"])
    assert sum(rules.values()) > PATIENTS * 5
    assert {"allergy", "contraindication", "interaction", "duplicate", "history", "limit:renal", "limit:age"} <= set(rules)


def test_every_proof_of_the_vignettes_is_valid(formulary: Path) -> None:
    with closing(open_store(f"sqlite://{formulary / 'graph.sqlite'}")) as store:
        recommender = Recommender(store, current_snapshot(store, formulary / "snapshots"), formulary, compiled=False)
        for vignette in VIGNETTES[::SHARE]:
            answer = recommender.recommend(Request(as_of=TODAY, top=100, case=vignette.case))
            report = run_verify(json.loads(answer.json()), store, vignette.case)
            assert wrong(report) == [], vignette.name
