"""A small graph of conditions and symptoms, and people who had them."""

from typing import Any

import numpy as np

SHOWS = {
    "C:flu": {"Y:fever": "very common", "Y:cough": "common", "Y:headache": "common"},
    "C:cold": {"Y:cough": "very common", "Y:sneezing": "common"},
    "C:uti": {"Y:burning": "very common", "Y:fever": "occasional"},
    "C:angina": {"Y:chest-pain": "very common", "Y:breathless": "common"},
    "ICD10CM:N41": {"Y:burning": "common", "Y:pelvic": "common"},
}
NODES: dict[str, dict[str, Any]] = {
    "C:flu": {"name": "Influenza", "aliases": ("flu",)},
    "C:cold": {"name": "Common cold"},
    "C:uti": {"name": "Urinary tract infection", "aliases": ("UTI",)},
    "C:angina": {"name": "Angina pectoris"},
    "C:swine-flu": {"name": "Swine flu"},
    "C:lonely": {"name": "Shown by nothing"},
    "ICD10CM:N41": {"name": "Prostatitis"},
    "Y:fever": {"name": "Fever", "aliases": ("high temperature",)},
    "Y:cough": {"name": "Cough", "aliases": ("coughing",)},
    "Y:headache": {"name": "Headache"},
    "Y:sneezing": {"name": "Sneezing"},
    "Y:burning": {"name": "Painful urination", "aliases": ("burning when urinating",)},
    "Y:chest-pain": {"name": "Chest pain"},
    "Y:breathless": {"name": "Shortness of breath"},
    "Y:pelvic": {"name": "Pelvic pain"},
    "L:crp": {"name": "C-reactive protein", "unit": "mg/L", "ranges": ("any|18|||5||",)},
}
EDGES: list[tuple[Any, ...]] = [
    (condition, "PRESENTS", symptom, {"frequency": word})
    for condition, shown in SHOWS.items()
    for symptom, word in shown.items()
]
EDGES.append(("C:swine-flu", "IS_A", "C:flu"))
TRUE = {
    "C:flu": {"Y:fever": 0.8, "Y:cough": 0.6, "Y:headache": 0.5},
    "C:cold": {"Y:cough": 0.7, "Y:sneezing": 0.6},
    "C:uti": {"Y:burning": 0.9, "Y:fever": 0.1, "Y:pelvic": 0.5},
}
"""How conditions truly show in the people: pelvic pain with an infection is what the graph does not know."""


def people(count: int, seed: int = 0) -> tuple[list[tuple[Any, ...]], dict[str, dict[str, Any]]]:
    """Edges and nodes of people who each had one or two of the conditions of ``TRUE``, women mostly the infection."""
    random = np.random.default_rng(seed)
    edges: list[tuple[Any, ...]] = []
    nodes: dict[str, dict[str, Any]] = {}
    for number in range(count):
        patient, female = f"patient:{number}", bool(number % 2)
        nodes[patient] = {"birth_year": 1980, "sex": "female" if female else "male", "synthetic": True}
        weights = np.array([0.3, 0.3, 0.4] if female else [0.45, 0.45, 0.1])
        for month, condition in zip((3, 9), random.choice(list(TRUE), size=2, replace=False, p=weights), strict=True):
            day = {"start": f"2020-{month:02}-10", "stop": f"2020-{month:02}-25"}
            edges.append((patient, "HAS_DIAGNOSIS", str(condition), day | {"status": "resolved", "record": f"d{month}"}))
            seen = [symptom for symptom, share in TRUE[str(condition)].items() if random.random() < share]
            begun = {"start": f"2020-{month:02}-08", "stop": f"2020-{month:02}-20"}
            edges += [(patient, "HAS_SYMPTOM", symptom, begun | {"record": f"s{month}"}) for symptom in seen]
            if condition == "C:flu":
                result = {"value": 40.0, "unit": "mg/L", "date": f"2020-{month:02}-09", "record": f"r{month}"}
                edges.append((patient, "HAS_RESULT", "L:crp", result))
    return edges, nodes
