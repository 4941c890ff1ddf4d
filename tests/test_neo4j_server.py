"""The tests' own server: each test meets an empty database, and a missing program is a skip that CI does not forgive."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase

from deploy.neo4j.process import Process
from graph.config import PROJECT
from tests.neo4j_guard import HELD, HOMES


def connected(url: str) -> Driver:
    return GraphDatabase.driver(url, auth=(os.environ["RXPATH_NEO4J_USER"], os.environ["RXPATH_NEO4J_PASSWORD"]))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_database_is_empty(neo4j_url: str, turn: str) -> None:
    with connected(neo4j_url) as driver:
        found = driver.execute_query("MATCH (node) RETURN count(*) AS number").records[0]["number"]
        driver.execute_query("UNWIND range(1, 12000) AS number CREATE (:Entity {id: $turn})-[:TREATS]->(:Entity)", turn=turn)

    assert found == 0


def run_without_java(tmp_path: Path, ci: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": str(tmp_path), "JAVA_HOME": "", "CI": ci}
    # Only these plugins: the shared fixtures of the other tests import a lot.
    plugins = ("--noconftest", "-p", "tests.neo4j_session", "-p", "tests.neo4j_server")
    command = [sys.executable, "-m", "pytest", "-vv", "-rs", *plugins, f"{__file__}::test_the_database_is_empty", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_without_java_they_are_skipped_and_one_worker_has_them_all(tmp_path: Path) -> None:
    done = run_without_java(tmp_path, "", "-n2", "--dist=loadgroup")

    assert done.returncode == 0
    assert "no Neo4j: Java is not there: install Java" in done.stdout
    workers = re.findall(r"^\[(gw\d)\].* SKIPPED ", done.stdout, re.M)
    assert len(workers) == 2
    assert len(set(workers)) == 1


def test_without_java_they_fail_in_ci(tmp_path: Path) -> None:
    done = run_without_java(tmp_path, "true", "-n0")

    assert done.returncode == 1
    assert "2 errors" in done.stdout
    assert "Java is not there: install Java" in done.stdout


def test_a_killed_session_leaves_no_server(tmp_path: Path) -> None:
    # The server's place is taken by a process that sleeps; the session is one that only holds its lock.
    server = Process(tmp_path / "home" / "run.lock")
    server.lock.parent.mkdir()
    server.launch(["sleep", "60"], tmp_path / "log")
    (tmp_path / HOMES).write_text(f"{server.lock.parent}\n", encoding="utf-8")
    with (tmp_path / HELD).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        guard = subprocess.Popen([sys.executable, "-m", "tests.neo4j_guard", str(tmp_path)], cwd=PROJECT)
        with pytest.raises(subprocess.TimeoutExpired):
            guard.wait(1)
        assert server.pid()

    assert guard.wait(30) == 0
    assert server.pid() is None
