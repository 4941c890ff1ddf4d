"""The report: one page that needs nothing else, whole or in part, with every text escaped."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import EvaluationError
from recommender.judge.evaluation import run_evaluate
from recommender.judge.report import report_page, table, write_report
from tests.recommender.conftest import Build
from tests.recommender.judge.fixed_model import RING, trainer

HOSTILE = "<script>alert('x')</script> & $y$"
VOID = {"meta", "br", "link", "img"}


class Checked(HTMLParser):
    """Reads a page, and asserts that every element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> Checked:
    found = Checked()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


@pytest.fixture(scope="module")
def result(build: Build, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with build(RING, {"M:06": {"name": HOSTILE}}) as graph:
        folder = tmp_path_factory.mktemp("shared")
        answer = run_evaluate(graph.snapshot, trainer(), graphs=1, shared=folder)
    answer["calibration"] = {"curve": [[0.1, 0.12, 50], [0.6, 0.5, 4], [0.9, 0.0, 0]], "brier": 0.0321}
    hits = {"hit@1": 0.125, "hit@10": 0.5, "hit@50": 0.75}
    answer["mechanism"] = {"pairs": 9, "joined": 8, **hits, "intervals": {"hit@1": [0.0, 0.25]}, "random": hits}
    answer["not_pairs"] = {"pairs": 7, "auroc": 0.9, "recall@100": 0.01, "recall@1000": 0.1, "baselines": {}}
    return answer


def test_everything_stands_on_the_page(result: dict[str, Any]) -> None:
    found = read(report_page(result))
    text = " ".join(found.texts)

    titles = (
        "Rankings beside baselines",
        "Medicines without",
        "Is it more than degree",
        "Degree against rank",
        "Non-indications",
    )
    titles += (
        "Reliability",
        "Weights by metapath",
        "Variety",
        "Do the shown paths",
        "Do the paths go",
        "By disease area",
        "The worst misses",
    )
    for title in titles:
        assert title in text
    assert found.tags.count("svg") == 5
    assert found.tags.count("article") == 20
    assert f"{result['drug_to_disease']['mrr']:.3f}" in text
    assert "Brier score 0.032" in text
    assert "0.125 [0.000, 0.250]" in text


def test_the_page_needs_nothing_else(result: dict[str, Any]) -> None:
    page = report_page(result)
    found = read(page)

    assert not {"script", "link", "iframe", "object"} & set(found.tags)
    assert all(link.startswith("#") for link in found.links)
    # Names of namespaces are no addresses that anything loads.
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_texts_of_the_graph_are_escaped(result: dict[str, Any]) -> None:
    page = report_page(result)

    assert HOSTILE in " ".join(read(page).texts)
    assert "<script" not in page


def test_the_same_figures_make_the_same_page(result: dict[str, Any]) -> None:
    assert report_page(result) == report_page(result)


def test_parts_that_are_absent_are_left_out(result: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.judge.report_plots.picture", lambda *_: "")

    for name in result:
        if name not in ("drug_to_disease", "disease_to_drug", "baselines"):
            read(report_page({key: value for key, value in result.items() if key != name}))

    empty = read(report_page({}))

    assert "svg" not in empty.tags
    assert "section" not in empty.tags


def test_a_list_has_its_table() -> None:
    figures = {"auroc": 0.91, "average_precision": 0.2, "recall@100": 0.3, "prevalence": 0.01}
    about = {"mode": "pairs", "unknown": ["<DB1>"]}

    text = " ".join(read(report_page({**figures, "prior": figures, "baselines": {}, "evaluated": about})).texts)

    assert "Figures of the list" in text
    assert "0.910" in text
    assert "Not known to the graph: <DB1>" in text


def test_explanations_that_all_say_the_same_are_warned_of() -> None:
    part = {"suggestions": 4, "share": 0.75, "commonest": "CtMbGbM", "by_metapath": {"CtMbGbM": 3, "CaGbM": 1}}

    assert "explain nothing" in report_page({"variety": part})
    assert "explain nothing" not in report_page({"variety": {**part, "share": 0.4}})
    assert "Nothing is suggested" in report_page({"variety": {"suggestions": 0, "share": None, "by_metapath": {}}})


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"

    assert write_report({}, path) == path
    assert path.read_text(encoding="utf-8") == report_page({})
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_report({}, path / "under a file.html")


def test_every_part_of_a_table_is_escaped() -> None:
    text = table("<caption>", ["<head>"], [("<label>", ["<cell>"])])

    assert read(text).texts == ["<caption>", "<head>", "<label>", "<cell>"]
