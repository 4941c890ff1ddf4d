"""What makes a store unusable is said by every command in one line: where it is, what is wrong, and nothing secret."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.neo4j.jars import Jars
from deploy.neo4j.server import Server
from tests.api.served import free_port
from tests.faults.commands import Said, Site, refused
from tests.faults.conftest import Disk
from tests.faults.inputs import SECRET_REVIEW, write_tables
from tests.faults.sampling import spread
from tests.loaders.small import COHORT, FORMULARY, write_files
from tests.neo4j_server import JARS, SMALL

OLD = "5.20.0"
"""A version whose server does not know all of the statements."""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A small formulary and two patients, one with words of her own."""
    patients = {name: text.replace("Fine, mostly.", SECRET_REVIEW) for name, text in COHORT.items()}
    return write_files(tmp_path / "data", {**FORMULARY, **patients})


def every_command(site: Site, tables: Path) -> list[Said]:
    """What a load, a recommendation and the service say."""
    commands = (
        ("loaders", "add", tables, "--json"),
        ("loaders", "validate", tables, "--json"),
        ("recommender", "recommend", "--node", "hypertension", "--json"),
        ("api", "serve", "--port", free_port()),
    )
    return [site.run(*command) for command in commands]


def test_no_server(tmp_path: Path, tables: Path, figure: Callable[[str], None]) -> None:
    site = Site(tmp_path / "home", f"neo4j://127.0.0.1:{free_port()}", "a-password")

    said = every_command(site, tables)

    for each in said:
        assert f"{site.url} cannot be reached" in refused(each, site.password, SECRET_REVIEW)
    figure(f"no server: {len(said)} commands, one line each; a whole command took {spread([each.seconds for each in said])}")


@pytest.mark.neo4j
@pytest.mark.slow
def test_a_wrong_password_a_wrong_database_and_a_database_that_is_read_only(
    server: Server, tmp_path: Path, tables: Path, figure: Callable[[str], None]
) -> None:
    site = Site(tmp_path / "home", server.bolt, server.password)
    site.load("add", tables)
    ask = ("recommender", "recommend", "--node", "hypertension", "--json")
    answer, before = site.run(*ask), site.content()
    assert answer.code == 0, answer.err
    secrets = (server.password, SECRET_REVIEW)

    nowhere = [refused(each, *secrets) for each in every_command(site.at(f"{server.bolt}/nowhere", server.password), tables)]
    assert all(f"{server.bolt}/nowhere has no such database" in line for line in nowhere)
    wrong = [
        refused(each, "wr0ng-password", *secrets) for each in every_command(site.at(server.bolt, "wr0ng-password"), tables)
    ]
    # After three wrong passwords the server looks at none for a while.
    assert all("refuses user or password; RXPATH_NEO4J_USER" in line or "after wrong ones" in line for line in wrong)

    server.stop()
    server.home.write_settings({"server.databases.default_to_read_only": "true"})
    try:
        server.start()
        line = refused(site.run("loaders", "add", write_tables(tmp_path / "more"), "--json"), *secrets)
        assert line.endswith(f"{server.bolt} is read-only")
        refused(site.run("loaders", "build", tables, "--json"), *secrets)
        # What only reads goes on.
        again = site.run(*ask)
        assert (again.code, again.out) == (0, answer.out), again.err
    finally:
        server.kill()
        server.home.write_settings({"server.databases.default_to_read_only": "false"})
    server.start()
    assert site.content() == before
    figure(f"wrong password, wrong database, read-only: one line each, for instance: {wrong[0]} | {nowhere[0]} | {line}")


def test_an_embedded_store_that_is_read_only(
    small_disk: Callable[[Path, int], Disk], tmp_path: Path, tables: Path, figure: Callable[[str], None]
) -> None:
    disk = small_disk(tmp_path / "disk", 16)
    site = Site(tmp_path / "home", f"sqlite://{disk.path / 'graph.sqlite'}")
    site.load("add", tables)
    before = site.content()

    disk.mount("ro")
    said = [site.run("loaders", verb, tables, "--json") for verb in ("add", "build")]
    lines = [refused(each, SECRET_REVIEW) for each in said]

    assert all(str(disk.path) in line for line in lines)
    disk.mount("rw")
    site.load("add", tables)
    assert site.content() == before
    figure(f"read-only, embedded: one line each, for instance: {lines[0]}")


@pytest.mark.neo4j
@pytest.mark.slow
@pytest.mark.only_when("RXPATH_FAULTS", "all")
def test_a_server_of_an_unsupported_version(
    neo4j_jars: Jars, tmp_path: Path, tables: Path, figure: Callable[[str], None]
) -> None:
    jars = Jars(JARS.cache, OLD)
    server = Server.prepared(tmp_path / "old", jars, bolt_port=0, http_port=0, settings=SMALL)
    server.start()
    try:
        site = Site(tmp_path / "home", server.bolt, server.password)
        lines = [refused(each, server.password, SECRET_REVIEW) for each in every_command(site, tables)]
    finally:
        server.kill()
    assert all(f"{server.bolt} is Neo4j {OLD}; 5.26 or a later one is needed" in line for line in lines)
    figure(f"unsupported version: {len(lines)} commands, one line each: {lines[0]}")
