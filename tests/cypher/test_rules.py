"""What an analyst's statements show is what the recommender does: its metapaths are walked, its rules are followed."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deploy.neo4j.server import Server
from graph.compiler import compile_snapshot
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.queries import query
from graph.store import GraphStore
from recommender.metapaths import Metapath, read_metapaths
from recommender.record import read_record
from recommender.safety.components import Components
from recommender.safety.duplicate import ONE_AT_A_TIME
from recommender.safety.finding import Finding
from recommender.safety.screen import screen
from tests.cypher.asking import Asker, asking, columns
from tests.cypher.small import CHILD, EDGES, KINDS, LIKE_HER, MEDICINES, NODES, PATIENT, edge, fact, load, node

PREFIXES = {kind: prefix for prefix, kind in KINDS.items() if prefix not in ("ATC", "ICD10CM")}
SEVERITIES = ("exclude", "sign-off", "caution", "note", "check")
METAPATHS = read_metapaths()


def chain(metapath: Metapath, name: str, *, turned: bool) -> tuple[list[Node], list[Edge]]:
    """A graph with one path of this metapath; turned, its symmetric edges stand the other way round."""
    kinds = [metapath.start, *(step.target for step in metapath.steps)]
    ids = [f"{PREFIXES[kind]}:{name}-{i}" for i, kind in enumerate(kinds)]
    edges = []
    for step, start, end in zip(metapath.steps, ids, ids[1:], strict=False):
        symmetric = step.kind in (EdgeKind.RESEMBLES, EdgeKind.INTERACTS)
        forward = step.forward and not (symmetric and turned)
        edges.append(edge(start, step.kind, end) if forward else edge(end, step.kind, start))
    return [node(item, item) for item in ids], edges


@pytest.fixture(scope="module")
def ask_chains(neo4j_server: Server) -> Iterator[Asker]:
    with asking(neo4j_server) as (asker, store):
        chains = [chain(m, f"{m.code}-{turned}", turned=turned) for m in METAPATHS for turned in (True, False)]
        load(store, "chains", [n for nodes, _ in chains for n in nodes], [e for _, edges in chains for e in edges])
        yield asker


@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("metapath", METAPATHS, ids=lambda metapath: str(metapath.code))
def test_why_suggested_walks_every_metapath(ask_chains: Asker, metapath: Metapath, turned: bool) -> None:
    nodes, _ = chain(metapath, f"{metapath.code}-{turned}", turned=turned)
    rows = ask_chains("why_suggested", start=nodes[0].id, medicine=nodes[-1].id)
    assert [(row["code"], [n["id"] for n in row["path"].nodes]) for row in rows] == [(metapath.code, [n.id for n in nodes])]


def test_why_suggested_knows_no_metapath_that_the_recommender_does_not() -> None:
    codes = set(re.findall(r"RETURN '(\w+)' AS code", query("analyst/why_suggested").text))
    assert codes == {m.code for m in METAPATHS} | {"CtM", "ClM"}


def test_why_ruled_out_excludes_a_second_medicine_of_the_same_classes_as_the_rule() -> None:
    codes = set(re.findall(r"'([A-Z]\d{2}[A-Z]{2})'", query("analyst/why_ruled_out").text))
    assert {f"ATC:{code}" for code in codes} == ONE_AT_A_TIME


REACTIONS = (
    {"type": "intolerance"},
    {"type": "intolerance", "severity": "severe", "certainty": "suspected"},
    {"certainty": "suspected"},
    {"certainty": "suspected", "severity": "severe"},
    {"certainty": "refuted"},
    {"severity": "mild", "certainty": "confirmed"},
)
"""What LIKE_HER[1] and those after her have of amoxicillin: every way in which a reaction can be less than a severe allergy."""


class TestWhyRuledOut:
    """It finds what the rules find, and how severe it is, but for what is measured."""

    @pytest.fixture
    def ask(self, neo4j_server: Server, store: GraphStore) -> Iterator[Asker]:
        load_with_reactions(store)
        with asking(neo4j_server) as (asker, server_store):
            load_with_reactions(server_store)
            yield asker

    def test_agrees_with_the_rules(self, ask: Asker, store: GraphStore, tmp_path: Path) -> None:
        snapshot = compile_snapshot(store, tmp_path)
        numbers = {m.id: snapshot.number(m.id) for m in MEDICINES}
        compared = []
        for patient in map(NodeId, (PATIENT, CHILD, *LIKE_HER[: len(REACTIONS) + 1], LIKE_HER[11])):
            record = read_record(store, snapshot, patient, date.today())
            screened = screen(snapshot, Components(snapshot), record, list(snapshot.numbers(NodeKind.MEDICINE)), date.today())
            for medicine in MEDICINES:
                expected = worst(found(f) for f in screened.findings.get(numbers[medicine.id], ()))
                rows = ask("why_ruled_out", patient=patient, medicine=medicine.id)
                said = [row for row in columns(rows, "rule", "severity") if row[0] != "limit" or row[1] == "exclude"]
                assert worst(said) == expected, (patient, medicine.id)
                compared += expected
        assert set(compared) == {
            "allergy",
            "contraindication",
            "interaction",
            "duplicate",
            "pharmacogenomics",
            "limit",
            "unverified",
        }


def load_with_reactions(store: GraphStore) -> None:
    allergies = [
        fact(patient, EdgeKind.ALLERGIC_TO, "I:amoxicillin", f"reaction-{i}", **reaction)
        for i, (patient, reaction) in enumerate(zip(LIKE_HER[1:], REACTIONS, strict=False))
    ]
    load(store, "reactions", NODES, (*EDGES, *allergies))


NOT_ASKED = ("additive", "history", "supply")
"""Rules that sum up or compare what is on file, which one statement does not tell."""


def found(finding: Finding) -> tuple[str, str]:
    """Rule and severity; a limit only where it excludes, as what has to be checked is told apart otherwise."""
    rule = finding.proof.rule.partition(":")[0]
    if rule in NOT_ASKED:
        return ("", "")
    return (rule, str(finding.severity)) if rule != "limit" or str(finding.severity) == "exclude" else ("", "")


def worst(pairs: Iterator[tuple[str, str]] | list[tuple[str, ...]]) -> dict[str, str]:
    """The most severe of each rule."""
    best: dict[str, str] = {}
    for rule, severity in pairs:
        if rule and (rule not in best or SEVERITIES.index(severity) < SEVERITIES.index(best[rule])):
            best[rule] = severity
    return best
