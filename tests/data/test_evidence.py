"""How rows are known: a checked row leads to its source, an unreviewed one claims none, and every source may be used."""

import re
from pathlib import Path

import pytest

from tests.data.reading import COLUMNS, DATA, DECISIONS, lines, rows, shown

UNREVIEWED = "general-clinical-knowledge"
NOT_OURS = re.compile(
    r"(?:^|[\s,;\"'])/(?:work|tmp|home|root)/|[A-Z]:\\\\|localhost|registry\.|pypi\.org|npmjs|packages\.debian|\d+\.\d+\.\d+\.\d+:\d+",
    re.MULTILINE,
)
HOW_IT_WAS_MADE = re.compile(r"look-?up|helper|stored file|file id|\bscript\b|\bagent\b|\bprompt\b|\bTODO\b", re.IGNORECASE)
NON_COMMERCIAL = re.compile(r"\bNC\b|non-?commercial", re.IGNORECASE)


def _sources() -> dict[str, dict[str, str]]:
    header, *body = lines(DATA / "sources.csv")
    return {cells[0]: dict(zip(header, cells, strict=True)) for cells in body}


@pytest.mark.parametrize("table", [*COLUMNS, *DECISIONS])
def test_a_row_is_checked_or_unreviewed(table: str) -> None:
    assert {row["level"] for row in rows(table)} <= {"checked", "unreviewed"}


@pytest.mark.parametrize("table", [*COLUMNS, *DECISIONS])
def test_a_checked_row_names_a_listed_source_and_the_place_in_it(table: str) -> None:
    listed = _sources().keys() - {UNREVIEWED}

    checked = [row for row in rows(table) if row["level"] == "checked"]
    assert not shown(row for row in checked if row["source"] not in listed or not row["locator"])


@pytest.mark.parametrize("table", [*COLUMNS, *DECISIONS])
def test_an_unreviewed_row_invents_no_citation(table: str) -> None:
    unreviewed = [row for row in rows(table) if row["level"] == "unreviewed"]

    assert not shown(row for row in unreviewed if row["source"] != UNREVIEWED or row["locator"])


def test_every_listed_source_is_used_and_says_its_licence() -> None:
    used = {row["source"] for table in (*COLUMNS, *DECISIONS) for row in rows(table)}

    assert _sources().keys() == used
    assert not shown(key for key, source in _sources().items() if not source["title"] or not source["licence"])


def test_no_row_rests_on_a_source_that_forbids_commercial_use() -> None:
    assert not shown(key for key, source in _sources().items() if NON_COMMERCIAL.search(source["licence"]))


def test_share_alike_sources_give_no_wording() -> None:
    """Where a list comes with share-alike text, its licence line says that the text was left behind."""
    sharing = [source for source in _sources().values() if re.search(r"GPL|-SA-|share-alike", source["licence"])]

    assert {source["source"] for source in sharing} == {"cpic", "gnumed-atc"}
    assert all("carried over" in source["licence"] for source in sharing)


def test_side_effects_are_named_in_our_own_words_and_not_by_their_non_commercial_list() -> None:
    assert {row["source"] for table in ("side_effect_name", "side_effect") for row in rows(table)} <= {UNREVIEWED, "fda-label"}


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.*")), ids=lambda path: str(path.relative_to(DATA)))
def test_no_file_holds_a_path_of_a_machine_or_a_registry(path: Path) -> None:
    assert not shown(NOT_OURS.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("table", [*COLUMNS, *DECISIONS])
def test_notes_speak_to_the_reader_of_the_row(table: str) -> None:
    assert not shown(row["note"] for row in rows(table) if HOW_IT_WAS_MADE.search(row["note"]))


@pytest.mark.parametrize("table", [*COLUMNS, *DECISIONS])
def test_pages_are_cited_by_a_whole_address(table: str) -> None:
    addresses = [part for row in rows(table) if "://" in row["locator"] for part in row["locator"].split(" ; ")]

    assert not shown(address for address in addresses if not re.fullmatch(r"https?://[\w.:-]+(/\S*)?", address))


def test_facts_of_a_reference_are_cited_by_its_own_record() -> None:
    forms = {
        "pharmacotherapydb": r"DOID:\d+/DB\d{5}",
        "drugmechdb": r"DB\d{5}_\w+",
        "onc-high-priority": r"DB\d{5}/DB\d{5}",
        "icd10cm": r"[A-Z]\d[0-9A-Z]{1,5}",
        "drugcentral": r"DB\d{5}/[\w:]+",
    }
    for table in COLUMNS:
        for row in rows(table):
            form = forms.get(row["source"])
            if form and row["level"] == "checked":
                assert re.fullmatch(form, row["locator"]), row
