"""The files for Neo4j Browser do in the real Browser what they are for: the guide plays, its queries run, nodes are drawn."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from deploy.neo4j.server import Server
from graph.config import PROJECT
from graph.elements import NodeKind
from graph.queries import FOLDER, catalogue
from tests.api.served import serve
from tests.cypher.asking import asking
from tests.cypher.browser_files import PREFIX, archive, files, parameters
from tests.cypher.chromium import Neo4jBrowser, connected, drawn
from tests.cypher.small import load_small

STYLE = FOLDER / "browser" / "style.grass"
GUIDE = FOLDER / "browser" / "guide.html"
PICTURE = PROJECT / "docs" / "browser.png"
ANALYST = {name.removeprefix(PREFIX): query for name, query in catalogue().items() if name.startswith(PREFIX)}
DRAWN = {"path", "paths", "node", "way"}
"""Columns that hold nodes: an answer that has one is drawn, another is a table."""


def colours() -> dict[str, str]:
    """The colour of each kind in the style."""
    return dict(re.findall(r"node\.(\w+) \{[^}]*\n  color: (#\w{6});", STYLE.read_text(encoding="utf-8")))


class TestFiles:
    def test_they_are_what_is_made_from_the_catalogue(self) -> None:
        stale = [path.name for path, content in files().items() if path.read_bytes() != content]
        assert stale == [], "run python -m tests.cypher.browser_files"

    def test_the_guide_offers_every_statement_once(self) -> None:
        offered = re.findall(r"<!-- statement: (\w+) -->", GUIDE.read_text(encoding="utf-8"))
        assert sorted(offered) == sorted(ANALYST)

    def test_the_guide_needs_nothing_from_elsewhere(self) -> None:
        assert re.findall(r"(?:src|href|url\()", GUIDE.read_text(encoding="utf-8")) == []

    def test_saved_queries_hold_the_catalogue_s_texts_and_the_parameters(self) -> None:
        with zipfile.ZipFile(io.BytesIO(archive())) as kept:
            texts = {name: kept.read(name).decode() for name in kept.namelist()}
        setting = texts.pop("Rxpath/parameters.cypher")
        assert set(texts) == {f"Rxpath/{name}.cypher" for name in ANALYST}
        for name, query in ANALYST.items():
            title, _, text = texts[f"Rxpath/{name}.cypher"].partition("\n")
            assert text == query.text.strip()
            assert title == f"// {query.purpose.partition('?')[0]}?"
        assert all(f"{param}: " in setting for query in ANALYST.values() for param in query.params)

    def test_every_kind_has_a_colour_of_its_own_and_a_caption(self) -> None:
        assert set(colours()) == set(NodeKind)
        assert len(set(colours().values())) == len(NodeKind)
        captions = dict(re.findall(r'node\.(\w+) \{[^}]*caption: "(.*)";', STYLE.read_text(encoding="utf-8")))
        assert captions == {kind: "{id}" if kind is NodeKind.PATIENT else "{name}" for kind in NodeKind}


@pytest.fixture(scope="module")
def address(neo4j_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service is that serves the guide, over the small graph."""
    settings = {
        "RXPATH_GRAPH": neo4j_server.bolt,
        "RXPATH_NEO4J_USER": neo4j_server.user,
        "RXPATH_NEO4J_PASSWORD": neo4j_server.password,
        "RXPATH_BROWSER_ORIGIN": neo4j_server.http,
    }
    with asking(neo4j_server) as (_, store):
        load_small(store)
        with serve(tmp_path_factory.mktemp("served"), settings, patients=()) as served:
            yield served


@pytest.fixture(scope="module")
def browser(address: str, neo4j_server: Server) -> Iterator[Neo4jBrowser]:
    with connected(neo4j_server) as opened:
        yield opened


