"""The table of sources, and how a row of the formulary is known."""

from pathlib import Path

from graph.elements import KnowledgeLevel, Provenance
from graph.row_report import RowReport
from loaders.provenance import knowledge_level, read_sources

TEXT = """source,title,version,licence,url
book,A book,2,CC0-1.0,https://example.org
web,A page,,CC-BY-4.0,
book,Again,3,CC0-1.0,
bare,No licence,1,,
"""


def test_sources_have_versions_and_licences(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(TEXT)
    report = RowReport("sources.csv")

    sources = read_sources(tmp_path / "sources.csv", report)

    assert "book" in sources
    assert "bare" not in sources
    assert sources["web"] == Provenance("web", "", "CC-BY-4.0")
    assert [(p.line, str(p.code)) for p in report.problems] == [(4, "duplicate-key"), (5, "missing-value")]


def test_without_a_table_no_source_is_known(tmp_path: Path) -> None:
    assert "book" not in read_sources(tmp_path / "sources.csv", RowReport("sources.csv"))


def test_only_a_checked_row_is_an_assertion() -> None:
    assert knowledge_level("checked") is KnowledgeLevel.ASSERTION
    assert knowledge_level("unreviewed") is KnowledgeLevel.UNREVIEWED
