"""Patients as guidelines and labels describe them, over the shipped formulary: what must be ruled out, and what must not be."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.compiler import current_snapshot
from graph.embedded_store import EmbeddedStore
from recommender.consultation import Consultation
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY
from tests.recommender.vignettes.answered import EXPECTED, Answered, read_answer
from tests.recommender.vignettes.reading import VIGNETTES, Vignette, sources

PLAIN = {"age": 50, "sex": "male", "conditions": ["hypertension"]}
RULES = (
    *("additive", "allergy", "contraindication", "duplicate", "history", "interaction", "pharmacogenomics", "supply"),
    *("limit:age", "limit:sex", "limit:pregnancy", "limit:breast feeding", "limit:renal", "limit:hepatic", "limit:result"),
    "unresolved",
)
"""Rules that a published case can be about; a site's formulary and an unverified medicine are none of a patient's."""
AT_LEAST = 4
"""How many expectations each rule has that it speaks, and how many that it does not."""
OPEN = {
    "cystic fibrosis with two F508del": "what is said of a medicine alone is taken for its combination with others, too",
    "HIV on tenofovir: a second nucleoside belongs to it": "every chemical subgroup counts as one that is not combined",
}
"""Cases that medicine is right about and the rules are not, each with what the rules would have to learn."""


@pytest.fixture(scope="session")
def recommender(formulary: Path) -> Iterator[Recommender]:
    """With weights set by hand: safety does not depend on what was learned."""
    with closing(EmbeddedStore(formulary / "graph.sqlite")) as store:
        yield Recommender(store, current_snapshot(store, formulary / "snapshots"), formulary, compiled=False)


Answers = dict[str, tuple[Consultation, dict[str, Any]]]


@pytest.fixture(scope="session")
def answers() -> Answers:
    """What was worked out and answered for each vignette that was asked for, by its name."""
    return {}


def answer(recommender: Recommender, answers: Answers, vignette: Vignette) -> tuple[Consultation, dict[str, Any]]:
    """What is worked out and answered for a vignette; it is asked for once."""
    if vignette.name not in answers:
        of = recommender.consult(Request(as_of=TODAY, top=100, case=vignette.case))
        answers[vignette.name] = of, recommender.answer(of).body
    return answers[vignette.name]


@pytest.mark.parametrize(
    "vignette",
    [
        pytest.param(v, id=v.name, marks=[pytest.mark.xfail(strict=True, reason=OPEN[v.name])] if v.name in OPEN else [])
        for v in VIGNETTES
    ],
)
def test_vignette(recommender: Recommender, answers: Answers, vignette: Vignette) -> None:
    of, body = answer(recommender, answers, vignette)
    answered = read_answer(of, body)

    assert list(answered.mistakes(vignette)) == []
    assert {entry["medicine"]["name"] for entry in body["excluded"]} == {
        n for n, _ in answered.severities if answered.excluded(n)
    }
    blocking = any(item["kind"] in ("allergy", "medicine") for item in body["unresolved"])
    assert body["screened"] is not blocking


def test_every_case_has_a_name_of_its_own_and_says_where_it_stands() -> None:
    assert len({v.name for v in VIGNETTES}) == len(VIGNETTES) >= 75
    for vignette in VIGNETTES:
        assert vignette.place
        assert any(getattr(vignette, field) for field in (*EXPECTED, "not_excluded", "suggested"))
    used = {v.source for v in VIGNETTES}
    assert used == set(sources().values())
    assert all(source.title and source.organisation for source in used)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_expected_to_speak_and_to_be_silent(rule: str) -> None:
    fields = Counter[str]()
    for vignette in VIGNETTES:
        for field in EXPECTED:
            fields["silent" if field == "not_flagged" else "speaks"] += len(getattr(vignette, field).get(rule, ()))

    assert fields["speaks"] >= AT_LEAST
    assert fields["silent"] >= AT_LEAST


def test_no_case_names_a_rule_that_there_is_none_of() -> None:
    assert {rule for v in VIGNETTES for field in EXPECTED for rule in getattr(v, field)} <= set(RULES)


def test_a_healthy_adult_with_plain_hypertension_gets_the_first_line(recommender: Recommender) -> None:
    body = recommender.recommend(Request(as_of=TODAY, case=PLAIN)).body

    assert len(body["recommendations"]) == 10
    assert body["excluded"] == []
    for item in body["recommendations"]:
        assert item["list"] == "established"
        assert item["paths"][0]["sentence"].endswith("(first line).")


def test_every_proof_stands_in_the_store(recommender: Recommender, answers: Answers, formulary: Path) -> None:
    with closing(EmbeddedStore(formulary / "graph.sqlite")) as store:
        groups = [*store.knowledge_edges(), *store.knowledge_edges(derived=True)]
        rows = [e for columns in groups for e in columns.rows()]
    stored = {(str(e.kind), str(e.start), str(e.end), e.provenance.source) for e in rows}

    for vignette in VIGNETTES:
        _, body = answer(recommender, answers, vignette)
        findings = body["excluded"] + [c for item in body["recommendations"] for c in item["cautions"]]
        proofs = [finding["proof"] for finding in findings] + [proof for alert in body["alerts"] for proof in alert["proofs"]]
        shown = [edge for proof in proofs for edge in proof["edges"]]
        shown += [edge for item in body["recommendations"] for path in item["paths"] for edge in path["edges"]]
        assert shown
        for edge in shown:
            assert (edge["kind"], edge["start"], edge["end"], edge["source"]) in stored


def test_an_answer_is_read_as_it_is_meant() -> None:
    answered = Answered(
        {("A", "allergy"): "exclude", ("B", "history"): "note"}, frozenset("BC"), frozenset(), frozenset("C"), ()
    )
    expected = {"allergy": ["A"]}
    good = Vignette("x", {}, next(iter(sources().values())), "y", excluded=expected, noted={"history": ["B"]}, suggested=["B"])
    bad = Vignette("x", {}, good.source, "y", cautioned=expected, not_excluded=["A", "D"], suggested=["C"], unresolved=["z"])

    assert list(answered.mistakes(good)) == []
    assert len(list(answered.mistakes(bad))) == 5
