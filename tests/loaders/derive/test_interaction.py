from pathlib import Path

import pytest

from loaders.derive import interaction
from loaders.errors import LoadError
from tests.loaders.references.building import FORMULARY, replaced, write_formulary

CLASSES = "interaction_class.csv"


def _with_classes(tmp_path: Path, old: str, new: str) -> Path:
    data = write_formulary(tmp_path / "changed")
    (data / CLASSES).write_text(replaced(FORMULARY[CLASSES], old, new))
    return data


def test_every_pair_of_known_medicines_is_a_severe_row(shared: Path, data: Path) -> None:
    found = interaction.rows(shared, data)

    assert [(row["medicine_a"][-1], row["medicine_b"][-1]) for row in found] == [("1", "2"), ("1", "3")]
    assert {row["severity"] for row in found} == {"severe"}
    assert {row["level"] for row in found} == {"checked"}


def test_the_texts_name_the_two_whichever_way_round_the_class_has_them(shared: Path, data: Path) -> None:
    first, second = interaction.rows(shared, data)

    assert (first["mechanism"], first["management"]) == ("Alpha harms beta.", "Do not give beta.")
    assert second["mechanism"] == "Gamma before alpha."
    assert second["note"] == "class rest"


def test_a_row_cites_the_pair(shared: Path, data: Path) -> None:
    assert interaction.rows(shared, data)[0]["locator"] == "DB00001/DB00002"


def test_the_class_of_lower_rank_goes_first(shared: Path, tmp_path: Path) -> None:
    data = _with_classes(tmp_path, "rest,2,DrugBank:DB00003,", "rest,2,DrugBank:DB00003;DrugBank:DB00001,")

    assert interaction.rows(shared, data)[0]["note"] == "class first"


def test_the_rank_counts_and_not_the_place_in_the_file(shared: Path, tmp_path: Path) -> None:
    data = _with_classes(tmp_path, "first,1,", "first,3,")
    wide = "rest,2,DrugBank:DB00003;DrugBank:DB00001,"
    (data / CLASSES).write_text(replaced((data / CLASSES).read_text(), "rest,2,DrugBank:DB00003,", wide))

    with pytest.raises(LoadError, match="no pair is of first"):
        interaction.rows(shared, data)


def test_a_pair_without_a_class_is_an_error(shared: Path, tmp_path: Path) -> None:
    data = _with_classes(tmp_path, "DrugBank:DB00001;DrugBank:DB00002", "DrugBank:DB00002")

    with pytest.raises(LoadError, match="no class has DrugBank:DB00001 and DrugBank:DB00003"):
        interaction.rows(shared, data)


def test_a_class_without_a_pair_is_an_error(shared: Path, tmp_path: Path) -> None:
    extra = "spare,3,DrugBank:DB00002,DrugBank:DB00003,x,y,unreviewed,general-clinical-knowledge,,\n"
    data = write_formulary(tmp_path / "changed", {CLASSES: extra})

    with pytest.raises(LoadError, match="no pair is of spare"):
        interaction.rows(shared, data)


def test_a_member_that_is_no_medicine_is_an_error(shared: Path, tmp_path: Path) -> None:
    data = _with_classes(tmp_path, "first,1,DrugBank:DB00001,", "first,1,DrugBank:DB77777,")

    with pytest.raises(LoadError, match="first has members that are no medicines: DrugBank:DB77777"):
        interaction.rows(shared, data)


def test_two_classes_of_one_rank_are_an_error(shared: Path, tmp_path: Path) -> None:
    data = _with_classes(tmp_path, "rest,2,", "rest,1,")

    with pytest.raises(LoadError, match="same rank"):
        interaction.rows(shared, data)
