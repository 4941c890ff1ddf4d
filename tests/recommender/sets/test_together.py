"""A set for several conditions: jointly safe, the best that trying all finds, and honest about what it leaves out."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.elements import NodeKind
from graph.store import GraphStore
from loaders.references.interactions import onc_pairs
from recommender.consultation import Consultation
from recommender.errors import CaseError
from recommender.request import Reader, Request
from recommender.safety.components import Components
from recommender.safety.finding import Severity
from recommender.safety.screen import screen
from recommender.safety.site import Raise, Site
from recommender.service import Recommender
from recommender.sets import together as answering
from recommender.sets.joint_safety import PENALTY, UNIT
from recommender.sets.pairs import RULES, assumed_in, bars, pair_findings, with_assumed
from recommender.sets.together import together
from recommender.verify import run_verify
from tests.data.test_published import shared
from tests.recommender.conftest import REFERENCE, TODAY, Build, Graph
from tests.recommender.sets.test_pairs import EDGES, MAN, QT, GraphOf, recommender

__all__ = ["shared"]


def set_for(graph: Graph, site: Site | None = None, **case: Any) -> dict[str, Any]:
    options = {"site": site} if site else {}
    asked = Request(TODAY, case=MAN | case, together=True)
    found = recommender(graph, **options).recommend(asked).body["together"]
    assert isinstance(found, dict)
    return found


def cover(chosen: dict[str, Any]) -> dict[str, str]:
    """The medicine of each condition, by names."""
    return {c["condition"]["name"]: item["medicine"]["name"] for item in chosen["medicines"] for c in item["covers"]}


def uncovered(chosen: dict[str, Any]) -> dict[str, str]:
    return {item["condition"]["name"]: item["sentence"] for item in chosen["uncovered"]}


def test_a_set_covers_every_condition_by_medicines_that_go_together(graph_of: GraphOf) -> None:
    found = set_for(graph_of(EDGES))

    # Ibuprofen is the first line for pain and bad with either medicine for a clot: with heparin it is a caution.
    assert cover(found["chosen"]) == {
        "clot": "warfarin",
        "pain": "naproxen",
        "pressure": "enalapril",
        "infection": "clarithromycin",
    }
    assert (found["chosen"]["exact"], found["chosen"]["covered"], found["chosen"]["uncovered"]) == (True, 4, [])
    assert found["chosen"]["value"] == pytest.approx(5 + 2.5 + 5 + 2.5)
    assert found["chosen"]["cautions"] == []


def test_the_objective_is_stated_with_its_penalty(graph_of: GraphOf) -> None:
    found = set_for(graph_of(EDGES))

    assert found["penalty"] == 5 / PENALTY
    assert "first the most conditions on file covered" in found["objective"]
    assert "less 1 for each caution" in found["objective"]


def test_a_caution_is_taken_where_it_is_worth_it_and_said(graph_of: GraphOf) -> None:
    found = set_for(graph_of([e for e in EDGES if e[:1] != ("M:naproxen",) and e[:2] != ("M:warfarin", "TREATS")]))

    # Verapamil alone would do for pain and pressure, at a lower value.
    assert cover(found["chosen"])["pain"] == "ibuprofen"
    [caution] = found["chosen"]["cautions"]
    assert [node["name"] for node in caution["medicines"]] == ["heparin", "ibuprofen"]
    assert (caution["rule"], caution["severity"]) == ("interaction", "caution")
    assert found["chosen"]["value"] == pytest.approx(2.5 + 5 + 5 + 2.5 - 1)


def test_the_exact_set_may_be_worth_more_than_the_greedy_one(graph_of: GraphOf) -> None:
    found = set_for(graph_of(EDGES))

    # The greedy choice begins with the one medicine that covers two conditions.
    assert cover(found["greedy"])["pain"] == "verapamil"
    assert found["greedy"]["exact"] is False
    assert found["gap"]["conditions"] == 0
    assert found["gap"]["value"] == pytest.approx(found["chosen"]["value"] - found["greedy"]["value"])
    assert found["gap"]["value"] > 0


def test_current_therapy_is_minded_and_named(graph_of: GraphOf) -> None:
    more = [("M:sotalol", "ADDS_TO", QT, {"points": 3})]

    found = set_for(graph_of([*EDGES, *more]), medicines=["sotalol", "ibuprofen"])

    in_use = {item["condition"]["name"]: [node["name"] for node in item["in_use"]] for item in found["conditions"]}
    assert in_use == {"clot": [], "pain": ["ibuprofen"], "pressure": [], "infection": []}
    # Sotalol (3) with clarithromycin (2) needs a sign-off, and warfarin must not be added to ibuprofen.
    assert uncovered(found["chosen"])["infection"] == "None of the medicines for it may be chosen: 1 in need of a sign-off."
    assert cover(found["chosen"])["clot"] == "heparin"


def test_why_a_condition_is_left_out(graph_of: GraphOf) -> None:
    edges = [
        *REFERENCE,
        ("M:one", "TREATS", "C:a", {"line": "first"}),
        ("M:two", "TREATS", "C:b"),
        ("M:other", "TREATS", "C:b", {"line": "later"}),
        ("M:bad", "TREATS", "C:c"),
        ("M:one", "INTERACTS_WITH", "M:two", {"severity": "severe", "mechanism": "harm"}),
        ("M:one", "INTERACTS_WITH", "M:other", {"severity": "severe"}),
        ("M:bad", "CONTRAINDICATED_IN", "C:a", {"strength": "absolute"}),
        ("C:d", "IS_A", "C:far"),
    ]

    found = set_for(graph_of(edges), conditions=["a", "b", "c", "d"])

    assert cover(found["chosen"]) == {"a": "one"}
    assert uncovered(found["chosen"]) == {
        "b": "two cannot be added to the set: two with one: severe interaction (harm). Nor can any of the 1 others for it.",
        "c": "None of the medicines for it may be chosen: 1 ruled out.",
        "d": "No medicine is known for this.",
    }
    assert found["chosen"]["uncovered"][0]["findings"][0]["severity"] == "exclude"


def test_a_sum_of_three_is_minded(graph_of: GraphOf) -> None:
    points = [("M:a", 2), ("M:b", 2), ("M:c", 2), ("M:d", 1)]
    edges = [
        *REFERENCE,
        *((m, "ADDS_TO", QT, {"points": n}) for m, n in points),
        ("M:a", "TREATS", "C:a"),
        ("M:b", "TREATS", "C:b"),
        ("M:c", "TREATS", "C:c"),
    ]
    case = {"conditions": ["a", "b", "c"]}

    found = set_for(graph_of(edges), **case)
    spared = set_for(graph_of([*edges, ("M:e", "TREATS", "C:c", {"line": "later"})]), **case)

    assert found["chosen"]["covered"] == 2
    [caution] = found["chosen"]["cautions"]
    assert (caution["rule"], len(caution["medicines"])) == ("additive", 2)
    assert "adds up to 6 points" in found["chosen"]["uncovered"][0]["sentence"]
    assert cover(spared["chosen"]) == {"a": "a", "b": "b", "c": "e"}


def test_what_a_third_medicine_makes_severe_is_found_out(graph_of: GraphOf) -> None:
    edges = [
        *REFERENCE,
        *((f"M:{name}", "TREATS", f"C:{name}") for name in "abc"),
        ("M:a", "INTERACTS_WITH", "M:b", {"severity": "mild", "modifiers": ("with M:c: severe",)}),
    ]

    found = set_for(graph_of(edges), conditions=["a", "b", "c"])

    assert cover(found["chosen"]) == {"a": "a", "b": "b"}
    assert "c is being taken" in uncovered(found["chosen"])["c"]


def test_a_site_that_raises_sums_is_obeyed(graph_of: GraphOf) -> None:
    edges = [
        *REFERENCE,
        *((f"M:{n}", "TREATS", f"C:{n}") for n in "ab"),
        *((f"M:{n}", "ADDS_TO", QT, {"points": 2}) for n in "ab"),
    ]
    site = Site(raises=(Raise("additive", Severity.CAUTION, Severity.EXCLUDE),))

    assert set_for(graph_of(edges), conditions=["a", "b"])["chosen"]["covered"] == 2
    assert set_for(graph_of(edges), site, conditions=["a", "b"])["chosen"]["covered"] == 1


def test_no_second_medicine_for_what_one_treats_already(graph_of: GraphOf) -> None:
    edges = [
        *REFERENCE,
        ("M:broad", "TREATS", "C:a", {"line": "later"}),
        ("M:broad", "TREATS", "C:b"),
        ("M:narrow", "TREATS", "C:a", {"line": "first"}),
    ]

    # Narrow would be worth more for a, but who takes broad for b is treated for a.
    assert cover(set_for(graph_of(edges), conditions=["a", "b"])["chosen"]) == {"a": "broad", "b": "broad"}


def test_of_two_facts_above_one_another_the_more_specific_is_the_condition(graph_of: GraphOf) -> None:
    edges = [*EDGES, ("C:high", "IS_A", "C:pressure"), ("M:verapamil", "TREATS", "C:high", {"line": "first"})]

    found = set_for(graph_of(edges), conditions=["pressure", "high"])

    assert [item["condition"]["name"] for item in found["conditions"]] == ["high"]
    assert cover(found["chosen"]) == {"high": "verapamil"}
    # Its own 5, and 2.5 for what that is a kind of, which is on file itself.
    assert found["chosen"]["medicines"][0]["covers"][0]["support"] == pytest.approx(7.5)


def test_what_is_resolved_needs_no_medicine(graph_of: GraphOf) -> None:
    past = {"condition": "pain", "status": "resolved", "stop": "2024-05-01"}

    found = set_for(graph_of(EDGES), conditions=["clot", past])

    assert [item["condition"]["name"] for item in found["conditions"]] == ["clot"]


def test_each_medicine_comes_with_its_own_cautions(graph_of: GraphOf) -> None:
    found = set_for(graph_of(EDGES), medicines=["potassium"])

    [enalapril] = [item for item in found["chosen"]["medicines"] if item["medicine"]["name"] == "enalapril"]
    assert [caution["rule"] for caution in enalapril["cautions"]] == ["interaction"]


def test_nothing_on_file_makes_an_empty_set(graph_of: GraphOf) -> None:
    found = set_for(graph_of(EDGES), conditions=[])

    assert (found["conditions"], found["chosen"]["medicines"], found["chosen"]["exact"]) == ([], [], True)


def test_nobody_gets_a_set_without_asking(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)

    plain, asked = (recommender(graph).recommend(Request(TODAY, case=MAN, together=wanted)) for wanted in (False, True))

    assert plain.body["together"] is None
    assert plain.id != asked.id
    assert plain.body["recommendations"] == asked.body["recommendations"]


def test_a_set_is_for_a_patient_or_a_case(graph_of: GraphOf) -> None:
    with pytest.raises(CaseError, match="/together"):
        Request(TODAY, nodes=("C:pain",), together=True)

    graph = graph_of(EDGES)
    of = recommender(graph).consult(Request(TODAY, nodes=("C:pain",)))
    assert together(of, Components(graph.snapshot)) is None


def test_the_same_set_to_the_same_bytes(graph_of: GraphOf, tmp_path: Path) -> None:
    graph = graph_of(EDGES)
    asked = Request(TODAY, case=MAN, together=True)

    first, again = (Recommender(graph.store, graph.snapshot, home, compiled=False) for home in (graph.folder, tmp_path))

    assert first.recommend(asked).json() == again.recommend(asked).json()


def test_a_patient_reads_plain_words(graph_of: GraphOf) -> None:
    edges = [e for e in EDGES if e[:1] != ("M:naproxen",) and e[:2] != ("M:warfarin", "TREATS")]

    body = recommender(graph_of(edges)).recommend(Request(TODAY, case=MAN, together=True, reader=Reader.PATIENT)).body

    [caution] = body["together"]["chosen"]["cautions"]
    assert caution["sentence"] == "Take care if you take both heparin and ibuprofen. Ask your doctor."
    [verapamil] = [item for item in body["recommendations"] if item["medicine"]["name"] == "verapamil"]
    assert "Take one of the two: verapamil or ibuprofen." in {mark["sentence"] for mark in verapamil["alternatives"]}


def test_its_proofs_are_valid_and_say_what_is_assumed(graph_of: GraphOf) -> None:
    graph = graph_of([*EDGES, *((f"M:{name}", "IN_CLASS", "ATC:B01AA") for name in ("warfarin", "heparin"))])
    answer = recommender(graph).recommend(Request(TODAY, case=MAN, together=True))

    report = run_verify(orjson.loads(answer.json()), graph.store, MAN)

    assert report["valid"], [v for v in report["verdicts"] if not v["valid"]]
    reasons = {check["reason"] for verdict in report["verdicts"] for check in verdict["checks"]}
    assert "it is not on file: the proof says what would follow if it were" in reasons
    assert {"interaction", "additive", "duplicate"} <= {verdict["rule"] for verdict in report["verdicts"]}


# Against trying everything


def is_safe(of: Consultation, medicines: tuple[int, ...]) -> bool:
    """Whether the rules bar none of some medicines, all others in use, nor any two of them; said again without the pairs."""
    assert of.record
    components = Components(of.snapshot)
    for size in (2, len(medicines)):
        for group in combinations(medicines, size) if size > 1 else ():
            for medicine in group:
                record = with_assumed(of.record, [m for m in group if m != medicine])
                findings = screen(of.snapshot, components, record, [medicine], TODAY, RULES).findings.get(medicine, ())
                if any(bars(f) and assumed_in(f) for f in findings):
                    return False
    return True


def best_cover(of: Consultation, treats: dict[int, dict[int, float]]) -> int:
    """The most conditions that a safe set of which none is superfluous can cover."""
    free = [m for m in of.free if m in treats]
    best = 0
    for size in range(1, len(free) + 1):
        for medicines in combinations(free, size):
            apart = all(
                not (treats[a].keys() <= treats[b].keys() or treats[b].keys() <= treats[a].keys())
                for a, b in combinations(medicines, 2)
            )
            if apart and is_safe(of, medicines):
                best = max(best, len({condition for m in medicines for condition in treats[m]}))
    return best


PILLS, ILLS = [f"M:m{i}" for i in range(5)], [f"C:c{i}" for i in range(3)]


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    treats = draw(st.lists(st.tuples(st.sampled_from(PILLS), st.sampled_from(ILLS)), min_size=3, max_size=8, unique=True))
    pairs = draw(st.lists(st.sampled_from(list(combinations(PILLS, 2))), max_size=4, unique=True))
    adding = draw(st.dictionaries(st.sampled_from([*PILLS, "M:now"]), st.integers(1, 3), max_size=4))
    return [
        *REFERENCE,
        ("M:now", "TREATS", "C:else"),
        *((m, "TREATS", c, {"line": draw(st.sampled_from(["first", "later", "unstated"]))}) for m, c in treats),
        *((a, "INTERACTS_WITH", b, {"severity": draw(st.sampled_from(["severe", "moderate", "mild"]))}) for a, b in pairs),
        *((m, "ADDS_TO", QT, {"points": points}) for m, points in adding.items()),
        *((ill, "IS_A", "C:any") for ill in ILLS),
    ]


@given(graphs())
@settings(max_examples=25)
def test_every_set_is_safe_with_all_others_in_use_and_covers_most(build: Build, edges: list[tuple[Any, ...]]) -> None:
    with build(edges) as graph:
        conditions = [ill.removeprefix("C:") for ill in ILLS]
        asked = Request(TODAY, case=MAN | {"conditions": conditions, "medicines": ["now"]}, together=True)
        of = recommender(graph).consult(asked)
        found = together(of, Components(graph.snapshot))
        treats = answering.purposes(of, of.free, active=True)

        assert found
        assert found["chosen"]["exact"]
        for name in ("chosen", "greedy"):
            medicines = tuple(graph.number(item["medicine"]["id"]) for item in found[name]["medicines"])
            assert set(medicines) <= set(of.free)
            assert is_safe(of, medicines)
        assert found["chosen"]["covered"] == best_cover(of, treats)
        assert (found["gap"]["conditions"], found["gap"]["value"]) >= (0, 0)
        total = sum(c["support"] for item in found["chosen"]["medicines"] for c in item["covers"])
        cautions = len(found["chosen"]["cautions"])
        assert found["chosen"]["value"] == pytest.approx(total - cautions * found["penalty"], abs=1 / UNIT)


# Over the shipped formulary


@pytest.fixture(scope="module")
def clinic(formulary: Path) -> Iterator[GraphStore]:
    """The shipped formulary with its patients."""
    with closing(open_store(f"sqlite://{formulary / 'graph.sqlite'}")) as store:
        yield store


@pytest.fixture(scope="module")
def shipped(clinic: GraphStore, formulary: Path) -> Recommender:
    return Recommender(clinic, current_snapshot(clinic, formulary / "snapshots"), formulary, compiled=False)


def test_no_pair_of_the_high_priority_list_is_usable_together(shipped: Recommender, shared: Path) -> None:
    snapshot = shipped.snapshot
    numbers = {str(snapshot.id(n)): n for n in snapshot.numbers(NodeKind.MEDICINE)}
    listed = [(numbers[a], numbers[b]) for a, b in onc_pairs(shared) if a in numbers and b in numbers]
    record = shipped.record(Request(TODAY, case=MAN | {"conditions": []}))

    medicines = sorted({medicine for pair in listed for medicine in pair})
    pairs = pair_findings(snapshot, Components(snapshot), record, medicines, TODAY)

    assert len(listed) > 100
    for pair in listed:
        for key in (pair, pair[::-1]):
            assert any(map(bars, pairs.get(key, ()))), [snapshot.name(m) for m in key]


def test_no_pair_of_the_high_priority_list_in_any_answer(clinic: GraphStore, shipped: Recommender, shared: Path) -> None:
    listed = {frozenset(pair) for pair in onc_pairs(shared)}
    patients = [node.id for node in clinic.nodes(NodeKind.PATIENT, limit=40)]
    day, sizes = date(2026, 6, 30), set()

    for patient in patients:
        body = shipped.recommend(Request(day, patient=patient, together=True)).body
        for item in (*body["recommendations"], *body["needs_sign_off"]):
            usable = {frozenset({item["medicine"]["id"], mark["medicine"]["id"]}) for mark in item["usable_with"]}
            assert not usable & listed
        chosen = [item["medicine"]["id"] for item in body["together"]["chosen"]["medicines"]]
        assert not {frozenset(pair) for pair in combinations(chosen, 2)} & listed
        sizes.add(len(chosen))

    assert max(sizes) > 1
