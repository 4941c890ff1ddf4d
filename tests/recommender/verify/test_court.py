"""Proofs of the engine are valid, and nothing else is: what is changed, stale, forged, lowered or swapped is found."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from recommender.safety.components import Components
from recommender.safety.finding import Grounds, Severity
from recommender.safety.screen import screen
from recommender.safety.site import Raise, Site
from recommender.sets.pairs import with_assumed
from recommender.verify import verify_proof
from recommender.verify.canonical import digest
from recommender.verify.court import RULES, Court
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.verify.limit_scenes import LIMIT_SCENES
from tests.recommender.verify.rule_scenes import RULE_SCENES
from tests.recommender.verify.scenes import EGFR, UNITS, Scene, measured, proof_of, proofs, said

SCENES = [*RULE_SCENES, *LIMIT_SCENES]
each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.rule}: {scene.name}")


def failed(proof: Any, graph: Graph, scene: Scene) -> dict[str, str]:
    """The checks that a proof fails, with their reasons."""
    return failed_in(Court(graph.store, scene.case), proof)


def failed_in(court: Court, proof: Any) -> dict[str, str]:
    return {c.what: c.reason for c in court.verify(proof).checks if not c.ok}


def hashed(proof: dict[str, Any]) -> dict[str, Any]:
    """A proof with the hash of what it says."""
    return proof | {"hash": digest(proof)}


def test_there_is_a_scene_of_every_rule_and_severity() -> None:
    assert {scene.rule for scene in SCENES} >= set(RULES) - {"formulary"}
    assert {scene.severity for scene in SCENES} == {"exclude", "sign-off", "caution", "note"}


@each_scene
def test_a_proof_of_the_engine_is_valid(build: Build, scene: Scene) -> None:
    with build(scene.everything, scene.known) as graph:
        proof = proof_of(scene, graph)

        assert failed(proof, graph, scene) == {}
        assert digest(proof) == proof["hash"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place of a JSON value, lists and objects among them, with other values for it."""
    if isinstance(value, dict):
        yield path, value | {"odd": 1}
        for key, inner in value.items():
            yield path, {k: v for k, v in value.items() if k != key}
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        yield path, [*value, *value[:1]] if value else ["odd"]
        if value:
            yield path, value[:-1]
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    elif isinstance(value, bool):
        yield path, not value
        yield path, int(value)
    elif isinstance(value, (int, float)):
        yield path, value + 1
        yield path, str(value)
    else:
        yield path, f"{value}x"
        yield path, "" if value else "odd"


def changed(proof: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    if not path:
        return dict(value)
    other = deepcopy(proof)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return other


NO_CLAIM = {("snapshot",)}
"""What may be otherwise: on which state of the knowledge a proof was made; what it cites has to stand now."""


@each_scene
def test_no_part_of_a_proof_can_be_changed(build: Build, scene: Scene) -> None:
    with build(scene.everything, scene.known) as graph:
        proof, court = proof_of(scene, graph), Court(graph.store, scene.case)
        for path, value in leaves(proof):
            other = changed(proof, path, value)
            assert failed_in(court, other), (path, value)
            rehashed = hashed(other)
            if rehashed != proof and path not in NO_CLAIM:
                assert failed_in(court, rehashed), (path, value)


@each_scene
def test_a_severity_cannot_be_changed(build: Build, scene: Scene) -> None:
    with build(scene.everything, scene.known) as graph:
        proof = proof_of(scene, graph)
        for severity in {"exclude", "sign-off", "caution", "note"} - {scene.severity}:
            why = failed(hashed(proof | {"severity": severity}), graph, scene)
            assert why == {f"rule {scene.rule}": f"what follows is {scene.severity}, not {severity}"}


@each_scene
def test_a_medicine_cannot_be_swapped(build: Build, scene: Scene) -> None:
    with build([*scene.everything, ("M:other", "HAS_INGREDIENT", "I:other")], scene.known) as graph:
        proof = proof_of(scene, graph)
        swapped = json.loads(json.dumps(proof).replace(scene.medicine, "M:other"))
        swapped["medicine"]["name"] = "other"
        for node in swapped["nodes"]:
            node["name"] = "other" if node["id"] == "M:other" else node["name"]

        unresolved = scene.rule == "unresolved"
        # What could not be checked at all concerns every medicine alike.
        assert bool(failed(hashed(swapped), graph, scene)) is not unresolved


# The store as it is now


def elsewhere(scene: Scene, build: Build, proof: dict[str, Any], edges: list[tuple[Any, ...]], **nodes: Any) -> dict[str, str]:
    """What a proof fails on in a store that holds other edges, or other nodes."""
    known = {i: {**scene.known.get(i, {}), **nodes.get(i, {})} for i in (*nodes, *scene.known)}
    with build([*edges, ("M:a", "HAS_INGREDIENT", "I:none")], known) as graph:
        return failed(proof, graph, scene)


def scene_of(rule: str, name: str) -> Scene:
    return next(scene for scene in SCENES if (scene.rule, scene.name) == (rule, name))


INHERITED = scene_of("contraindication", "inherited")
FORBIDS = "edge a CONTRAINDICATED_IN asthma"


def proof_in(build: Build, scene: Scene) -> dict[str, Any]:
    with build(scene.everything, scene.known) as graph:
        return proof_of(scene, graph)


@each_scene
def test_no_edge_can_be_taken_away(build: Build, scene: Scene) -> None:
    proof = proof_in(build, scene)
    for edge in proof["edges"]:
        key = (edge["start"], edge["kind"], edge["end"])
        left = [row for row in scene.everything if row[:3] != key]
        why = elsewhere(scene, build, proof, left)
        assert [reason for what, reason in why.items() if what.startswith("edge") and edge["kind"] in what]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"source": "other"}, "test does not say so (any more)"),
        ({"level": "unreviewed"}, "its knowledge_level is another now"),
        ({"evidence": "label"}, "its evidence is another now"),
        ({"record": "r2"}, "test does not say so (any more)"),
        ({"strength": "relative"}, "its properties is another now"),
        ({"reason": "spasm"}, "its properties is another now"),
    ],
)
def test_an_edge_that_says_something_else_now_is_stale(build: Build, values: dict[str, Any], reason: str) -> None:
    proof = proof_in(build, INHERITED)
    key = ("M:a", "CONTRAINDICATED_IN", "C:asthma")
    edges = [(*key, {"strength": "absolute"} | values) if row[:3] == key else row for row in INHERITED.everything]

    assert elsewhere(INHERITED, build, proof, edges) == {FORBIDS: reason}


