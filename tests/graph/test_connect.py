"""Opening a store by its URL."""

from pathlib import Path

import pytest

from graph.connect import open_store
from graph.errors import SettingsError, StoreUnavailableError


@pytest.mark.parametrize("form", ["sqlite://{}", "sqlite:///{}", "SQLITE://{}"])
def test_an_embedded_store_is_opened_by_its_path(tmp_path: Path, form: str) -> None:
    path = tmp_path / "new folder" / "graph.sqlite"

    open_store(form.format(path)).close()

    assert path.exists()


def test_characters_of_a_path_may_be_written_as_their_code(tmp_path: Path) -> None:
    open_store(f"sqlite://{tmp_path}/a%20b%23c.sqlite").close()

    assert (tmp_path / "a b#c.sqlite").exists()


@pytest.mark.parametrize(
    "url",
    ["", "graph.sqlite", "/graph.sqlite", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/path", "sqlite:///a?mode=ro",
     "sqlite:///a#b", "postgresql:///a", "neo4j://[", "http://example.org/"],
)  # fmt: skip
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_store(url)

    assert caught.value.setting == "RXPATH_GRAPH"


def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="cannot be used"):
        open_store(f"sqlite://{tmp_path}")
