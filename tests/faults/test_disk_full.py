"""The disk is full in the middle of a load: one line says so, and once there is space it ends in the same graph."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.neo4j.server import Server
from tests.faults.commands import Site, refused
from tests.faults.conftest import Disk
from tests.faults.database import leftovers
from tests.faults.inputs import SECRET_REVIEW, write_tables

pytestmark = pytest.mark.slow

RESERVED = {"db.tx_log.preallocate": "true", "db.tx_log.rotation.size": "1m"}
"""The log's space is taken before it is needed: a disk that ends within an entry keeps Neo4j 5.26 from starting."""
LEFT = 500_000
"""Bytes that are left when a load begins: it needs some millions."""


@pytest.mark.neo4j
def test_a_server_s_disk(
    small_disk: Callable[[Path, int], Disk],
    new_neo4j: Callable[..., Server],
    tmp_path: Path,
    figure: Callable[[str], None],
) -> None:
    data = write_tables(tmp_path / "data")
    twin = Site.embedded(tmp_path / "twin")
    twin.load("build", data)
    disk = small_disk(tmp_path / "neo4j" / "data", 120)
    server = new_neo4j(settings=RESERVED)
    server.start()
    disk.fill(LEFT)
    site = twin.at(server.bolt, server.password)

    line = refused(site.run("loaders", "build", data, "--json"), server.password, SECRET_REVIEW)
    second = refused(site.run("loaders", "build", data, "--json"), server.password, SECRET_REVIEW)

    disk.free()
    alone = site.run("loaders", "build", data, "--json").code == 0
    if not alone:
        server.stop()
        server.start(60)
        site.load("build", data)
    assert site.content() == twin.content()
    assert leftovers(server) == []
    how = "by itself" if alone else "after a restart"
    figure(f"disk of the server full: {line} | again: {second}; given space, same checksum, {how}")


def test_the_embedded_store_s_disk(
    small_disk: Callable[[Path, int], Disk], tmp_path: Path, figure: Callable[[str], None]
) -> None:
    data = write_tables(tmp_path / "data")
    twin = Site.embedded(tmp_path / "twin")
    twin.load("build", data)
    disk = small_disk(tmp_path / "disk", 16)
    disk.fill(LEFT)
    site = twin.at(f"sqlite://{disk.path / 'graph.sqlite'}")

    lines = [refused(site.run("loaders", verb, data, "--json"), SECRET_REVIEW) for verb in ("add", "build")]

    disk.free()
    for verb in ("add", "build"):
        site.load(verb, data)
        assert site.content() == twin.content()
    assert [file.name for file in disk.path.iterdir() if "building" in file.name] == []
    figure(f"disk of the embedded store full: {lines[0]}; given space, same checksum")