def test_the_guide_plays_and_every_statement_of_it_answers(browser: Neo4jBrowser, address: str) -> None:
    browser.clear()
    guide = browser.play(f"{address}/guides/rxpath.html")
    seen = []
    while True:
        runnables = guide.locator("pre.runnable:visible")
        expect(runnables.first).to_be_visible()
        for i in range(runnables.count()):
            text = runnables.nth(i).text_content() or ""
            result = browser.click(runnables.nth(i))
            if text.startswith(":param"):
                expect(result.get_by_test_id("frameStatusbar")).to_contain_text("Successfully set your parameters")
            else:
                (name,) = (name for name, query in ANALYST.items() if query.text.strip() == text)
                expect(result.get_by_test_id("cypherFrameSidebarTable")).to_be_visible()
                expect(result).not_to_contain_text("no records")
                assert result.get_by_test_id("cypherFrameErrorMessage").count() == 0
                if DRAWN & set(ANALYST[name].columns):
                    assert drawn(result), name
                else:
                    expect(result.get_by_test_id("frameStatusbar")).to_contain_text("Started streaming")
                    assert result.get_by_test_id("cypherFrameSidebarVisualization").count() == 0, name
                seen.append(name)
            browser.close(result)
            guide = browser.frames.first
        onward = guide.get_by_test_id("nextSlide")
        if not onward.count() or onward.first.is_disabled():
            break
        onward.first.click()
    assert sorted(seen) == sorted(ANALYST)


def test_nodes_are_drawn_in_the_style_s_colours_with_their_names(browser: Neo4jBrowser, address: str) -> None:
    browser.clear()
    browser.play(f"{address}/guides/rxpath.html")
    expect(browser.run(f":style {address}/guides/rxpath.grass")).to_contain_text("node.Medicine")
    browser.clear()
    asked = ANALYST["why_suggested"]
    browser.run(':params {"start": "patient:example", "medicine": "Nifedipine"}')
    found = drawn(browser.run(asked.text))
    # A long caption is cut where the circle ends.
    (patient,) = (colour for caption, colour in found.items() if caption.startswith("patient:"))
    assert patient == colours()[NodeKind.PATIENT]

    kinds = {
        "Nifedipine": NodeKind.MEDICINE,
        "High blood pressure": NodeKind.CONDITION,
        "CACNA1C": NodeKind.GENE,
        "Headache": NodeKind.SYMPTOM,
        "Ankle swelling": NodeKind.SIDE_EFFECT,
    }
    assert {caption: found.get(caption) for caption in kinds} == {caption: colours()[kind] for caption, kind in kinds.items()}


def test_a_style_and_saved_queries_are_taken_by_dropping_them(browser: Neo4jBrowser) -> None:
    browser.clear()
    browser.drop(STYLE)
    expect(browser.frames.first).to_contain_text("node.MolecularFunction")
    browser.drop(FOLDER / "browser" / "saved-queries.zip")
    browser.page.get_by_test_id("navigationFavorites").click()
    browser.page.get_by_test_id("expandFolder-Rxpath").click()
    titles = browser.page.get_by_test_id("savedScriptsFolder-Rxpath").locator("[data-testid^=scriptTitle-]")
    expect(titles).to_have_count(len(ANALYST) + 1)
    shown = {title.removeprefix("scriptTitle-") for title in titles.evaluate_all("all => all.map(one => one.dataset.testid)")}
    assert shown == {query.purpose.partition("?")[0] + "?" for query in ANALYST.values()} | {
        "Parameters: set them before you ask"
    }
    browser.page.get_by_test_id("navigationFavorites").click()


@pytest.mark.only_when("RXPATH_SCREENSHOTS", "1")
def test_the_picture_of_the_docs(browser: Neo4jBrowser, address: str) -> None:
    browser.clear()
    guide = browser.play(f"{address}/guides/rxpath.html")
    browser.close(browser.run(f":style {address}/guides/rxpath.grass"))
    guide.get_by_test_id("nextSlide").first.click()
    browser.close(browser.run(parameters(("start", "medicine"))))
    drawn(browser.run(ANALYST["why_suggested"].text))
    browser.page.mouse.move(5, 5)
    browser.page.screenshot(path=PICTURE)
    assert PICTURE.stat().st_size > 0
