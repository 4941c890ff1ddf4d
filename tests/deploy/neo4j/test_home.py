import re
import socket
from pathlib import Path

import pytest

from deploy.neo4j.errors import ServerError
from deploy.neo4j.home import FREE_PORTS, LOOPBACK, TEMPLATE, Home, free_port, is_free, new_password


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "neo4j")


def test_new_settings_are_the_templates_with_the_changed_lines(home: Home) -> None:
    home.write_settings({"server.bolt.listen_address": "127.0.0.1:7999", "db.transaction.timeout": "10s"})

    text = (home.conf / "neo4j.conf").read_text(encoding="utf-8")
    changed = TEMPLATE.read_text(encoding="utf-8").replace(
        "server.bolt.listen_address=127.0.0.1:7687", "server.bolt.listen_address=127.0.0.1:7999"
    )
    assert text == changed + "db.transaction.timeout=10s\n"
    assert home.port("bolt") == 7999
    assert home.port("http") == 7474


def test_what_a_person_wrote_into_the_settings_stays(home: Home) -> None:
    home.write_settings({})
    file = home.conf / "neo4j.conf"
    file.write_text(
        file.read_text(encoding="utf-8") + "# mine\nserver.jvm.additional=-Da=1\nserver.jvm.additional=-Db=2\n",
        encoding="utf-8",
    )

    home.write_settings({"server.memory.pagecache.size": "1g"})

    assert "# mine\n" in file.read_text(encoding="utf-8")
    assert home.settings("server.jvm.additional") == ["-Da=1", "-Db=2"]
    assert home.setting("server.memory.pagecache.size") == "1g"
    assert home.setting("no.such.setting") == ""


def test_a_setting_is_taken_as_it_is(home: Home) -> None:
    value = r"C:\1\g<0> $HOME"
    for _ in range(2):
        home.write_settings({"server.directories.import": value})

    assert home.settings("server.directories.import") == [value]


def test_a_setting_cannot_bring_another_one(home: Home) -> None:
    with pytest.raises(ServerError, match="line break"):
        home.write_settings({"server.memory.pagecache.size": "1g\nserver.https.enabled=true"})


def test_an_address_without_a_port_is_said(home: Home) -> None:
    home.write_settings({"server.http.listen_address": "127.0.0.1"})

    with pytest.raises(ServerError, match=r"server\.http\.listen_address needs a port"):
        home.port("http")


def test_the_template_listens_on_loopback_only() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    addresses = re.findall(r"^[a-z._]+_address=([^:\n]*)", text, re.M)

    assert len(addresses) == 6
    assert set(addresses) == {LOOPBACK}


def test_a_password_is_kept_in_a_file_that_only_its_owner_reads(home: Home) -> None:
    assert home.password() == ""
    home.write_password("first-one")
    home.write_password('  "Ünïcode\\ ')

    assert home.password() == '  "Ünïcode\\ '
    assert home.password_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("password", ["", "seven77", "with\nbreak", "with\x00nul"])
def test_a_password_that_the_server_would_refuse_is_refused_before(home: Home, password: str) -> None:
    with pytest.raises(ServerError, match="8 characters or more"):
        home.write_password(password)
    assert not home.password_file.exists()


def test_generated_passwords_differ_and_are_long() -> None:
    made = {new_password() for _ in range(100)}

    assert len(made) == 100
    assert all(re.fullmatch(r"[\w-]{24}", password) for password in made)


def test_a_free_port_is_free_and_none_that_a_client_could_get() -> None:
    port = free_port()

    assert port in FREE_PORTS
    assert is_free(port)
    with socket.create_server((LOOPBACK, port)):
        assert not is_free(port)
