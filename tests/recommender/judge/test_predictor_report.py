"""The page: one file that needs nothing else, every text escaped, of tables, patients and the predictors that serve."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from recommender.__main__ import main
from recommender.errors import EvaluationError, PredictorError
from recommender.judge.model_plots import model_plots
from recommender.judge.population_plots import Population, memberships, population_plots
from recommender.judge.predictor_page import cards_section, page_of, population_section, story_section
from recommender.judge.predictor_report import (
    ReportOptions,
    Site,
    drawn,
    kept_cards,
    learning,
    population_of,
    write_predictor_report,
)
from recommender.judge.predictor_story import Story
from recommender.judge.table_plots import table_plots
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.learning.config import read_learning
from recommender.predictors.population.features import Features
from recommender.predictors.registry import entry
from recommender.predictors.shape import ModelCard
from tests.recommender.conftest import Build
from tests.recommender.judge.test_report import read
from tests.recommender.judge.told_story import HOSTILE, told
from tests.recommender.predictors.explaining.models import patients
from tests.recommender.predictors.population.village import village

CARD = ModelCard("tabular", f"of {HOSTILE}", {"rows": 10}, "logistic: plain", {"roc_auc": [0.7, 0.6, 0.8]}, limits=("few",))


def silent(step: str, share: float) -> None:
    """Nobody looks."""


@pytest.fixture(scope="module")
def page() -> str:
    story = told()
    return page_of([story_section(story, [*table_plots(story, {}), *model_plots(story)]), cards_section([CARD])])


def test_the_page_is_whole_and_closed(page: str) -> None:
    found = read(page)
    assert "script" not in found.tags
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in found.links)
    assert "default-src 'none'" in page
    assert found.tags.count("svg") == found.tags.count("figure") == len(re.findall('role="img"', page))


def test_every_picture_has_its_question_and_what_it_shows(page: str) -> None:
    assert page.count("<h4>") == page.count("<figcaption>") == page.count("<svg")
    assert all(said.strip() for said in re.findall('aria-label="([^"]*)"', page))


def test_what_came_from_a_table_is_escaped(page: str) -> None:
    texts = " ".join(read(page).texts)
    assert HOSTILE in texts
    assert "2 rows and 3 values; time left out" in texts
    assert "<script>" not in page


def test_all_candidates_and_the_optimism_avoided_are_told(page: str) -> None:
    texts = " ".join(read(page).texts)
    for row in told().fitted.comparison.rows:
        assert row.label in texts
    assert "(serves)" in texts
    assert "Selecting columns once, outside the folds" in texts
    assert "Model card of tabular" in texts
    assert "0.700 (0.600 to 0.800)" in texts
    card = " ".join(read(cards_section([replace(CARD, data={"synthetic": True, "source": ""})]).before).texts)
    assert "synthetic yes" in " ".join(card.split())
    assert "source" not in card


def by_hand(target: np.ndarray, margins: np.ndarray, folds: np.ndarray) -> float:
    """Share of the pairs of one with the outcome and one without that are in the right order, the mean over the folds."""
    found = []
    for fold in np.unique(folds):
        own, outcome = margins[folds == fold], target[folds == fold]
        differences = own[outcome == 1][:, None] - own[outcome == 0][None, :]
        found.append(((differences > 0) + (differences == 0) / 2).mean())
    return float(np.mean(found))


def test_the_figures_told_are_those_computed_by_hand(page: str) -> None:
    story = told()
    cells = re.findall(r'<th scope="row">([^<]*)</th><td>([^<( ]*)', page)
    auc = dict(cells)
    for row in story.fitted.comparison.rows:
        answer = story.fitted.all_held_out[row.name]
        label = row.label + (" (serves)" if row.name == story.fitted.comparison.promoted else "")
        assert float(auc[label]) == pytest.approx(by_hand(story.table.target, answer.margins[0], answer.folds[0]), abs=0.0006)
    said = answer_of_the_winner(story)
    called = said >= 0.5
    found = int((called & (story.table.target == 1)).sum())
    assert f"calls {found} of {int(story.table.target.sum())};" in page


def answer_of_the_winner(story: Story) -> np.ndarray:
    return story.fitted.held_out.probabilities[0]


def test_a_part_that_cannot_be_told_says_so_and_the_others_stand() -> None:
    story = told()
    broken = replace(story, rests=replace(story.rests, importance=()), card=replace(story.card, subgroups=({"by": 1},)))
    page = page_of([story_section(broken, model_plots(broken))])
    texts = " ".join(read(page).texts)
    assert page.count("<figcaption>This could not be told of these data (IndexError).") == 1
    assert page.count("<figcaption>This could not be told of these data (KeyError).") == 1
    assert "Which candidate is best" in texts
    assert "What moves the answers" in texts


def test_tables_that_cannot_be_read_are_named_beside_the_rest(tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    bundles.write("tabular", {"x": np.zeros(1)}, {"card": CARD.payload()})
    nowhere = (tmp_path / "one.csv", tmp_path / "other.csv")
    out = write_predictor_report(ReportOptions(tmp_path, tables=nowhere), Site(bundles=bundles), tmp_path / "p.html", silent)
    texts = " ".join(read(out.read_text(encoding="utf-8")).texts)
    assert all(path.name in texts for path in nowhere)
    assert "Model card of tabular" in texts
    with pytest.raises(PredictorError, match=r"one\.csv"):
        write_predictor_report(ReportOptions(tmp_path, tables=nowhere[:1]), Site(bundles=bundles), out, silent)


def test_a_changed_bundle_is_told_and_not_shown(tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    for name in ("tabular", "recovery"):
        tag = bundles.write(name, {"x": np.zeros(1)}, {"card": replace(CARD, name=name).payload()})
    (changed,) = (path for path in tmp_path.rglob(f"*{tag}*") if path.is_file())
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    cards, refused = kept_cards(bundles, None)
    assert [card.name for card in cards] == ["tabular"]
    assert len(refused) == 1
    assert refused[0].startswith("recovery: ")
    assert "recovery: " in page_of([cards_section(cards, refused)])


def test_what_of_single_people_is_shown_is_said() -> None:
    story = told()
    assert "<p" not in story_section(story, []).before
    real = replace(story, table=replace(story.table, synthetic=False), example=replace(story.example, people=20))
    assert "No row of a person is shown" in story_section(real, []).before
    asked = replace(real, example=replace(story.example, line=17))
    assert "Line 17 of the table is shown as it stands" in story_section(asked, []).before


def test_the_population_is_told_by_group(build: Build, tmp_path: Path) -> None:
    edges, nodes = village(80)
    with build(edges, nodes) as graph:
        found = population_of(graph.store, graph.snapshot, PredictorBundles(tmp_path), date(2024, 6, 1))
    assert found.people == 80
    assert found.groups is not None
    assert min(group.people for group in found.told()) >= 5
    of = memberships(found, found.groups)
    counts = np.bincount(of[of >= 0], minlength=len(found.told()))
    # The farthest few belong to no group, though one was nearest when groups were made.
    assert all(count <= group.people for count, group in zip(counts, found.told(), strict=True))
    assert counts.sum() >= 70
    plots = population_plots(found)
    assert [plot.name for plot in plots] == ["population-missing", "population-plane"]
    text = " ".join(read(page_of([population_section(found, plots)])).texts)
    assert "80 patients" in text
    assert found.told()[0].description in text


def test_too_few_patients_have_no_groups(build: Build) -> None:
    edges, nodes = village(12)
    with build(edges, nodes) as graph:
        found = population_of(graph.store, graph.snapshot, None, date(2024, 6, 1))
    assert found.groups is None
    assert "50 patients or more" in found.why_none
    assert [plot.name for plot in population_plots(found)] == ["population-missing"]
    assert "50 patients or more" in population_section(found, []).before


def test_where_nothing_is_missing_that_is_said() -> None:
    whole = Population(Features(("age",), np.ones((6, 1))), {}, None, "few")
    (plot,) = population_plots(whole)
    assert "nothing is missing" in page_of([population_section(whole, [plot])])


def test_cards_are_those_that_serve(tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    bundles.write("tabular", {"x": np.zeros(1)}, {"card": CARD.payload()})
    bundles.write("other", {"x": np.zeros(1)}, {})
    cards, refused = kept_cards(bundles, None)
    assert [card.name for card in cards] == ["tabular"]
    assert len(refused) == 1
    assert refused[0].startswith("other: no such predictor")


def test_a_card_that_is_made_on_reading_is_shown(build: Build, tmp_path: Path) -> None:
    edges, nodes = village(80)
    bundles = PredictorBundles(tmp_path)
    with build(edges, nodes) as graph:
        fit = entry("groups").fit_records
        assert fit is not None
        learned = fit(graph.store, graph.snapshot, date(2024, 6, 1), silent)
        bundles.write("groups", learned.arrays, learned.notes)
        cards, refused = kept_cards(bundles, graph.snapshot)
    assert refused == []
    assert [card.name for card in cards] == ["groups"]
    assert cards[0].data["people"] == 80


def test_nothing_to_report_on_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="nothing to report on"):
        write_predictor_report(ReportOptions(tmp_path), Site(), tmp_path / "page.html", silent)


def test_a_large_table_is_represented_by_people() -> None:
    table = replace(patients(60), groups=np.arange(60) // 3)
    some, notes = drawn(table, 20)
    assert len(some) == 21
    assert all((some.groups == group).sum() == 3 for group in np.unique(some.groups))
    assert notes == ["21 of 60 rows were drawn, by person, for this page; --rows N takes more"]
    assert drawn(table, 60) == (table, [])
    left = next(row for row in table.rows.tolist() if row not in some.rows)
    with_it, _ = drawn(table, 20, always=left)
    assert left in with_it.rows
    assert len(with_it) == 24


def test_settings_are_the_usual_ones_unless_asked(tmp_path: Path) -> None:
    usual = learning(ReportOptions(tmp_path, repeats=3, trials=2))
    assert usual == replace(read_learning(), repeats=3, trials=2)
    few = learning(ReportOptions(tmp_path, candidates=("xgboost", "ridge")))
    assert few.candidates == ("floor", "logistic", "xgboost")
    assert few.regressors == ("floor", "ridge")
    with pytest.raises(PredictorError, match="magic is none"):
        learning(ReportOptions(tmp_path, candidates=("magic",)))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of no known kind."""
    made = patients(90)
    path = tmp_path / "clinic.csv"
    columns = ["age", "systolic", "smokes", "weight"]
    rows = zip(*(made.values[name] for name in columns), made.target, strict=True)
    lines = [f"WARD-{i:05}," + ",".join("" if np.isnan(x) else f"{x:g}" for x in row) for i, row in enumerate(rows)]
    path.write_text("\n".join([",".join(["patient_id", *columns, "event"]), *lines]) + "\n", encoding="utf-8")
    return path


