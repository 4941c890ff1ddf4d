"""The answer for people: what stands on the screen, and no colours where there is no terminal."""

import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from rich.console import Console

from graph.queries import query
from recommender.answer import RESEARCH
from recommender.render import SHOWN_CAUTIONS, SHOWN_EXCLUSIONS, SHOWN_NAMES, render
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.test_service import EDGES, NODES


@pytest.fixture
def screen(graph_of: Callable[..., Graph]) -> Callable[..., str]:
    def shown(more: Any = (), *, terminal: bool = False, cypher: bool = False, **asked: Any) -> str:
        graph = graph_of([*EDGES, *more], NODES)
        answer = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).recommend(Request(as_of=TODAY, **asked))
        file = io.StringIO()
        render(answer.body, Console(file=file, width=120, highlight=False, force_terminal=terminal), cypher=cypher)
        return file.getvalue()

    return shown


MAN = {"age": 50, "sex": "male"}


def test_a_patient_on_one_screen(screen: Callable[..., str]) -> None:
    text = screen(patient="patient:p")

    lines = text.splitlines()
    assert lines[0] == "Patient patient:p, male, 50 years, synthetic"
    assert lines[1] == "Evidence severe (1), Hypertension (0.9)"
    assert " 1. Lisinopril" in text
    assert "+4.50  severe –is a→ Hypertension ←treats– Lisinopril  [test, assertion]" in text
    assert "because Lisinopril treats Hypertension (first line); severe is a kind of Hypertension." in text
    assert "caution: Lisinopril with potassium: moderate interaction (high potassium)." in text
    assert "[test, unreviewed]" in text
    assert "Beside medicines" in text
    assert "    diet: Less salt" in text
    assert "The patient is synthetic." in text
    assert "Ruled out" not in text
    assert "None" not in text


APART = [
    ("M:lisinopril", "INTERACTS_WITH", "M:metformin", {"severity": "severe", "mechanism": "harm"}),
    ("M:losartan", "INTERACTS_WITH", "M:insulin", {"severity": "moderate"}),
]
TWO = MAN | {"conditions": ["Hypertension", "diabetes", "portal hypertension"]}


def test_what_the_others_are_to_a_suggestion(screen: Callable[..., str]) -> None:
    text = screen(APART, case=TWO)

    own = text[text.index("1. Lisinopril") : text.index(" 2. ")]
    assert "    not with: metformin (interaction)\n    instead of: losartan, atenolol\n    goes with: insulin\n" in own
    assert "goes with: metformin, insulin (caution)" in text


def test_a_long_line_of_names_ends(screen: Callable[..., str]) -> None:
    many = [(f"M:pill{i}", "TREATS", "C:hypertension", {"line": "later"}) for i in range(9)]

    text = screen(many, case=MAN | {"conditions": ["Hypertension"]})

    # Ten are shown, and nine of them are alternatives of each.
    assert text.count(f" and {9 - SHOWN_NAMES} more\n") == 10


def test_a_set_says_first_what_to_mind(screen: Callable[..., str]) -> None:
    apart = [*APART, ("M:lisinopril", "INTERACTS_WITH", "M:insulin", {"severity": "moderate", "mechanism": "care"})]

    text = screen(apart, case=TWO | {"medicines": ["losartan"]}, together=True)

    part = text[text.index("A set to be used together") : text.index(" 1. ")]
    assert part.splitlines()[:6] == [
        "A set to be used together",
        "    caution: insulin with Lisinopril: moderate interaction (care).",
        "    caution: insulin with losartan: moderate interaction.",
        "    without: Portal hypertension. No medicine is known for this.",
        "    Lisinopril for Hypertension (beside losartan)",
        "    insulin for diabetes",
    ]
    assert "    2 of 3 conditions, value 5.00 (no set is better; the greedy set covers 2, value 5.00)" in part


def test_a_path_is_one_line(screen: Callable[..., str]) -> None:
    text = screen(nodes=("C:hypertension",), explore=True)

    assert "Hypertension ←treats– Lisinopril" in text
    assert "Hypertension ←treats– losartan –resembles– aliskiren" in text
    assert text.startswith("For no patient: not screened for safety\n")


def test_what_is_ruled_out_stands_in_a_table_with_its_source(screen: Callable[..., str]) -> None:
    text = screen(case=MAN | {"conditions": ["Hypertension", "angioedema"]})

    assert "Patient case, male, 50 years" in text
    assert "Ruled out (1)" in text
    assert "Lisinopril is contraindicated in angioedema. [test]" in text


def test_only_the_first_exclusions_are_drawn(screen: Callable[..., str]) -> None:
    many = [(f"M:x{i}", "TREATS", "C:hypertension") for i in range(SHOWN_EXCLUSIONS + 2)]
    many += [(f"M:x{i}", "CONTRAINDICATED_IN", "C:angioedema", {"strength": "absolute"}) for i in range(SHOWN_EXCLUSIONS + 2)]

    text = screen(many, case=MAN | {"conditions": ["Hypertension", "angioedema"]})

    assert f"Ruled out ({SHOWN_EXCLUSIONS + 3})" in text
    assert "and 3 more (--json)" in text


def test_only_the_first_cautions_are_drawn(screen: Callable[..., str]) -> None:
    more = [(f"M:x{i}", "INTERACTS_WITH", "M:losartan", {"severity": "moderate"}) for i in range(SHOWN_CAUTIONS + 1)]
    more.append(("M:mild", "INTERACTS_WITH", "M:losartan", {"severity": "mild"}))
    taken = [f"x{i}" for i in range(SHOWN_CAUTIONS + 1)] + ["mild"]

    text = screen(more, case=MAN | {"conditions": ["Hypertension"], "medicines": taken})

    assert text.count("caution: losartan with") == SHOWN_CAUTIONS
    assert "and 2 further cautions and notes (--json)" in text


