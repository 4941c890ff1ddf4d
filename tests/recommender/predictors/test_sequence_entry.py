"""Next visits at the shell: fitted on a store's patients, kept, and asked about one of them."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors import registry
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.entries import Question
from recommender.predictors.promotion import fit_on_records
from recommender.predictors.sequence import judging
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.from_records import read_histories
from recommender.predictors.sequence_entry import sequence_entry
from tests.recommender.conftest import Graph
from tests.recommender.predictors.at_shell import answered, refused, told
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES
from tests.recommender.predictors.sequence.wards import COUNTED, QUICK

TODAY = date(2026, 1, 31)
ROUND = ("C:pressure", "C:kidney", "C:fever")


def nobody(what: str, share: float) -> None:
    """Nobody wants to know how far it is."""


def who(number: int) -> str:
    """The id of a patient."""
    return f"patient:{number:024x}"


def people(count: int = 24) -> tuple[list[tuple[Any, ...]], dict[str, dict[str, Any]]]:
    """Pressure is followed by kidneys, and kidneys by fever, with a medicine at each visit."""
    edges, nodes = list(KNOWLEDGE), dict(NODES)
    for i in range(count):
        nodes[who(i)] = {"synthetic": True}
        for visit in range(3):
            day, condition = f"202{visit}-01-01", ROUND[(i + visit) % 3]
            edges.append((who(i), "HAS_DIAGNOSIS", condition, {"start": day, "record": f"d{visit}"}))
            edges.append((who(i), "TAKES", "M:pril", {"start": day, "stop": f"202{visit}-02-01", "record": f"m{visit}"}))
    return edges, nodes


@pytest.fixture
def town(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(*people())


def test_a_store_is_learned_kept_and_asked(town: Graph, tmp_path: Path) -> None:
    # Without a net: one of two dozen people tells nothing, and takes half a minute to compile.
    entry, bundles = sequence_entry(COUNTED), PredictorBundles(tmp_path / "home")

    told = fit_on_records(entry, bundles, town.store, town.snapshot, TODAY, nobody)

    assert told["promoted"] == "counts"
    assert told["rows"] == 24
    predictor = entry.read(bundles.read("sequence"), town.snapshot)
    question = Question(town.record(who(0), date(2020, 6, 1)), snapshot=town.snapshot)
    ((_, asked),) = entry.given(predictor, question)
    found = predictor.predict(asked)
    assert next(c.target for c in found.chances if c.level == "condition") == "C:kidney"
    assert found.bundle == told["bundle"]


def test_it_needs_a_bundle_and_a_record(town: Graph) -> None:
    entry = sequence_entry()
    with pytest.raises(PredictorError, match="with a bundle only"):
        entry.read(None, town.snapshot)
    with pytest.raises(PredictorError, match="a patient or a case"):
        entry.given(entry, Question())  # type: ignore[arg-type]  # the predictor is not reached


# At the shell


@pytest.fixture
def at_shell(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the shell ask a graph, with settings that take no half minute."""

    def use(graph: Graph, config: SequenceConfig = COUNTED) -> None:
        monkeypatch.setenv("RXPATH_HOME", str(graph.folder))
        monkeypatch.delenv("RXPATH_GRAPH", raising=False)
        monkeypatch.setitem(registry._ENTRIES, "sequence", lambda: sequence_entry(config))  # type: ignore[index]  # a plain dict

    return use


def likeliest(answer: dict[str, Any], kind: str = "condition") -> str:
    return next(str(chance["target"]) for chance in answer["chances"] if chance["level"] == kind)