def test_the_command_writes_the_page_and_the_pictures(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    out, png = tmp_path / "pages" / "report.html", tmp_path / "png"
    asked = [
        "report",
        "--predictors",
        "--table",
        str(table),
        "--target",
        "event",
        "--positive",
        "1",
        "--candidates",
        "logistic",
    ]
    assert main([*asked, "--out", str(out), "--png", str(png)]) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip() == str(out)
    text = out.read_text(encoding="utf-8")
    assert "Which candidate is best" in text
    assert "WARD-" not in text
    assert "No row of a person is shown" in text
    assert "the middle of the 20 people with the highest answers" in text
    pictures = sorted(path.name for path in png.iterdir())
    assert len(pictures) == text.count("<svg")
    assert "data-flow.png" in pictures
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "--predictors", "--split", "x"], "--split does not go with --predictors"),
        (["report", "--png", "x"], "--png does not go without --predictors"),
        (["report", "--predictors", "--target", "y"], "belong to one --table"),
        (["report", "--predictors", "--example", "7"], "belong to one --table"),
        (["report", "--example", "7"], "--example does not go without --predictors"),
        (["report", "--predictors", "--table", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_usage_is_told(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    bundles.write("tabular", {"x": np.zeros(1)}, {"card": CARD.payload()})
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_predictor_report(ReportOptions(tmp_path), Site(bundles=bundles), tmp_path / "file" / "page.html", silent)