def test_no_safe_suggestion_is_said(screen: Callable[..., str]) -> None:
    more = [("M:only", "TREATS", "C:rare"), ("M:only", "CONTRAINDICATED_IN", "C:rare", {"strength": "absolute"})]

    text = screen(more, case=MAN | {"conditions": ["rare"]})

    assert "No safe suggestion." in text
    assert "Ruled out (1)" in text


def test_no_suggestion_at_all_is_said_otherwise(screen: Callable[..., str]) -> None:
    text = screen(case={})

    assert "No suggestion: no medicine is known to treat what is on file." in text
    assert "Patient case, sex not on file, age not on file" in text
    assert "Evidence none" in text


def test_what_was_not_understood_is_said(screen: Callable[..., str]) -> None:
    text = screen(case=MAN | {"conditions": ["Hypertension"], "medicines": ["lisinoprill"]})

    assert text.splitlines()[1] == "Not screened for safety: an allergy or a medicine in use is not known"
    assert "Not understood /medicines/0: lisinoprill (no medicine is called so; did you mean Lisinopril?)" in text
    assert "Not screened for safety" in text


def test_brackets_in_names_are_no_styles(graph_of: Callable[..., Graph]) -> None:
    edges = [*EDGES, ("M:odd", "TREATS", "C:hypertension"), ("M:odd", "INTERACTS_WITH", "M:odd2", {"severity": "severe"})]
    graph = graph_of(edges, NODES | {"M:odd": {"name": "Odd [bold]name[/bold]"}, "M:odd2": {"name": "Odd [/x] two"}})
    case = MAN | {"conditions": ["Hypertension"], "medicines": ["M:odd2"]}
    answer = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).recommend(Request(as_of=TODAY, case=case))
    file = io.StringIO()

    render(answer.body, Console(file=file, width=200, highlight=False))

    assert "Odd [bold]name[/bold] with Odd [/x] two: severe interaction. [test]" in file.getvalue()


def test_colours_stand_on_a_terminal_alone(screen: Callable[..., str]) -> None:
    assert "\x1b[" not in screen(patient="patient:p")
    assert "\x1b[" in screen(patient="patient:p", terminal=True)


def test_what_shows_a_path_in_the_browser_stands_under_it_in_one_line(screen: Callable[..., str]) -> None:
    lines = screen(nodes=("C:hypertension",), cypher=True).splitlines()

    shown = [i for i, line in enumerate(lines) if line.startswith("    +") and "not shown" not in line]
    assert len(shown) > 2
    for i in shown:
        command, parameters = lines[i + 1].split(" ", 1)
        assert command == ":params"
        assert set(orjson.loads(parameters)) == {"nodes", "edges"}
    direct = next(i for i in shown if "Hypertension ←treats– Lisinopril" in lines[i])
    assert lines[direct + 1] == (
        ':params {"nodes":["C:hypertension","M:lisinopril"],"edges":[["M:lisinopril","TREATS","C:hypertension","test",""]]}'
    )
    assert lines.count(query("answer/path").statement) == 1
    assert not [line for line in screen(nodes=("C:hypertension",)).splitlines() if "params" in line or "MATCH" in line]


def test_without_a_suggestion_there_is_nothing_to_paste(screen: Callable[..., str]) -> None:
    assert "MATCH" not in screen(case={}, cypher=True)


CALIBRATED = {"of": "treatment", "value": 0.5, "low": 0.25, "high": 0.75, "support": "calibrated"}


def drawn(body: dict[str, Any]) -> str:
    file = io.StringIO()
    render(body, Console(file=file, width=120, highlight=False))
    return file.getvalue()


@pytest.fixture
def answer(graph_of: Callable[..., Graph]) -> dict[str, Any]:
    graph = graph_of(EDGES, NODES)
    asked = Request(as_of=TODAY, nodes=("C:hypertension",))
    return Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).recommend(asked).body


def test_a_probability_stands_beside_what_degree_alone_would_say(answer: dict[str, Any]) -> None:
    item = answer["recommendations"][0]

    plain = drawn(answer)
    sure = drawn(answer | {"recommendations": [item | {"probability": CALIBRATED, "prior": 0.125, "lift": 4.0}]})
    unsure = drawn(answer | {"recommendations": [item | {"probability": CALIBRATED | {"support": "low"}}]})

    assert "probability" not in plain
    assert "  probability of a treatment 0.50 (0.25 to 0.75)  prior 0.125  lift 4.0  established\n" in sure
    assert "  probability of a treatment 0.50 (0.25 to 0.75) low support  established\n" in unsure


def test_the_exploratory_list_stands_apart_and_says_why(answer: dict[str, Any]) -> None:
    item = answer["recommendations"][0] | {"rank": 1, "list": "exploratory", "research": RESEARCH}

    text = drawn(answer | {"exploratory": [item]})

    heading = text.index("For research: exploratory, not established")
    assert text.index("established\n") < heading < text.index("the walk alone leads to it.") < text.rindex("exploratory\n")


def test_an_exploratory_list_without_anything_says_so(answer: dict[str, Any]) -> None:
    assert "leads to no medicine beside those" in drawn(answer | {"exploratory": []})
    assert "research" not in drawn(answer | {"exploratory": None})
