"""Foreign tables of names: matched, ambiguous, unknown; with a mapping of their own, a shipped one, or none that fits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from loaders.errors import LoadError
from loaders.mapping import read_mapping, shipped_mappings
from loaders.sources.medicine_csv import new_id
from tests.loaders.conftest import Loaders
from tests.loaders.small import FORMULARY, changed

Files = Callable[..., Path]
TABLE = """Drug_Name,Reason,Description
Altace,High Blood-Pressure,For the pressure
IBUPROFEN,migraine,"Takes the edge off, mostly"
Foo-Bar XR,Essential hypertension,
Foo-Bar XR,Migraine,
"""
MAPPING = """
[table]
kind = "indication"
[columns]
medicine = "Arznei"
condition = "Leiden"
[values]
relation = "palliates"
source = "clinic"
source_version = "2024"
licence = "CC-BY-4.0"
"""


@pytest.fixture
def added(loaders: Loaders, files: Files) -> Loaders:
    loaders("build", files(FORMULARY))
    folder = files({"drugs.csv": TABLE}, "foreign")
    code, outcome = loaders("add", folder / "drugs.csv")
    assert (code, outcome["files"][0]["format"], outcome["total"]["accepted"]) == (0, "medicine", 4)
    return loaders


def test_known_names_lead_to_known_nodes(added: Loaders) -> None:
    edge = added.edges("DrugBank:DB00178", EdgeKind.TREATS)[-1]

    assert (edge.end, edge.level, edge.provenance.source) == ("ICD10CM:I10", KnowledgeLevel.UNREVIEWED, "drugs")
    assert edge.properties == {"line": "unstated", "note": "For the pressure"}


def test_unknown_names_become_unverified_nodes(added: Loaders) -> None:
    medicine, condition = added.node("rx:medicine-foo-bar-xr"), added.node("rx:condition-migraine")

    assert (medicine.kind, medicine.name, dict(medicine.properties)) == (NodeKind.MEDICINE, "Foo-Bar XR", {"verified": False})
    assert condition.provenance == Provenance("drugs", "", "unstated")
    assert [e.end for e in added.edges(medicine.id, EdgeKind.TREATS)] == ["ICD10CM:I10", "rx:condition-migraine"]


def test_the_same_table_again_changes_nothing(added: Loaders, files: Files) -> None:
    _, outcome = added("add", files({"drugs.csv": TABLE}, "foreign") / "drugs.csv")

    assert [outcome["total"][name] for name in ("created", "changed", "removed")] == [0, 0, 0]


def test_a_table_can_be_built_with_the_formulary_in_one_go(loaders: Loaders, files: Files) -> None:
    formulary, foreign = files(FORMULARY), files({"drugs.csv": TABLE}, "foreign")

    code, first = loaders("build", formulary, foreign)
    _, second = loaders("build", foreign, formulary)

    assert code == 0
    assert first["snapshot"] == second["snapshot"]
    assert [second["total"][name] for name in ("created", "changed", "removed")] == [0, 0, 0]


def test_a_name_of_two_meanings_is_quarantined_with_its_candidates(loaders: Loaders, files: Files) -> None:
    loaders("build", files(changed(FORMULARY, "condition.csv", "Pregnancy,,", "Pregnancy,hypertension,")))
    folder = files({"drugs.csv": "Drug_Name,Reason,Description\nAltace,hypertension,x\n"}, "foreign")

    code, outcome = loaders("add", folder)

    (problem,) = outcome["files"][0]["problems"]
    assert code == 2
    assert (problem["code"], problem["expected"]) == ("ambiguous-name", "one of ICD10CM:I10, ICD10CM:Z33")


def test_two_rows_for_one_pair_are_one_row_too_many(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY))
    folder = files({"d.csv": "Drug_Name,Reason,Description\nAltace,I10,x\nRamipril,hypertension,y\n,I10,\n"}, "foreign")

    problems = loaders.problems("add", folder)

    assert problems == [("d.csv", 3, "medicine", "duplicate-key"), ("d.csv", 4, "medicine", "missing-value")]


def test_a_mapping_names_the_columns_and_what_holds_for_all_rows(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY))
    folder = files({"liste.csv": "Nr;Leiden;Arznei\n1;Kopfweh;Ramipril\n", "map.toml": MAPPING}, "foreign")

    code, outcome = loaders("add", folder / "liste.csv", "--mapping", folder / "map.toml")

    assert (code, outcome["total"]["created"]) == (0, 2)
    edge = loaders.edge("DrugBank:DB00178", EdgeKind.PALLIATES)
    assert (edge.end, edge.provenance) == ("rx:condition-kopfweh", Provenance("clinic", "2024", "CC-BY-4.0"))


def test_a_mapping_can_name_other_tables_by_name(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY))
    mapping = '[table]\nfile = "i.csv"\nkind = "interaction"\n[columns]\nmedicine_a = "x"\nmedicine_b = "y"\nseverity = "how"\n'
    table = "x,y,how\nAltace,Nonesuch,severe\nAltace,Altace,severe\nAltace,Brufen,deadly\n"
    folder = files({"i.csv": table, "j.csv": table, "map.toml": mapping}, "foreign")

    problems = loaders.problems("add", folder, "--mapping", folder / "map.toml")

    assert problems == [("i.csv", 3, "medicine_b", "inconsistent"), ("i.csv", 4, "severity", "bad-value")]
    assert loaders.edges("DrugBank:DB00178", EdgeKind.INTERACTS_WITH)[-1].end == "rx:medicine-nonesuch"


def test_modifiers_of_a_foreign_interaction_are_read_as_strictly(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY))
    columns = 'medicine_a = "x"\nmedicine_b = "y"\nseverity = "how"\nmodifiers = "but"\n'
    mapping = f'[table]\nfile = "i.csv"\nkind = "interaction"\n[columns]\n{columns}'
    table = "x,y,how,but\nAltace,Nonesuch,severe,age >= 65: mild\nAltace,Other,severe,with luck: none\n"
    folder = files({"i.csv": table, "map.toml": mapping}, "foreign")

    problems = loaders.problems("add", folder, "--mapping", folder / "map.toml")

    assert problems == [("i.csv", 3, "modifiers", "bad-value")]
    assert loaders.edges("DrugBank:DB00178", EdgeKind.INTERACTS_WITH)[-1].properties["modifiers"] == ("age >= 65: mild",)


def test_a_name_that_cannot_become_a_node_is_reported(loaders: Loaders, files: Files) -> None:
    loaders("build", files(FORMULARY))
    mapping = '[table]\nkind = "side_effect"\n[columns]\nmedicine = "x"\nside_effect = "y"\n'
    folder = files({"i.csv": "x,y\nAltace,glowing\nNew,Cough\n", "map.toml": mapping}, "foreign")

    problems = loaders.problems("add", folder / "i.csv", "--mapping", folder / "map.toml")

    assert problems == [("i.csv", 2, "side_effect", "unknown-name")]


def test_a_mapping_serves_patients_too(built: Loaders, files: Files) -> None:
    mapping = '[table]\nkind = "diagnosis"\n[columns]\npatient_id = "MRN"\ncondition = "ICD"\nstart = "ONSET"\n'
    folder = files({"dx.csv": "MRN,Name,ICD,ONSET\nP2,Anna,R51,2024-01-01\n", "map.toml": mapping}, "foreign")

    code, outcome = built("add", folder / "dx.csv", "--mapping", folder / "map.toml")

    assert (code, outcome["total"]["created"], outcome["total"]["withheld"]) == (0, 1, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[table", "Expected"),
        ("[tables]\nkind='x'", "no section"),
        ("[table]\nkind='indication'\n[columns]\nmedicine=3", "text is expected"),
        ("[table]\nkinds='indication'", "known key"),
        ("[columns]\nmedicine='x'", "are required"),
        ("[table]\nkind='indication'", "are required"),
        ("[table]\nkind='horoscope'\n[columns]\na='b'", "there are"),
        ("[table]\nkind='indication'\n[columns]\nmedicine='x'", "which indication requires"),
        ("[table]\nkind='indication'\n[columns]\nmedicine='x'\nstars='y'", "has no column 'stars'"),
        ("[table]\nkind='indication'\n[columns]\nmedicine='x'\ncondition='y'\n[values]\nrelation='cures'", "not usable"),
        ("[table]\nkind='diagnosis'\n[columns]\npatient_id='x'\n[values]\nstatus='active'", "no place for status"),
    ],
)
def test_an_unusable_mapping_is_refused_with_its_reason(loaders: Loaders, files: Files, text: str, reason: str) -> None:
    folder = files({"t.csv": "x,y\n1,2\n", "map.toml": text})

    code, _, error = loaders.screen("add", folder / "t.csv", "--mapping", folder / "map.toml")

    assert code == 2
    assert "map.toml" in error
    assert reason in error
    assert error.count("\n") == 1


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError):
        read_mapping(tmp_path / "none.toml")


def test_every_shipped_mapping_can_be_read() -> None:
    assert [mapping.kind for mapping in shipped_mappings()] == ["indication"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Aspirin", "rx:medicine-aspirin"), ("  Ácido  Fólico 5% ", "rx:medicine-acido-folico-5-percent")],
)
def test_the_id_of_a_name_is_made_of_its_words(name: str, expected: str) -> None:
    assert new_id(name, NodeKind.MEDICINE) == expected


def test_names_without_latin_words_and_long_ones_have_ids_of_their_own() -> None:
    ids = {new_id(name, NodeKind.CONDITION) for name in ("阿司匹林", "布洛芬", "x" * 300, "x" * 301)}

    assert len(ids) == 4
    assert all(len(i) < 160 for i in ids)