def test_a_node_that_is_called_otherwise_now_is_stale(build: Build) -> None:
    proof = proof_in(build, INHERITED)

    why = elsewhere(INHERITED, build, proof, INHERITED.everything, **{"C:asthma": {"name": "Bronchial asthma"}})

    assert why == {"node C:asthma": "the store has a Condition called Bronchial asthma"}


@each_scene
def test_a_fact_that_is_not_on_file_is_forged(build: Build, scene: Scene) -> None:
    proof = proof_in(build, scene)
    kind = proof["fact"]["kind"]
    if scene.case is None and "record" in proof["fact"]:
        left = [row for row in scene.everything if row[:2] != ("patient:p", kind)]
        assert [r for w, r in elsewhere(scene, build, proof, left).items() if w.startswith(f"fact {kind}")]
    with build(scene.everything, scene.known) as graph:
        verdict = verify_proof(hashed(proof | {"patient": None}), graph.store, {"sex": "other"})
        other = {check.what for check in verdict.checks if not check.ok}
        missing = {"age", "sex", "pregnancy", "breast feeding", "eGFR", "Child-Pugh class", "potassium", "reference data"}
        # That nothing is on file is as true of somebody else.
        assert other or proof["fact"].get("what") in missing


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({}, True),
        ({"stop": "2024-06-01"}, False),
        ({"status": "resolved"}, False),
        ({"status": "refuted"}, False),
        ({"start": "2024-06-02"}, False),
    ],
)
def test_a_fact_holds_on_the_day_or_not(build: Build, values: dict[str, str], holds: bool) -> None:
    proof = proof_in(build, INHERITED)
    *edges, (*key, said) = INHERITED.everything
    forged = deepcopy(proof)
    forged["fact"]["properties"] |= values

    why = elsewhere(INHERITED, build, hashed(forged), [*edges, (*key, said | values)])

    assert (why == {}) is holds


def test_something_measured_since_makes_what_was_missing_untrue(build: Build) -> None:
    scene = scene_of("limit:renal", "no eGFR")
    proof = proof_in(build, scene)

    why = elsewhere(scene, build, proof, [*scene.everything, measured(EGFR, 90.0)], **UNITS)

    assert why == {"rule limit:renal": "a newer result is on file"}


def test_a_newer_result_counts(build: Build) -> None:
    scene = scene_of("limit:renal", "eGFR")
    proof = proof_in(build, scene)

    why = elsewhere(scene, build, proof, [*scene.everything, measured(EGFR, 90.0, "2024-05-20")])

    assert why == {"rule limit:renal": "a newer result is on file"}


