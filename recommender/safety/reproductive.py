"""Limits by pregnancy and breast feeding.

They are asked about from 12 to 55 years of age, not of men; a diagnosis that says so counts as much as the answer.
"""

from graph.elements import EdgeKind
from recommender.evidence import ancestors
from recommender.record import PatientRecord
from recommender.safety.finding import Screening, fact_payload, missing_payload
from recommender.safety.verdict import Verdict

CHILD_BEARING = range(12, 56)
ONGOING_PREGNANCY = frozenset(f"ICD10CM:{block}" for block in ("O09-O09", "O10-O16", "O20-O29", "O30-O48", "O60-O77"))
"""Blocks of diagnoses that nobody has who is not pregnant; not abortion (O00-O08), not delivery and what follows (O80 on)."""


def judge_pregnancy(screening: Screening, node: int) -> Verdict | None:
    """Whether a limit by pregnancy is broken, or why that cannot be told; nothing when it is kept.

    Args:
        screening: whose pregnancy.
        node: number of the limit's condition.
    """
    record = screening.record
    if record.pregnant:
        return Verdict(True, "pregnancy", {"kind": "PREGNANCY", "value": True})
    if told := _diagnosed(screening, node, "pregnancy"):
        return told
    if record.pregnant is None and _child_bearing(record):
        about = "pregnancy is not on file; exclude pregnancy first"
        return Verdict(False, about, missing_payload("pregnancy"), about, "she is not pregnant")
    return None


def judge_breast_feeding(screening: Screening, node: int) -> Verdict | None:
    """Whether a limit by breast feeding is broken, or why that cannot be told; nothing when it is kept.

    Args:
        screening: who may be breast feeding.
        node: number of the limit's condition.
    """
    record, word = screening.record, "breast feeding"
    if record.breast_feeding:
        return Verdict(True, word, {"kind": "BREAST_FEEDING", "value": True})
    if told := _diagnosed(screening, node, word):
        return told
    if record.breast_feeding is None and _child_bearing(record):
        about = f"{word} is not on file; ask about {word} first"
        return Verdict(False, about, missing_payload(word), about, "she is not breast feeding", grave=False)
    return None


def _child_bearing(record: PatientRecord) -> bool:
    return record.sex != "male" and (record.age is None or record.age in CHILD_BEARING)


def _diagnosed(screening: Screening, node: int, word: str) -> Verdict | None:
    """The verdict of a diagnosis on file that is the limit's condition or a kind of it, or that comes with it alone."""
    snapshot = screening.snapshot
    for fact in screening.record.of(EdgeKind.HAS_DIAGNOSIS):
        for nodes, edges in ancestors(snapshot, fact.node):
            if nodes[-1] == node:
                return Verdict(True, word, fact_payload(snapshot, fact), nodes=nodes[:-1], edges=edges)
            if word == "pregnancy" and snapshot.id(nodes[-1]) in ONGOING_PREGNANCY:
                return Verdict(True, word, fact_payload(snapshot, fact))
    return None
