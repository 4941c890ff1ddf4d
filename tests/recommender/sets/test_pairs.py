"""Suggestions held against one another: alternatives, and what may be used together, the same whichever is named first."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from recommender.request import Request
from recommender.safety.components import Components
from recommender.safety.finding import Finding, Rule, Severity
from recommender.safety.screen import screen
from recommender.safety.site import Raise, Site
from recommender.service import Recommender
from recommender.sets.pairs import MARKED, RULES, assumed_in, bars, between, marks, pair_findings, with_assumed
from tests.recommender.conftest import REFERENCE, TODAY, Graph

QT, BLEEDING = "UMLS:C0151878", "UMLS:C0019080"
# Two lines each for a clot, pain and pressure, one for an infection; both for pain are bad with one for a clot.
EDGES: list[tuple[Any, ...]] = [
    *REFERENCE,
    ("M:warfarin", "TREATS", "C:clot", {"line": "first"}),
    ("M:heparin", "TREATS", "C:clot"),
    ("M:ibuprofen", "TREATS", "C:pain", {"line": "first"}),
    ("M:naproxen", "TREATS", "C:pain"),
    ("M:methadone", "TREATS", "C:pain", {"line": "later"}),
    ("M:enalapril", "TREATS", "C:pressure", {"line": "first"}),
    ("M:verapamil", "TREATS", "C:pressure"),
    ("M:verapamil", "TREATS", "C:pain", {"line": "later"}),
    ("M:clarithromycin", "TREATS", "C:infection"),
    ("M:warfarin", "INTERACTS_WITH", "M:ibuprofen", {"severity": "severe", "mechanism": "bleeding"}),
    ("M:heparin", "INTERACTS_WITH", "M:ibuprofen", {"severity": "moderate", "mechanism": "bleeding"}),
    ("M:heparin", "INTERACTS_WITH", "M:enalapril", {"severity": "mild"}),
    ("M:enalapril", "INTERACTS_WITH", "M:potassium", {"severity": "moderate", "modifiers": ("with M:heparin: severe",)}),
    ("M:naproxen", "IN_CLASS", "ATC:M01AE"),
    ("M:ibuprofen", "IN_CLASS", "ATC:M01AE"),
    ("M:clarithromycin", "ADDS_TO", QT, {"points": 2}),
    ("M:methadone", "ADDS_TO", QT, {"points": 3}),
    ("M:verapamil", "ADDS_TO", QT, {"points": 1}),
]
MAN = {"age": 50, "sex": "male", "conditions": ["clot", "pain", "pressure", "infection"]}
GraphOf = Callable[..., Graph]


def recommender(graph: Graph, **options: Any) -> Recommender:
    return Recommender(graph.store, graph.snapshot, graph.folder, compiled=False, **options)


def marked(graph_of: GraphOf, more: Any = (), **case: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """The marks of the suggestions of a case: by medicine, by list, by the other medicine."""
    body = recommender(graph_of([*EDGES, *more])).recommend(Request(TODAY, case=MAN | case)).body
    return {
        item["medicine"]["name"]: {
            name: {mark["medicine"]["name"]: mark for mark in item[name]} for name in ("alternatives", "usable_with")
        }
        for item in (*body["recommendations"], *body["needs_sign_off"])
    }


def found(graph: Graph, record: Any = None, names: tuple[str, ...] = (), **options: Any) -> dict[tuple[str, str], Any]:
    """Findings between medicines by their names."""
    snapshot = graph.snapshot
    record = record or recommender(graph).record(Request(TODAY, case=MAN))
    medicines = [snapshot.number(f"M:{name}") for name in names]
    pairs = pair_findings(snapshot, Components(snapshot), record, medicines, TODAY, **options)
    return {(snapshot.name(a), snapshot.name(b)): findings for (a, b), findings in pairs.items()}


def test_what_may_not_be_combined_is_an_alternative_with_its_proof(graph_of: GraphOf) -> None:
    mark = marked(graph_of)["ibuprofen"]["alternatives"]["warfarin"]

    assert mark["reason"] == "interaction"
    assert mark["sentence"] == "ibuprofen with warfarin: severe interaction (bleeding)."
    assert mark["conditions"] == []
    [finding] = mark["findings"]
    assert (finding["severity"], finding["rule"]) == ("exclude", "interaction")
    fact = finding["proof"]["fact"]
    assert (fact["kind"], fact["node"]["id"], fact["record"]) == ("TAKES", "M:warfarin", "assumed")
    assert [node["id"] for node in finding["proof"]["nodes"]] == ["M:warfarin", "M:ibuprofen"]


def test_what_treats_the_same_is_an_alternative(graph_of: GraphOf) -> None:
    mark = marked(graph_of)["warfarin"]["alternatives"]["heparin"]

    assert (mark["reason"], mark["findings"]) == ("same condition", [])
    assert mark["sentence"] == "Both are for clot: choose one."
    assert [node["id"] for node in mark["conditions"]] == ["C:clot"]


def test_what_treats_a_part_of_what_another_treats_is_an_alternative(graph_of: GraphOf) -> None:
    # Verapamil is for pressure and pain: who takes it needs no second medicine for either, but enalapril and naproxen differ.
    shown = marked(graph_of)

    assert shown["enalapril"]["alternatives"]["verapamil"]["reason"] == "same condition"
    assert shown["naproxen"]["alternatives"]["verapamil"]["reason"] == "same condition"
    assert "naproxen" in shown["enalapril"]["usable_with"]


def test_what_overlaps_is_usable_where_each_treats_something_of_its_own(graph_of: GraphOf) -> None:
    shown = marked(graph_of, [("M:enalapril", "TREATS", "C:clot", {"line": "later"})])

    assert "verapamil" in shown["enalapril"]["usable_with"]


def test_a_caution_is_named_and_keeps_nothing_apart(graph_of: GraphOf) -> None:
    shown = marked(graph_of)

    [caution] = shown["heparin"]["usable_with"]["ibuprofen"]["cautions"]
    assert caution["severity"] == "caution"
    assert caution["sentence"] == "heparin with ibuprofen: moderate interaction (bleeding)."
    assert shown["warfarin"]["usable_with"]["enalapril"]["cautions"] == []


def test_a_note_is_not_said(graph_of: GraphOf) -> None:
    assert marked(graph_of)["heparin"]["usable_with"]["enalapril"]["cautions"] == []


def test_a_sum_that_needs_a_sign_off_keeps_two_apart(graph_of: GraphOf) -> None:
    shown = marked(graph_of)

    mark = shown["methadone"]["alternatives"]["clarithromycin"]
    assert (mark["reason"], mark["findings"][0]["severity"]) == ("additive", "sign-off")
    [caution] = shown["verapamil"]["usable_with"]["clarithromycin"]["cautions"]
    assert (caution["rule"], caution["severity"]) == ("additive", "caution")


def test_a_second_medicine_of_a_class_is_a_caution_and_is_not_said_to_be_taken(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)

    [finding] = found(graph, names=("ibuprofen", "naproxen"))["ibuprofen", "naproxen"]

    assert finding.severity is Severity.CAUTION
    assert finding.sentence == "naproxen is of the class M01AE like ibuprofen."


def test_current_therapy_counts_in_a_sum(graph_of: GraphOf) -> None:
    more = [("M:sotalol", "ADDS_TO", QT, {"points": 2})]

    mark = marked(graph_of, more, medicines=["sotalol"])["verapamil"]["alternatives"]["clarithromycin"]

    assert mark["findings"][0]["severity"] == "sign-off"
    assert [fact["node"]["id"] for fact in mark["findings"][0]["proof"]["also"]] == ["M:sotalol"]


def test_a_medicine_that_makes_current_therapy_unsafe_for_another_is_not_used_with_it(graph_of: GraphOf) -> None:
    apart, together = (marked(graph_of, medicines=taken)["heparin"] for taken in (["potassium"], []))

    assert apart["alternatives"]["enalapril"]["reason"] == "interaction"
    assert "heparin is being taken" in apart["alternatives"]["enalapril"]["sentence"]
    assert "enalapril" in together["usable_with"]


def test_marks_are_symmetric_and_name_every_other_suggestion_once(graph_of: GraphOf) -> None:
    for case in ({}, {"medicines": ["potassium"]}, {"conditions": ["clot", "pain"]}):
        shown = marked(graph_of, **case)

        for name, lists in shown.items():
            assert sorted([*lists["alternatives"], *lists["usable_with"]]) == sorted(set(shown) - {name})
            for kind, others in lists.items():
                for other, mark in others.items():
                    back = shown[other][kind][name]
                    assert mark.get("reason") == back.get("reason")
                    assert len(mark.get("cautions", ())) == len(back.get("cautions", ()))


def test_medicines_that_need_a_sign_off_are_marked_too(graph_of: GraphOf) -> None:
    past = {"medicine": "heparin", "stop": "2024-01-01", "outcome": "side effect"}

    body = recommender(graph_of(EDGES)).recommend(Request(TODAY, case=MAN | {"medicines": [past]})).body

    [waiting] = body["needs_sign_off"]
    assert waiting["medicine"]["name"] == "heparin"
    assert "ibuprofen" in [mark["medicine"]["name"] for mark in waiting["usable_with"]]
    [warfarin] = [item for item in body["recommendations"] if item["medicine"]["name"] == "warfarin"]
    assert "heparin" in [mark["medicine"]["name"] for mark in warfarin["alternatives"]]


def test_only_the_first_of_each_list_are_held_against_one_another(graph_of: GraphOf) -> None:
    many = [(f"M:pill{i}", "TREATS", "C:pain") for i in range(MARKED + 3)]

    items = recommender(graph_of([*REFERENCE, *many])).recommend(Request(TODAY, case=MAN, top=100)).body["recommendations"]

    assert [item["alternatives"] is None for item in items] == [False] * MARKED + [True] * 3
    assert len(items[0]["alternatives"]) == MARKED - 1


def test_for_no_patient_and_for_research_nothing_is_marked(graph_of: GraphOf) -> None:
    graph = graph_of([*EDGES, ("M:aliskiren", "RESEMBLES", "M:enalapril")])

    bare = recommender(graph).recommend(Request(TODAY, nodes=("C:pain",))).body
    explored = recommender(graph).recommend(Request(TODAY, case=MAN, explore=True)).body

    assert {item["alternatives"] for item in bare["recommendations"]} == {None}
    assert {item["usable_with"] for item in explored["exploratory"]} == {None}


@pytest.mark.parametrize("missing", ["INTERACTS_WITH", "HAS_INGREDIENT", "ADDS_TO"])
def test_without_reference_data_nothing_is_usable_together(graph_of: GraphOf, missing: str) -> None:
    graph = graph_of([edge for edge in EDGES if edge[1] != missing])

    body = recommender(graph).recommend(Request(TODAY, case=MAN)).body

    assert body["recommendations"]
    assert all(item["usable_with"] == [] for item in body["recommendations"])
    sentence = body["recommendations"][0]["alternatives"][0]["sentence"]
    assert sentence.endswith("could not be checked: the graph has no reference data for it.")


def test_a_rule_that_fails_keeps_apart_what_it_looks_at(graph_of: GraphOf, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Rule, __: Any) -> list[Finding]:
        raise ValueError

    monkeypatch.setattr(type(RULES[0]), "findings", fail)

    # Enalapril's interaction with potassium is one that another medicine might change.
    shown = found(graph_of(EDGES), names=("warfarin", "ibuprofen", "naproxen"))

    assert bars(shown["warfarin", "ibuprofen"][0])
    assert "failed" in shown["warfarin", "ibuprofen"][0].sentence


def test_a_site_may_keep_more_apart(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)
    site = Site(raises=(Raise("interaction", Severity.CAUTION, Severity.EXCLUDE),))

    [finding] = found(graph, names=("heparin", "ibuprofen"), site=site)["heparin", "ibuprofen"]
    marks_of = recommender(graph, site=site).recommend(Request(TODAY, case=MAN)).body["recommendations"]

    assert finding.severity is Severity.EXCLUDE
    [heparin] = [item for item in marks_of if item["medicine"]["name"] == "heparin"]
    assert "ibuprofen" in {mark["medicine"]["name"] for mark in heparin["alternatives"]}


def test_few_runs_find_what_running_every_rule_for_every_pair_finds(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)
    of = recommender(graph).consult(Request(TODAY, case=MAN | {"medicines": ["potassium"]}))
    components = Components(graph.snapshot)
    assert of.record

    pairs = pair_findings(graph.snapshot, components, of.record, of.established, TODAY)

    for taken, medicine in permutations(of.established, 2):
        record = with_assumed(of.record, [taken])
        findings = screen(graph.snapshot, components, record, [medicine], TODAY, RULES).findings.get(medicine, ())
        expected = sorted(f.proof.conclusion for f in findings if assumed_in(f))
        assert sorted(f.proof.conclusion for f in pairs.get((taken, medicine), ())) == expected
    assert len(pairs) >= 10


def test_between_two_the_more_severe_way_round_counts(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)
    one, other = found(graph, names=("heparin", "ibuprofen"))["heparin", "ibuprofen"][0], Severity.EXCLUDE
    worse = Finding(one.medicine, other, one.sentence, one.proof)

    for pairs in ({(1, 2): (one,), (2, 1): (worse,)}, {(2, 1): (one,), (1, 2): (worse,)}):
        assert between(pairs, 1, 2) == between(pairs, 2, 1) == (worse,)
    assert between({}, 1, 2) == ()


def test_a_consultation_without_a_patient_has_no_marks(graph_of: GraphOf) -> None:
    graph = graph_of(EDGES)
    of = recommender(graph).consult(Request(TODAY, nodes=("C:pain",)))

    assert marks(of, Components(graph.snapshot), [of.suggested]) == {}
