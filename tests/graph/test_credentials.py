"""Who signs in: from the environment or a file, and never shown."""

from pathlib import Path

import pytest

from graph.credentials import Credentials
from graph.errors import SettingsError


def test_user_and_password_come_from_the_environment() -> None:
    found = Credentials.from_environment({"RXPATH_NEO4J_USER": "ada", "RXPATH_NEO4J_PASSWORD": "s3cret"})

    assert (found.user, found.password) == ("ada", "s3cret")


def test_without_settings_the_user_is_neo4j_and_there_is_no_password() -> None:
    assert Credentials.from_environment({}) == Credentials("neo4j", "")


def test_a_file_holds_the_password_in_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("päss wörd\nanother line\n", encoding="utf-8")

    assert Credentials.from_environment({"RXPATH_NEO4J_PASSWORD_FILE": str(file)}).password == "päss wörd"


def test_another_prefix_reads_other_settings() -> None:
    environment = {"RXPATH_EXPORT_PASSWORD": "two", "RXPATH_NEO4J_PASSWORD": "one"}

    assert Credentials.from_environment(environment, "RXPATH_EXPORT").password == "two"


def test_a_password_is_in_no_representation() -> None:
    assert "s3cret" not in f"{Credentials('ada', 's3cret')!r} {Credentials('ada', 's3cret')!s}"


def test_a_password_given_twice_is_refused() -> None:
    with pytest.raises(SettingsError, match="not both") as caught:
        Credentials.from_environment({"RXPATH_NEO4J_PASSWORD": "s3cret", "RXPATH_NEO4J_PASSWORD_FILE": "file"})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"], ids=["missing", "empty", "blank line", "no text"])
def test_a_file_without_a_password_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError, match="RXPATH_NEO4J_PASSWORD_FILE"):
        Credentials.from_environment({"RXPATH_NEO4J_PASSWORD_FILE": str(file)})
