"""A practice: people with symptoms that tell of what they had, and with medicines that do young women and old men unlike good.

Its graph has medicines for everything that is diagnosed, so that predicted conditions, groups and outcomes all have something
to say. Numbers come from a seed.
"""

from typing import Any

import numpy as np

from tests.recommender.conftest import REFERENCE
from tests.recommender.predictors.conditions import clinic

KNOWLEDGE: list[tuple[Any, ...]] = [
    *REFERENCE,
    *clinic.EDGES,
    # Much may show so, says the graph; how seldom it is the people teach.
    *((f"C:seldom{i}", "PRESENTS", "Y:burning", {"frequency": "common"}) for i in range(12)),
    *((f"M:seldom{i}", "TREATS", f"C:seldom{i}") for i in range(12)),
    ("M:zanamivir", "TREATS", "C:flu"),
    ("M:linctus", "TREATS", "C:cold"),
    ("M:trimethoprim", "TREATS", "C:uti"),
    ("M:nitro", "TREATS", "C:uti"),
    ("M:nitro", "RESEMBLES", "M:trimethoprim"),
    ("M:pril", "TREATS", "C:pressure"),
    ("M:olol", "TREATS", "C:pressure"),
    ("M:sartan", "TREATS", "C:pressure"),
    ("C:pressure", "IS_A", "ICD10CM:I00-I99"),
]
NODES: dict[str, dict[str, Any]] = clinic.NODES | {
    "C:pressure": {"name": "High pressure"},
    "M:pril": {"name": "Pril"},
    "M:olol": {"name": "Olol"},
    "M:trimethoprim": {"name": "Trimethoprim"},
    "L:hb": {"name": "Haemoglobin", "unit": "g/dL", "ranges": ("any|18||12|16||",)},
}
RESULTS = ("improved", "unchanged", "stopped", "side effect")


def practice(count: int = 300, seed: int = 0) -> tuple[list[tuple[Any, ...]], dict[str, dict[str, Any]]]:
    """Edges and nodes of a graph with so many people, half of them young women, half old men."""
    random = np.random.default_rng(seed)
    edges, nodes = clinic.people(count, seed)
    for number, patient in enumerate(nodes):
        young = bool(number % 2)
        nodes[patient]["birth_year"] = int(random.integers(1985, 1995) if young else random.integers(1940, 1950))
        told = {"value": float(random.normal(13 if young else 15, 0.3)), "unit": "g/dL", "date": "2020-01-01", "record": "hb"}
        edges.append((patient, "HAS_RESULT", "L:hb", told))
        edges.append((patient, "HAS_DIAGNOSIS", "C:pressure", {"start": "2020-12-01", "status": "active", "record": "p"}))
        # Pril does young women good and nobody else; olol does the others good.
        for day, medicine, well in (("2021-01-01", "M:pril", young), ("2021-06-01", "M:olol", not young)):
            bad = 0.1 / 3 if well else 0.3
            result = str(random.choice(RESULTS, p=[1 - 3 * bad, bad, bad, bad]))
            stop = str(np.datetime64(day) + 90)
            edges.append((patient, "TAKES", medicine, {"start": day, "stop": stop, "outcome": result, "record": medicine}))
    return [*KNOWLEDGE, *edges], NODES | nodes
