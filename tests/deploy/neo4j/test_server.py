"""The real server under its class: a strange password that no list of processes shows, a crash, a start anew."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from deploy.neo4j.answering import answers_statement, speaks_bolt
from deploy.neo4j.errors import MissingToolError, PortTakenError, ServerError
from deploy.neo4j.home import LOOPBACK, free_port
from deploy.neo4j.jars import Jars
from deploy.neo4j.java import find_java
from deploy.neo4j.server import Server
from tests.neo4j_server import SMALL

# Notes its command line, as others see it, and becomes Java.
NOTING = """#!/bin/sh
tr '\\0' '\\n' < /proc/$$/cmdline >> {notes}
env >> {notes}
exec {java} "$@"
"""


def script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def run(server: Server, statement: str) -> list[object]:
    with GraphDatabase.driver(server.bolt, auth=(server.user, server.password)) as driver:
        return [record[0] for record in driver.execute_query(statement).records]


@pytest.mark.neo4j
def test_a_life_of_a_server(neo4j_jars: Jars, guard_home: Callable[[Path], None], tmp_path: Path) -> None:
    # Words that begin so are taken for the name of a file of more words, where there is such a file.
    (file := tmp_path / "ü-\"quoted\" \\ $HOME 'x'").write_text("not-the-password", encoding="utf-8")
    password = f"@{file}"
    notes = tmp_path / "notes"
    java = script(tmp_path / "java", NOTING.format(notes=notes, java=find_java("", neo4j_jars.number)))
    guard_home(home := tmp_path / "a home")
    server = Server.prepared(home, neo4j_jars, java=str(java), password=password, bolt_port=0, http_port=0, settings=SMALL)

    with pytest.raises(ServerError, match=r"^neo4j-admin database chek failed: "):
        server.admin("database", "chek")
    assert not server.running()

    server.start()
    try:
        run(server, "CREATE (:Medicine {name: 'Ménthol'})")
        with (
            GraphDatabase.driver(server.bolt, auth=(server.user, "not the password")) as driver,
            pytest.raises(AuthError),
        ):
            driver.verify_connectivity()
        # Bound to one address: another one of the loopback net answers a server that listens to the world.
        for port in (server.home.port("bolt"), server.home.port("http")):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", port), timeout=2)

        # Another object of the same home is the same server; started twice it is one.
        again = Server(home, neo4j_jars, str(java))
        again.start()
        assert again.pid() == server.pid()
        assert again.password == password

        again.kill()
        assert not server.running()
        assert not server.answering()
        server.restart()
        assert run(server, "MATCH (node:Medicine) RETURN node.name") == ["Ménthol"]
        assert "Started." in server.log_text()
    finally:
        server.stop()

    assert not server.running()
    said = notes.read_text(encoding="utf-8")
    assert "set-initial-password" not in said
    assert "quoted" not in said
    assert str(home / "admin.arguments") in said
    assert not (home / "admin.arguments").exists()


@pytest.mark.neo4j
def test_a_server_that_cannot_start_says_what_it_wrote(new_neo4j: Callable[..., Server]) -> None:
    server = new_neo4j(settings={"server.no.such.setting": "1"})

    with pytest.raises(ServerError, match="ended while it started") as caught:
        server.start()

    assert "server.no.such.setting" in caught.value.log
    assert not server.running()


@pytest.mark.neo4j
@pytest.mark.parametrize("connector", ["bolt", "http"])
def test_a_port_that_is_taken_is_said(new_neo4j: Callable[..., Server], connector: str) -> None:
    server = new_neo4j()
    port = server.home.port(connector)

    with socket.create_server((LOOPBACK, port)), pytest.raises(PortTakenError, match=rf"^port {port} \({connector}\) is taken"):
        server.start()

    assert not server.running()


@pytest.mark.neo4j
def test_a_server_keeps_its_first_password(new_neo4j: Callable[..., Server], neo4j_jars: Jars) -> None:
    server = new_neo4j()
    known = server.password

    with pytest.raises(ServerError, match="has a password already"):
        Server.prepared(server.home.path, neo4j_jars, password="another-one")
    Server.prepared(server.home.path, neo4j_jars, password=known)

    assert server.password == known


@pytest.mark.parametrize(
    ("number", "version", "fits"),
    [
        ("17.0.15", "5.26.30", True),
        ("11.0.2", "5.26.30", False),
        ("1.8.0_402", "5.26.30", False),
        ("17.0.15", "2025.01.0", False),
        ("21", "2026.08.1", True),
    ],
)
def test_java_must_be_recent_enough(tmp_path: Path, number: str, version: str, fits: bool) -> None:
    java = str(script(tmp_path / "java", f"#!/bin/sh\necho 'openjdk version \"{number}\" 2024' >&2\n"))

    if fits:
        assert find_java(java, version) == java
    else:
        with pytest.raises(
            MissingToolError, match=rf"is Java {number.removeprefix('1.').split('.')[0]}, and Neo4j {version} needs"
        ):
            find_java(java, version)


def test_something_that_is_no_java_is_refused(tmp_path: Path) -> None:
    java = str(script(tmp_path / "java", "#!/bin/sh\necho hello\n"))

    with pytest.raises(MissingToolError, match="is no usable Java"):
        find_java(java, "5.26.30")


def test_java_home_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    java = script(tmp_path / "bin" / "java", "#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert find_java("", "5.26.30") == str(java)


def test_nothing_answers_on_a_free_port() -> None:
    port = free_port()

    assert not speaks_bolt(port)
    assert answers_statement(port, "password") == 0


def test_another_program_on_the_port_is_no_server() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        # It takes connections and says nothing.
        assert not speaks_bolt(port)
        assert answers_statement(port, "password") == 0
