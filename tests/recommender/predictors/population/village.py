"""A small population in two obvious kinds: young people who are well, and old people with high pressure and much else.

Their numbers come from a seed, so that no two tests see others; the graph has two classes of medicines and three conditions.
"""

from typing import Any

import numpy as np

KNOWLEDGE: list[tuple[Any, ...]] = [
    ("C:pressure", "IS_A", "ICD10CM:I00-I99"),
    ("C:kidney", "IS_A", "ICD10CM:N00-N99"),
    ("C:fever", "IS_A", "ICD10CM:A00-B99"),
    ("M:pril", "IN_CLASS", "ATC:C09AA"),
    ("M:april", "IN_CLASS", "ATC:C09AA"),
    ("M:olol", "IN_CLASS", "ATC:C07AB"),
    ("ATC:C09AA", "IS_A", "ATC:C09"),
    ("ATC:C07AB", "IS_A", "ATC:C07"),
    ("M:pril", "TREATS", "C:pressure"),
    ("M:april", "TREATS", "C:pressure"),
    ("M:olol", "TREATS", "C:pressure"),
    ("M:olol", "TREATS", "C:fever"),
    ("P:slow", "AFFECTS_RESPONSE", "M:olol", {"action": "avoid"}),
]
NODES: dict[str, dict[str, Any]] = {
    "L:hb": {"unit": "g/dL", "other_units": ("g/L=0.1",), "ranges": ("female|18||12|16|7|", "male|18||14|18|7|")},
    "C:pressure": {"name": "High pressure"},
}
OUTCOMES = ("improved", "unchanged", "stopped", "side effect")


def village(people: int = 80, seed: int = 0) -> tuple[list[tuple[Any, ...]], dict[str, dict[str, Any]]]:
    """Edges and nodes of a graph with so many people, half of either kind."""
    random = np.random.default_rng(seed)
    edges, nodes = list(KNOWLEDGE), dict(NODES)
    for i in range(people):
        old = i % 2 == 1
        patient = f"patient:v{i:04d}"
        nodes[patient] = {"birth_year": int(random.integers(1940, 1955) if old else random.integers(1990, 2004))}
        nodes[patient] |= {"sex": "male" if random.random() < 0.5 else "female", "synthetic": True}
        value = float(random.normal(11 if old else 15, 0.5))
        edges.append((patient, "HAS_RESULT", "L:hb", {"value": value, "unit": "g/dL", "date": "2024-01-01", "record": "r"}))
        if old:
            edges += [(patient, "HAS_DIAGNOSIS", c, {"start": "2020-01-01", "record": c}) for c in ("C:pressure", "C:kidney")]
            for medicine in ("M:pril", "M:olol"):
                outcome = OUTCOMES[int(random.choice(4, p=[0.6, 0.2, 0.1, 0.1]))]
                taken = {"start": "2021-01-01", "outcome": outcome, "rating": 5, "record": medicine}
                edges.append((patient, "TAKES", medicine, taken))
    return edges, nodes
