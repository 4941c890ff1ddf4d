"""What is on file of the person that a case describes.

A case names things by id, alias or name; what is named stands for the one node that is called so. What no node, or several,
are called so is unplaced: it is no fact.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from graph.elements import Node, NodeKind
from recommender.verify.genotypes import phenotypes
from recommender.verify.knowledge import Knowledge
from recommender.verify.person import OnFile, Person
from recommender.verify.verdict import NotProvedError

_ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE, NodeKind.MEDICINE)
_LISTS = (
    ("conditions", "HAS_DIAGNOSIS", "condition", (NodeKind.CONDITION,)),
    ("symptoms", "HAS_SYMPTOM", "symptom", (NodeKind.SYMPTOM,)),
    ("medicines", "TAKES", "medicine", (NodeKind.MEDICINE,)),
    ("phenotypes", "HAS_PHENOTYPE", "phenotype", (NodeKind.PHENOTYPE,)),
    ("allergies", "ALLERGIC_TO", "substance", _ALLERGENS),
    ("results", "HAS_RESULT", "test", (NodeKind.LAB_TEST,)),
)
"""The lists of a case, each with the kind of edge, the field that names the node, and what it may be."""


def read_case(knowledge: Knowledge, case: Any, day: date) -> Person:  # whatever JSON holds
    """The person in a case, on a day.

    Raises:
        NotProvedError: when it is no case.
    """
    if not isinstance(case, Mapping):
        raise NotProvedError("the case is no object")
    facts: list[OnFile] = []
    unplaced: dict[str, str] = {}
    for name, kind, field, kinds in _LISTS:
        for i, item in enumerate(_objects(case, name, field)):
            said = {key: value for key, value in item.items() if value is not None}
            text, pointer = said.pop(field, ""), f"/{name}/{i}"
            alone = len(item) == 1 and name not in ("allergies", "results")
            node = _meant(knowledge, str(text).strip(), kinds)
            if node is None:
                unplaced[pointer if alone else f"{pointer}/{field}"] = kind
            else:
                values = {key: _value(name, key, value) for key, value in said.items()}
                facts.append(OnFile(kind, str(node.id), _lasts(values, day), pointer, values))
    for i, call in enumerate(_objects(case, "genotypes")):
        gene, diplotype = str(call.get("gene", "")).strip(), str(call.get("diplotype", "")).strip()
        for node_id in phenotypes(knowledge, gene, diplotype):
            facts.append(OnFile("HAS_PHENOTYPE", node_id, True, f"/genotypes/{i}", {"diplotype": diplotype}))
    age = case.get("age")
    return Person(
        None if age is None else int(age),
        case.get("sex"),
        case.get("pregnant"),
        case.get("breast_feeding"),
        tuple(dict.fromkeys(case.get("avoid_routes") or ())),
        tuple(facts),
        unplaced,
    )


def _objects(case: Mapping[str, Any], name: str, field: str = "") -> Iterator[Mapping[str, Any]]:
    """The objects of a list; a name alone is an object with that field."""
    found = case.get(name) or ()
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise NotProvedError(f"the case's {name} are no list")
    for item in found:
        if not isinstance(item, Mapping) and not (field and isinstance(item, str)):
            raise NotProvedError(f"the case's {name} hold something that is no object")
        yield item if isinstance(item, Mapping) else {field: item}


def _meant(knowledge: Knowledge, text: str, kinds: Sequence[NodeKind]) -> Node | None:
    for kind in kinds:
        found = knowledge.meant(text, kind)
        if len(found) > 1 and kinds == _ALLERGENS:
            # Classes stand in ATC and among the allergy classes, and of an allergy these are meant.
            groups = [node for node in found if node.properties.get("scheme") == "allergy"]
            found = groups if len(groups) == 1 else found
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _value(name: str, key: str, value: Any) -> Any:  # whatever JSON holds
    if isinstance(value, str):
        return date.fromisoformat(value.strip()).isoformat() if (name, key) == ("results", "date") else value.strip()
    return float(value) if (name, key) == ("results", "value") else value


def _lasts(said: Mapping[str, Any], day: date) -> bool:
    if "refuted" in (said.get("status"), said.get("certainty")):
        return False
    return str(said["stop"]) > day.isoformat() if said.get("stop") else said.get("status") != "resolved"
