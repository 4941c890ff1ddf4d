from pathlib import Path

import pytest

from loaders.references.treatments import Category, ReferencePair, drugmechdb, pharmacotherapydb
from tests.loaders.references.building import write_references


def test_pairs_keep_their_order_category_and_record(shared: Path) -> None:
    pairs = list(pharmacotherapydb(shared))

    assert pairs[0] == ReferencePair("DrugBank:DB00001", "DOID:1", Category.MODIFIES, "DOID:1/DB00001")
    assert [pair.category for pair in pairs[:3]] == [Category.MODIFIES, Category.RELIEVES, Category.NOT]
    assert len(pairs) == 6


def test_ends_of_mechanisms_are_treatments(shared: Path) -> None:
    first, second, _ = drugmechdb(shared)

    assert first == ReferencePair("DrugBank:DB00001", "MESH:D1", Category.MODIFIES, "DB00001_MESH_D1_1")
    assert second.medicine == "DrugBank:DB00002"


def test_a_mechanism_without_ends_matches_nothing(shared: Path) -> None:
    last = list(drugmechdb(shared))[-1]

    assert (last.medicine, last.disease) == ("DrugBank:", "")


def test_an_unknown_category_is_an_error_and_no_treatment(tmp_path: Path) -> None:
    table = "doid_id\tdrugbank_id\tdisease\tdrug\tcategory\nDOID:1\tDB00001\tone\tAlpha\tMAYBE\n"
    shared = write_references(tmp_path, {"pharmacotherapydb/indications.tsv": table})

    with pytest.raises(ValueError, match="MAYBE"):
        list(pharmacotherapydb(shared))
