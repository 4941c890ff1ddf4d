from pathlib import Path

import pytest

from loaders.errors import LoadError
from loaders.references.folder import ReferenceMissingError, reference_file


def test_a_reference_is_found_from_its_folder_and_from_the_one_above(shared: Path) -> None:
    above = reference_file(shared, "pharmacotherapydb", "indications.tsv")
    inside = reference_file(shared / "data", "pharmacotherapydb", "indications.tsv")

    assert above == inside
    assert above.is_file()


def test_a_missing_reference_says_where_it_was_looked_for_and_how_to_name_another(shared: Path) -> None:
    with pytest.raises(ReferenceMissingError, match="RXPATH_SHARED") as caught:
        reference_file(shared, "pharmacotherapydb", "nothing.tsv")

    assert caught.value.path == shared / "data" / "pharmacotherapydb" / "nothing.tsv"
    assert isinstance(caught.value, LoadError)


def test_a_folder_is_no_file(shared: Path) -> None:
    with pytest.raises(ReferenceMissingError):
        reference_file(shared, "pharmacotherapydb", "")
