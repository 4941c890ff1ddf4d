from pathlib import Path

import pytest

from loaders.errors import LoadError
from loaders.references.interactions import onc_pairs
from tests.loaders.references.building import write_references

FILE = "ddi-onc-high-priority/ONC_High_Priority_Mapped.csv"


def test_pairs_are_distinct_sorted_and_of_two_medicines(shared: Path) -> None:
    assert onc_pairs(shared) == [
        ("DrugBank:DB00001", "DrugBank:DB00002"),
        ("DrugBank:DB00001", "DrugBank:DB00003"),
        ("DrugBank:DB00001", "DrugBank:DB99999"),
    ]


def test_a_line_without_its_fields_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    shared = write_references(tmp_path, {FILE: "Alpha$DB00001$Beta$DB00002$\nAlpha$DB00001\n"})

    with pytest.raises(LoadError, match="line 2: 4 fields"):
        onc_pairs(shared)
