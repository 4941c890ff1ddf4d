"""Settings from the environment."""

from pathlib import Path

import pytest

from graph.config import PROJECT, GraphSettings
from graph.connect import open_store
from graph.errors import SettingsError


def test_by_default_everything_lies_in_the_project() -> None:
    settings = GraphSettings.from_environment({})

    assert settings.home == PROJECT / ".rxpath"
    assert settings.graph == f"sqlite://{PROJECT}/.rxpath/graph.sqlite"
    assert settings.snapshots == settings.home / "snapshots"
    assert settings.patient_key == settings.home / "patient.key"
    assert settings.database == f"sqlite:///{PROJECT}/.rxpath/accounts.sqlite"
    assert settings.site == settings.home / "site.toml"
    assert (PROJECT / "pyproject.toml").exists()


def test_empty_settings_are_as_good_as_none() -> None:
    assert GraphSettings.from_environment({"RXPATH_HOME": "", "RXPATH_GRAPH": ""}) == GraphSettings.from_environment({})


def test_home_and_graph_can_be_set(tmp_path: Path) -> None:
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(tmp_path), "RXPATH_GRAPH": "neo4j://example"})

    assert (settings.home, settings.graph) == (tmp_path, "neo4j://example")


def test_the_database_can_be_set_and_is_not_shown() -> None:
    settings = GraphSettings.from_environment({"RXPATH_DATABASE": "postgresql://u:secret@host/db"})

    assert settings.database == "postgresql://u:secret@host/db"
    assert "secret" not in repr(settings)


def test_the_sites_policy_can_be_elsewhere_but_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "policy.toml").write_text("")

    assert GraphSettings.from_environment({"RXPATH_SITE": "~/policy.toml"}).site == tmp_path / "policy.toml"
    for path in (str(tmp_path), str(tmp_path / "none.toml"), "~no-such-user-at-all/x"):
        with pytest.raises(SettingsError) as caught:
            GraphSettings.from_environment({"RXPATH_SITE": path})
        assert caught.value.setting == "RXPATH_SITE"


def test_a_relative_home_and_a_tilde_are_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))

    assert GraphSettings.from_environment({"RXPATH_HOME": "here"}).home == tmp_path / "here"
    assert GraphSettings.from_environment({"RXPATH_HOME": "~/there"}).home == tmp_path / "me" / "there"


def test_a_home_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    for home in (str(file), "~no-such-user-at-all/x"):
        with pytest.raises(SettingsError) as caught:
            GraphSettings.from_environment({"RXPATH_HOME": home})
        assert caught.value.setting == "RXPATH_HOME"


@pytest.mark.parametrize("name", ["a b", "a#b", "a?b", "a%41b", "ä", "a'b\"c"])
def test_a_home_of_any_name_holds_the_graph(tmp_path: Path, name: str) -> None:
    home = tmp_path / name

    open_store(GraphSettings.from_environment({"RXPATH_HOME": str(home)}).graph).close()

    assert (home / "graph.sqlite").exists()
    assert [item.name for item in tmp_path.iterdir()] == [name]
