"""A site's policy: what is read, what is refused, and what it does to findings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import RecommenderError, SiteError
from recommender.safety.finding import Severity
from recommender.safety.screen import RULES as ALL_RULES
from recommender.safety.screen import screen
from recommender.safety.site import RULES, Raise, Site, read_site
from tests.recommender.conftest import REFERENCE, TODAY, Graph

EDGES: list[tuple[Any, ...]] = [
    *REFERENCE,
    ("M:a", "CONTRAINDICATED_IN", "C:x", {"strength": "relative"}),
    ("M:b", "CONTRAINDICATED_IN", "C:x", {"strength": "relative"}),
    ("M:c", "CONTRAINDICATED_IN", "C:x", {"strength": "absolute"}),
    ("patient:p", "HAS_DIAGNOSIS", "C:x"),
]
NODES = {
    "M:a": {"name": "Alpha", "aliases": ["first"]},
    "M:b": {"name": "Beta"},
    "M:c": {"name": "Gamma"},
    "M:twin1": {"name": "Twin"},
    "M:twin2": {"name": "Twin"},
    "patient:p": {"birth_year": 1980, "sex": "male"},
}
LINE = '[[raise]]\nrule = "contraindication"\nfrom = "caution"\nto = "sign-off"\n'


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


def policy(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def screened(graph: Graph, site: Site) -> dict[str, list[tuple[str, str]]]:
    """Rule and severity of every finding, by medicine."""
    seen = graph.screening()
    candidates = [graph.number(f"M:{m}") for m in "abc"]
    found = screen(seen.snapshot, seen.components, seen.record, candidates, TODAY, site=site).findings
    return {
        str(graph.snapshot.id(m)): [(f.proof.rule, str(f.severity)) for f in findings] for m, findings in sorted(found.items())
    }


def test_without_a_file_there_is_no_policy(graph: Graph, tmp_path: Path) -> None:
    assert read_site(tmp_path / "site.toml", graph.snapshot) == Site()
    assert read_site(policy(tmp_path, ""), graph.snapshot) == Site()
    assert screened(graph, Site()) == {
        "M:a": [("contraindication", "caution")],
        "M:b": [("contraindication", "caution")],
        "M:c": [("contraindication", "exclude")],
    }


def test_a_policy_is_read(graph: Graph, tmp_path: Path) -> None:
    text = 'formulary = ["M:a", "first", "gamma"]\n' + LINE + LINE.replace("sign-off", "exclude") + 'medicine = "Beta"\n'

    site = read_site(policy(tmp_path, text), graph.snapshot)

    a, b, c = (graph.number(f"M:{m}") for m in "abc")
    assert site == Site(
        frozenset({a, c}),
        (
            Raise("contraindication", Severity.CAUTION, Severity.SIGN_OFF),
            Raise("contraindication", Severity.CAUTION, Severity.EXCLUDE, b),
        ),
    )


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("formulary = [", "", "it cannot be read"),
        ("formularies = []", "formularies", "no such key; known are formulary, raise"),
        ('formulary = "Alpha"', "formulary", "a list of medicines is expected"),
        ("formulary = [5]", "formulary 1", "no medicine is called so: 5"),
        ('formulary = ["Alpha", "Delta"]', "formulary 2", "no medicine is called so: 'Delta'"),
        ('formulary = ["Twin"]', "formulary 1", "several medicines are called so; give the id of one: 'Twin'"),
        ('formulary = ["C:x"]', "formulary 1", "no medicine is called so: 'C:x'"),
        ("raise = 5", "raise", "tables are expected: [[raise]]"),
        ("raise = [5]", "raise", "tables are expected: [[raise]]"),
        (LINE + 'why = "so"', "raise 1: why", "no such key; known are rule, from, to, medicine"),
        (LINE.replace("contraindication", "contraindications"), "raise 1: rule", "one of additive, allergy, "),
        (LINE.replace('rule = "contraindication"\n', ""), "raise 1: rule", "one of additive, allergy, "),
        (LINE.replace("caution", "warning"), "raise 1: from", "one of exclude, sign-off, caution, note is expected"),
        (LINE.replace('to = "sign-off"', ""), "raise 1: to", "one of exclude, sign-off, caution, note is expected"),
        (LINE + LINE.replace('"sign-off"', '"note"'), "raise 2: to", "a severity above caution is expected"),
        (LINE.replace('"sign-off"', '"caution"'), "raise 1: to", "a severity above caution is expected"),
        (LINE.replace('"caution"', '"exclude"'), "raise 1: to", "a severity above exclude is expected"),
        (LINE + 'medicine = "Delta"', "raise 1: medicine", "no medicine is called so: 'Delta'"),
        (LINE + "medicine = []", "raise 1: medicine", "no medicine is called so: []"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    graph: Graph, tmp_path: Path, text: str, place: str, reason: str
) -> None:
    path = policy(tmp_path, text)

    with pytest.raises(SiteError) as caught:
        read_site(path, graph.snapshot)

    assert isinstance(caught.value, RecommenderError)
    assert (caught.value.path, caught.value.place) == (path, place)
    assert caught.value.reason.startswith(reason)
    assert str(caught.value).startswith(f"{path}: {place}: {reason}" if place else f"{path}: {reason}")


def test_a_file_that_cannot_be_opened_or_decoded_is_refused(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")

    for path in (tmp_path, tmp_path / "binary.toml"):
        with pytest.raises(SiteError):
            read_site(path, graph.snapshot)


def test_a_site_raises_what_its_lines_say_and_nothing_else(graph: Graph) -> None:
    line = Raise("contraindication", Severity.CAUTION, Severity.SIGN_OFF)

    assert screened(graph, Site(raises=(line,))) == {
        "M:a": [("contraindication", "sign-off")],
        "M:b": [("contraindication", "sign-off")],
        "M:c": [("contraindication", "exclude")],
    }
    other = Raise("interaction", Severity.CAUTION, Severity.SIGN_OFF)
    milder = Raise("contraindication", Severity.NOTE, Severity.EXCLUDE)
    assert screened(graph, Site(raises=(other, milder))) == screened(graph, Site())


def test_a_line_may_be_about_one_medicine(graph: Graph) -> None:
    line = Raise("contraindication", Severity.CAUTION, Severity.EXCLUDE, graph.number("M:b"))

    found = screened(graph, Site(raises=(line,)))

    assert found["M:a"] == [("contraindication", "caution")]
    assert found["M:b"] == [("contraindication", "exclude")]


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_lines_the_most_severe_counts_and_none_is_applied_to_another(graph: Graph, order: int) -> None:
    lines = (
        Raise("contraindication", Severity.CAUTION, Severity.SIGN_OFF),
        Raise("contraindication", Severity.CAUTION, Severity.SIGN_OFF, graph.number("M:a")),
        Raise("contraindication", Severity.SIGN_OFF, Severity.EXCLUDE),
    )
    graver = Raise("contraindication", Severity.CAUTION, Severity.EXCLUDE)

    assert screened(graph, Site(raises=lines[::order]))["M:a"] == [("contraindication", "sign-off")]
    assert screened(graph, Site(raises=(*lines, graver)[::order]))["M:a"] == [("contraindication", "exclude")]


def test_a_raised_finding_says_so_and_what_must_be_confirmed(graph: Graph) -> None:
    seen = graph.screening()
    a = graph.number("M:a")
    [plain] = screen(seen.snapshot, seen.components, seen.record, [a], TODAY).findings[a]

    raised = Site(raises=(Raise("contraindication", Severity.CAUTION, Severity.SIGN_OFF),)).raised(plain)

    assert raised.sentence == f"{plain.sentence} This site makes it a matter of sign-off."
    assert raised.confirm == f"that it may be given in spite of this: {plain.about or plain.proof.conclusion}"
    assert raised.proof.also == ({"kind": "SITE", "rule": "contraindication", "from": "caution", "to": "sign-off"},)
    assert (raised.proof.nodes, raised.proof.fact) == (plain.proof.nodes, plain.proof.fact)
    graph.check_proof(raised)
    excluded = Site(raises=(Raise("contraindication", Severity.CAUTION, Severity.EXCLUDE),)).raised(plain)
    assert (excluded.confirm, excluded.severity) == ("", Severity.EXCLUDE)


def test_what_is_not_on_the_formulary_needs_sign_off(graph: Graph) -> None:
    site = Site(frozenset({graph.number("M:a")}))

    assert screened(graph, site) == {
        "M:a": [("contraindication", "caution")],
        "M:b": [("formulary", "sign-off"), ("contraindication", "caution")],
        "M:c": [("contraindication", "exclude"), ("formulary", "sign-off")],
    }
    found = site.unlisted(graph.screening())
    beta = next(f for f in found if f.medicine == graph.number("M:b"))
    assert beta.sentence == "Beta is not on this site's formulary."
    assert (beta.about, beta.confirm) == ("not on this site's formulary", "that it can be obtained")
    assert beta.proof.fact == {"kind": "SITE", "rule": "formulary"}


def test_an_empty_formulary_has_nothing_and_a_site_may_exclude_what_it_lacks(graph: Graph) -> None:
    line = Raise("formulary", Severity.SIGN_OFF, Severity.EXCLUDE)

    found = screened(graph, Site(frozenset(), (line,)))

    assert all(("formulary", "exclude") in findings for findings in found.values())


def test_every_rule_can_be_raised() -> None:
    named = {rule.partition(":")[0] for rule in RULES}

    assert {rule.name for rule in ALL_RULES} <= named
    assert named - {rule.name for rule in ALL_RULES} <= {"additive", "formulary", "unresolved", "unverified"}
