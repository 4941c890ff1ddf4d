"""The grammar of what modifies an interaction: what it says, and everything that it is not."""

import pytest

from graph.modifiers import ConditionKind, Modifier, parse_modifier


@pytest.mark.parametrize(
    ("text", "modifier"),
    [
        ("with DrugBank:DB00213: moderate", Modifier(ConditionKind.WITH, "moderate", "DrugBank:DB00213")),
        ("with ATC:A02BC: none", Modifier(ConditionKind.WITH, "none", "ATC:A02BC")),
        (
            "route rx:medicine-a-b ophthalmic: mild",
            Modifier(ConditionKind.ROUTE, "mild", "rx:medicine-a-b", route="ophthalmic"),
        ),
        ("dose DrugBank:DB00945 <= 100 mg: mild", Modifier(ConditionKind.DOSE, "mild", "DrugBank:DB00945", "", "<=", 100.0)),
        ("dose M:a > 2.5 mg: severe", Modifier(ConditionKind.DOSE, "severe", "M:a", "", ">", 2.5)),
        ("age >= 65: severe", Modifier(ConditionKind.AGE, "severe", comparator=">=", value=65.0)),
        ("result LOINC:2823-3 < 3.5: severe", Modifier(ConditionKind.RESULT, "severe", "LOINC:2823-3", "", "<", 3.5)),
    ],
)
def test_what_a_modifier_says(text: str, modifier: Modifier) -> None:
    assert parse_modifier(text) == modifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "with DrugBank:DB00213",
        "with DrugBank:DB00213: exclude",
        "With DrugBank:DB00213: mild",
        "with pantoprazole: mild",
        "with DrugBank:DB00213:mild",
        "with  DrugBank:DB00213: mild",
        " with DrugBank:DB00213: mild",
        "with DrugBank:DB00213: mild ",
        "route DrugBank:DB00373 eye: mild",
        "route DrugBank:DB00373: mild",
        "dose DrugBank:DB00945 <= 100: mild",
        "dose DrugBank:DB00945 <= 100 g: mild",
        "dose DrugBank:DB00945 = 100 mg: mild",
        "dose DrugBank:DB00945 <= -1 mg: mild",
        "dose DrugBank:DB00945 <= 1e2 mg: mild",
        "age 65: severe",
        "age >= old: severe",
        "result LOINC:2823-3 > 5 mmol/L: severe",
        "weight > 80: severe",
        "age >= 65: severe\n",
    ],
)
def test_what_is_no_modifier(text: str) -> None:
    with pytest.raises(ValueError, match="route ID ROUTE"):
        parse_modifier(text)


@pytest.mark.parametrize(
    ("comparator", "holds"), [("<", (True, False, False)), ("<=", (True, True, False)), (">", (False, False, True))]
)
def test_comparisons_and_their_bounds(comparator: str, holds: tuple[bool, ...]) -> None:
    modifier = parse_modifier(f"age {comparator} 65: mild")

    assert tuple(map(modifier.compares, (64, 65, 66))) == holds


def test_at_least_counts_the_bound() -> None:
    modifier = parse_modifier("age >= 65: mild")

    assert tuple(map(modifier.compares, (64.9, 65, 66))) == (False, True, True)