def test_a_protector_that_was_stopped_protects_no_more(build: Build) -> None:
    scene = scene_of("interaction", "lowered by a protector")
    proof = proof_in(build, scene)
    edges = [row for row in scene.everything if row[:3] != ("patient:p", "TAKES", "M:ppi")]

    why = elsewhere(scene, build, proof, edges)

    assert why["rule interaction"] == "what follows is caution, not note"


def test_of_a_case_the_case_is_wanted(build: Build) -> None:
    scene = scene_of("contraindication", "of a case")
    with build(scene.everything, scene.known) as graph:
        verdict = verify_proof(proof_of(scene, graph), graph.store)

    assert [(c.what, c.reason) for c in verdict.checks if not c.ok] == [
        ("whose", "the fact is of a case; give the case to have it checked")
    ]


@pytest.mark.parametrize(
    "case", [{"conditions": 5}, {"conditions": [5]}, {"age": "x"}, {"results": [{"test": "x", "value": None}]}, 5, []]
)
def test_a_case_that_is_none_proves_nothing(build: Build, case: Any) -> None:
    scene = scene_of("contraindication", "of a case")
    with build(scene.everything, scene.known) as graph:
        assert not verify_proof(proof_of(scene, graph), graph.store, case).valid


@pytest.mark.parametrize("odd", [None, 5, [], "x", {}, {"rule": 5}, {"medicine": []}, {"rule": {"name": 1}}])
def test_what_is_no_proof_is_not_valid(build: Build, odd: Any) -> None:
    with build([("M:a", "HAS_INGREDIENT", "I:a")]) as graph:
        verdict = verify_proof(odd, graph.store)

    assert [c.what for c in verdict.checks] == ["form"]
    assert not verdict.valid


# What a site made of it, and what could not be checked


def test_a_site_may_raise_a_severity_and_not_lower_it(build: Build) -> None:
    scene = scene_of("limit:age", "too old")
    with build(scene.everything, scene.known) as graph:
        number = graph.number("M:a")
        raised = Site(raises=(Raise("limit:age", Severity.CAUTION, Severity.SIGN_OFF, number),), formulary=frozenset())
        found = {p["rule"]: p for p in proofs(graph, site=raised) if p["medicine"]["id"] == "M:a"}
        own, unlisted = found["limit:age"], found["formulary"]

        assert (own["severity"], failed(own, graph, scene)) == ("sign-off", {})
        assert (unlisted["severity"], failed(unlisted, graph, scene)) == ("sign-off", {})
        for to, also in [
            ("note", {"from": "caution", "to": "note"}),
            ("exclude", {"from": "caution", "to": "sign-off"}),
            ("exclude", {"from": "sign-off", "to": "exclude"}),
            ("caution", {"from": "caution", "to": "caution"}),
        ]:
            forged = own | {"severity": to, "also": [{"kind": "SITE", "rule": "limit:age"} | also]}
            assert failed(hashed(forged), graph, scene)


def test_a_rule_that_failed_says_so_itself(build: Build) -> None:
    scene = scene_of("contraindication", "inherited")
    with build(scene.edges, scene.known) as graph:
        found = [p for p in proofs(graph) if p["fact"]["kind"] == "MISSING" and p["rule"] == "limit"]

        assert found
        for proof in found:
            assert failed(proof, graph, scene) == {}
            assert failed(hashed(proof | {"severity": "note"}), graph, scene)
            assert failed(hashed(proof | {"rule": "nothing"}), graph, scene)


def test_what_is_assumed_is_said_to_be_assumed(build: Build) -> None:
    scene = scene_of("interaction", "severe")
    with build([row for row in scene.everything if "patient:p" not in row], scene.known) as graph:
        record = with_assumed(graph.record(), [graph.number("M:b")])
        screened = screen(graph.snapshot, Components(graph.snapshot), record, [graph.number("M:a")], TODAY)
        [finding] = [f for f in screened.findings[graph.number("M:a")] if f.proof.rule == "interaction"]
        proof = said(finding, Grounds(graph.snapshot, record.patient, TODAY))

        verdict = verify_proof(proof, graph.store)

        assert (verdict.valid, verdict.assumes) == (True, ("b",))
        assert "fact TAKES b" in [c.what for c in verdict.checks if "not on file" in c.reason]
        for values in ({"record": "t1"}, {"active": False}, {"kind": "HAS_SYMPTOM"}, {"properties": {"route": "oral"}}):
            assert failed(hashed(proof | {"fact": proof["fact"] | values}), graph, scene), values
