"""The table of what is kept in a patient's record: a row a kind of entry, from which routes, schemas and rules are made.

What an entry may say stands in the graph's schema and nowhere else; a row only names the edge kind, and who may write.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.elements import EdgeKind, NodeKind
from graph.property_rules import Properties
from graph.schema import EDGE_RULES


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of entries.

    Attributes:
        name: of the sub-resource, as addresses have it.
        entry: what one entry is called.
        edge: the edge kind that an entry is.
        node: the field that names what an entry is about.
        dated: the field that says from when an entry holds.
        ends: kinds of nodes that it may be about, in the order in which a name is looked up.
        patients_write: whether patients may write such entries in their own record.
    """

    name: str
    entry: str
    edge: EdgeKind
    node: str
    dated: str
    ends: tuple[NodeKind, ...]
    patients_write: bool = False

    def __post_init__(self) -> None:
        if {end for _, end in EDGE_RULES[self.edge].joins} != set(self.ends) or self.dated not in self.fields:
            raise ValueError(f"{self.name} does not fit the schema of {self.edge}")

    @property
    def fields(self) -> Properties:
        """What an entry may say beside what it is about."""
        return EDGE_RULES[self.edge].properties


_ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE, NodeKind.MEDICINE)
_ROWS = (
    RecordKind("diagnoses", "diagnosis", EdgeKind.HAS_DIAGNOSIS, "condition", "start", (NodeKind.CONDITION,)),
    RecordKind("symptoms", "symptom", EdgeKind.HAS_SYMPTOM, "symptom", "start", (NodeKind.SYMPTOM,), patients_write=True),
    RecordKind("results", "result", EdgeKind.HAS_RESULT, "test", "date", (NodeKind.LAB_TEST,)),
    RecordKind("allergies", "allergy", EdgeKind.ALLERGIC_TO, "substance", "since", _ALLERGENS),
    RecordKind("phenotypes", "phenotype", EdgeKind.HAS_PHENOTYPE, "phenotype", "date", (NodeKind.PHENOTYPE,)),
    RecordKind("therapy", "therapy", EdgeKind.TAKES, "medicine", "start", (NodeKind.MEDICINE,)),
)
RECORD_KINDS: Mapping[str, RecordKind] = {row.name: row for row in _ROWS}
"""The kinds by the names of their sub-resources."""
KIND_OF_EDGE: Mapping[EdgeKind, RecordKind] = {row.edge: row for row in _ROWS}
