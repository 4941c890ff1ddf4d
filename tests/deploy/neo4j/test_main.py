"""``python -m deploy.neo4j`` as a person uses it: start, status, start again, stop, and what it says when it cannot."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from deploy.neo4j.home import LOOPBACK
from deploy.neo4j.jars import Jars
from graph.config import PROJECT


@dataclass(frozen=True)
class Shell:
    """Runs the command line with a home of its own."""

    home: Path
    jars: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # Java compiles in haste, as for the other tests.
        own = {
            "RXPATH_HOME": str(self.home),
            "RXPATH_NEO4J_JARS": str(self.jars),
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RXPATH_")}
        command = [sys.executable, "-m", "deploy.neo4j", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=inherited | own | environment, capture_output=True, text=True)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a command that could not do it."""
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def shown(text: str, label: str) -> str:
    found = re.search(rf"^  {label}\s+(.*)$", text, re.M)
    assert found, text
    return found[1]


@pytest.fixture(scope="module")
def shell(neo4j_jars: Jars, guard_home: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(tmp_path_factory.mktemp("home"), neo4j_jars.cache)
    guard_home(made.home / "neo4j")
    yield made
    made.run("stop")


@pytest.fixture(scope="module")
def started(shell: Shell) -> str:
    """What the first start says."""
    done = shell.run("start", "--bolt-port", "0", "--http-port", "0")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def fresh(blank_home: Path, neo4j_jars: Jars, tmp_path: Path) -> Shell:
    """A home with a server that is ready to start."""
    shutil.copytree(blank_home, tmp_path / "home" / "neo4j")
    return Shell(tmp_path / "home", neo4j_jars.cache)


pytestmark = pytest.mark.neo4j


def test_the_first_start_generates_a_password_and_shows_it(started: str, shell: Shell) -> None:
    password, told = shown(started, "password").split("   ")

    assert told == f"(shown this once; kept in {shell.home / 'neo4j' / 'password'})"
    assert (shell.home / "neo4j" / "password").stat().st_mode & 0o777 == 0o600
    with GraphDatabase.driver(shown(started, "drivers"), auth=(shown(started, "user"), password)) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1


def test_the_lines_for_the_shell_are_what_rxpath_reads(started: str, shell: Shell) -> None:
    exports = dict(re.findall(r"^  export (\w+)=(.*)$", started, re.M))

    assert exports == {
        "RXPATH_GRAPH": shown(started, "drivers"),
        "RXPATH_NEO4J_PASSWORD_FILE": str(shell.home / "neo4j" / "password"),
    }
    # With them set, the same commands work on.
    assert shell.run("start", **exports).returncode == 0


def test_the_browser_is_served(started: str) -> None:
    address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/browser/)", shown(started, "Browser"))
    assert address
    with socket.create_connection((LOOPBACK, int(address[1])), timeout=5) as connection:
        connection.sendall(f"GET {address[2]} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert connection.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.0 200")


def test_a_second_start_says_that_it_runs_and_not_the_password(started: str, shell: Shell) -> None:
    password = shown(started, "password").split()[0]
    pid = (shell.home / "neo4j" / "run.lock").read_text(encoding="utf-8")

    for command in ("start", "status"):
        done = shell.run(command)
        assert done.returncode == 0
        assert shown(done.stdout, "drivers") == shown(started, "drivers")
        assert password not in done.stdout
        assert "make neo4j DO=stop" in done.stdout
    assert (shell.home / "neo4j" / "run.lock").read_text(encoding="utf-8") == pid


def test_stop_ends_it_and_says_when_there_was_nothing_to_end(started: str, shell: Shell) -> None:
    assert shell.run("stop").stdout == "Neo4j is stopped.\n"
    assert shell.run("stop").stdout == "Neo4j was not running.\n"

    status = shell.run("status")
    assert status.returncode == 1
    assert status.stdout == "Neo4j does not run. Start it: make neo4j\n"


def test_a_taken_port_is_one_line(fresh: Shell) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        line = refused(fresh.run("start", "--bolt-port", str(port), "--http-port", "0"))

    assert line == f"error: port {port} (bolt) is taken by another program: stop it, or choose another with --bolt-port"


def test_a_missing_java_is_one_line(fresh: Shell, tmp_path: Path) -> None:
    line = refused(fresh.run("start", PATH=str(tmp_path), JAVA_HOME=""))

    assert line.startswith("error: Java is not there: install Java 17 or later")


def test_a_missing_maven_is_one_line(fresh: Shell, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(str(shutil.which("java")))

    done = fresh.run("start", PATH=str(tmp_path / "bin"), RXPATH_NEO4J_JARS=str(tmp_path / "none"))

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: Maven is not there: install it")


def test_another_password_than_the_servers_is_one_line(fresh: Shell, tmp_path: Path) -> None:
    (file := tmp_path / "password").write_text("another-one\nsecond line\n", encoding="utf-8")

    for environment in ({"RXPATH_NEO4J_PASSWORD": "another-one"}, {"RXPATH_NEO4J_PASSWORD_FILE": str(file)}):
        line = refused(fresh.run("start", **environment))
        assert "this server has a password already" in line
        assert "another-one" not in line


def test_a_password_that_is_too_short_is_one_line(shell: Shell, tmp_path: Path) -> None:
    line = refused(Shell(tmp_path / "home", shell.jars).run("start", RXPATH_NEO4J_PASSWORD="short"))

    assert line.startswith("error: the password needs 8 characters or more")


def test_a_password_file_that_is_missing_is_one_line(fresh: Shell) -> None:
    line = refused(fresh.run("start", RXPATH_NEO4J_PASSWORD_FILE="/nowhere/password"))

    assert "/nowhere/password" in line


def test_a_password_file_that_is_no_text_is_one_line(fresh: Shell, tmp_path: Path) -> None:
    (file := tmp_path / "password").write_bytes(b"\xff\xfe12345678")

    assert "not text" in refused(fresh.run("start", RXPATH_NEO4J_PASSWORD_FILE=str(file)))


def test_a_home_of_nobody_is_one_line(fresh: Shell) -> None:
    assert refused(fresh.run("status", RXPATH_HOME="~no-such-user/rxpath")) == "error: RXPATH_HOME: no such user's folder"
