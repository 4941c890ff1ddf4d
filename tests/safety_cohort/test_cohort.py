"""3,000 adversarial patients: the engine agrees with the oracle, every proof holds, every rule is met by every way."""

import ast
from pathlib import Path

import pytest

from tests.safety_cohort.filing import build
from tests.safety_cohort.required import LEAST, REQUIRED
from tests.safety_cohort.share import run_share
from tests.safety_cohort.trial import Disagreement, Outcome, told
from tests.shared_data import SHARED

PATIENTS = 3000
PARTS = 2
SEED = 7
ORACLE = ("tables", "patient", "verdict", "allergies", "therapies", "measures", "oracle")


def agreed(outcome: Outcome) -> None:
    """Assert that nothing was found."""
    assert not outcome.disagreements, "\n".join(told(outcome.disagreements))
    assert not outcome.false_proofs, outcome.false_proofs[:5]
    assert not outcome.wrong_lists, outcome.wrong_lists[:5]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_agrees_with_the_oracle(built: Path, part: int) -> None:
    numbers = range(part * PATIENTS // PARTS, (part + 1) * PATIENTS // PARTS)

    outcome = run_share(built, "", SEED, 0.2, SHARED, numbers)

    agreed(outcome)
    assert outcome.patients == len(numbers)
    assert outcome.checks > 150 * len(numbers)
    assert outcome.proofs > len(numbers) // 2
    assert outcome.suggested > 100
    few = {(rule, way): outcome.hits[rule, way] for rule, ways in REQUIRED.items() for way in ways}
    assert not {key: count for key, count in few.items() if count < LEAST // PARTS}


@pytest.mark.neo4j
@pytest.mark.slow
def test_records_on_a_server_are_judged_alike(neo4j_url: str, built: Path) -> None:
    build(built / "home", neo4j_url)

    outcome = run_share(built, neo4j_url, SEED, 0.2, SHARED, range(0, 400, 4))

    agreed(outcome)
    assert outcome.patients == 100
    assert outcome.proofs > 40


def test_the_oracle_shares_no_code_with_the_engine() -> None:
    for name in ORACLE:
        path = Path(__file__).parent / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        ours = {module for module in imported if module.split(".")[0] in ("graph", "loaders", "recommender", "api", "tests")}
        assert ours <= {f"tests.safety_cohort.{other}" for other in ORACLE}, name


def test_a_disagreement_is_told_with_its_direction() -> None:
    less = Disagreement(1, "DrugBank:DB1", "allergy", "", "exclude")
    more = Disagreement(1, "DrugBank:DB1", "allergy", "exclude", "caution")

    assert less.violation
    assert not more.violation
    assert list(told([less, more, less])) == [
        "2 x allergy: engine nothing, oracle exclude (patient 1, DrugBank:DB1)",
        "1 x allergy: engine exclude, oracle caution (patient 1, DrugBank:DB1)",
    ]