def test_a_patient_is_asked_about_as_of_a_day(
    town: Graph, at_shell: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    at_shell(town)
    trained = told(capsys, "train", "--predictor", "sequence")
    ask = ("predict", "sequence", "--patient", who(0), "--as-of")

    days = [told(capsys, *ask, day)["predictions"][0] for day in ("2020-06-01", "2021-06-01", "2019-06-01")]
    shown = answered(capsys, *ask, "2020-06-01", "--explain")

    # What came later is not looked at: pressure in 2020, kidneys in 2021, nothing before.
    assert [likeliest(day) for day in days[:2]] == ["C:kidney", "C:fever"]
    assert days[2]["abstained"] == "no visit is known: nothing on file has a first day"
    assert likeliest(days[0], "medicine") == "M:pril"
    assert all(chance["interval"][0] <= chance["probability"] <= chance["interval"][1] for chance in days[0]["chances"])
    assert days[0]["bundle"] == trained["bundle"]
    assert "note: learned from synthetic patients" in shown
    assert "in the last visit" in shown
    assert "odds" in shown
    assert "patient:" not in shown


def test_a_case_needs_days(
    town: Graph, tmp_path: Path, at_shell: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    at_shell(town)
    answered(capsys, "train", "--predictor", "sequence")
    cases = {"dated": [{"condition": "High pressure", "start": "2020-01-01"}], "plain": ["High pressure"]}
    for name, conditions in cases.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"age": 60, "conditions": conditions}), encoding="utf-8")

    dated = told(capsys, "predict", "sequence", "--case", str(tmp_path / "dated.json"))["predictions"][0]
    plain = told(capsys, "predict", "sequence", "--case", str(tmp_path / "plain.json"))["predictions"][0]

    assert likeliest(dated) == "C:kidney"
    assert (plain["chances"], plain["abstained"]) == ([], "no visit is known: nothing on file has a first day")
    assert "not about the rows of a table" in refused(capsys, "predict", "sequence", "--table", str(tmp_path / "x.csv"))
    assert "takes no --table" in refused(capsys, "train", "--predictor", "sequence", "--table", str(tmp_path / "x.csv"))


@pytest.mark.parametrize("count", [4, 5])
def test_what_fewer_than_five_people_have_is_named_nowhere(
    graph_of: Callable[..., Graph], at_shell: Callable[..., None], capsys: pytest.CaptureFixture[str], count: int
) -> None:
    edges, nodes = people()
    for i in range(count):
        edges.append((who(i), "HAS_DIAGNOSIS", "C:gout", {"start": "2021-01-01", "record": "g"}))
    graph = graph_of([*edges, ("C:gout", "IS_A", "ICD10CM:M00-M99")], nodes)
    at_shell(graph)

    trained = told(capsys, "train", "--predictor", "sequence")
    asked = told(capsys, "predict", "sequence", "--patient", who(0), "--as-of", "2021-06-01", "--explain")

    stored = PredictorBundles(graph.folder).read("sequence")
    assert ("C:gout" in json.dumps([trained, asked, dict(stored.notes)])) is (count == 5)
    assert ("1 of 4 codes of the visits are too rare to be known" in asked["predictions"][0]["notes"]) is (count == 4)


def margins(net: object, history: Any, vocabulary: Any, longest: int) -> Any:
    """What a net says that knows what follows what; none says the same of everything."""
    found = np.zeros((len(history), len(vocabulary)))
    for row, visit in enumerate(history if net else ()):
        following = [ROUND[(ROUND.index(code) + 1) % 3] for code in visit.codes if code in ROUND]
        found[row, vocabulary.places([*following, "M:pril"])] = 9.0
    return found


def test_a_net_that_is_not_surely_better_stays_off(
    town: Graph, at_shell: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_shell(town, QUICK)
    monkeypatch.setattr(judging, "fit_net", lambda *_: None)
    monkeypatch.setattr(judging, "net_margins", margins)

    trained = told(capsys, "train", "--predictor", "sequence")
    shown = answered(capsys, "predict", "sequence", "--patient", who(0), "--as-of", "2020-06-01")

    assert trained["promoted"] == "counts"
    assert trained["why"].startswith("the net is not surely better on people that it had not seen")
    assert not any(name.startswith("net.") for name in PredictorBundles(town.folder).read("sequence").arrays)
    assert "note: by counts; the net is off, since it is not surely better" in shown


def test_a_net_that_is_surely_better_may_serve(town: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "fit_net", lambda *_: "knows")
    monkeypatch.setattr(judging, "net_margins", margins)
    # Counts that know nothing of what follows what.
    monkeypatch.setattr(judging.Counts, "margins", lambda counts, last, ever: np.zeros_like(last))

    assert judging.judge(read_histories(town.store, town.snapshot, TODAY, QUICK), QUICK).promoted == "net"
