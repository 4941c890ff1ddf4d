"""A server that a module's tests may break, a small disk, and a place for figures."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.neo4j.jars import Jars
from deploy.neo4j.server import Server
from tests.faults.commands import Site
from tests.neo4j_server import SERVERS, empty


@pytest.fixture
def figure(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line that people look for, whether or not the test's output is captured."""

    def show(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", flush=True)  # noqa: T201 - a figure

    return show


@pytest.fixture(scope="module")
def own_server(blank_home: Path, neo4j_jars: Jars, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the module's own, which its tests kill and start again."""
    home = tmp_path_factory.mktemp("own") / "neo4j"
    shutil.copytree(blank_home, home)
    server = Server.prepared(home, neo4j_jars, bolt_port=0, http_port=0)
    yield server
    server.kill()


@pytest.fixture
def server(own_server: Server, request: pytest.FixtureRequest) -> Server:
    """The module's server, running and empty."""
    request.node.stash[SERVERS] = [own_server]
    own_server.start()
    empty(own_server)
    return own_server


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A home with an empty store of each sort; that of Neo4j is on the session's server."""
    embedded = Site.embedded(tmp_path / "home")
    if request.param == "embedded":
        return embedded
    return embedded.at(request.getfixturevalue("neo4j_url"), request.getfixturevalue("neo4j_server").password)


class Disk:
    """A file system of a few megabytes in memory.

    Args:
        path: where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self, options: str) -> None:
        """Mount it, or change what is mounted."""
        self.path.mkdir(parents=True, exist_ok=True)
        again = "remount," if self.path.is_mount() else ""
        command = ["mount", "-t", "tmpfs", "-o", f"{again}{options}", "tmpfs", str(self.path)]
        subprocess.run(command, check=True, capture_output=True, text=True)

    def fill(self, left: int) -> None:
        """Let something else take the space, but for so many bytes."""
        free = shutil.disk_usage(self.path).free
        (self.path / "filler").write_bytes(bytes(max(free - left, 0)))

    def free(self) -> None:
        """Give that space back."""
        (self.path / "filler").unlink()


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path, int], Disk]]:
    """Mounts disks of so many megabytes; a test asks for this before the server that it puts on one."""
    made: list[Disk] = []

    def mount(path: Path, megabytes: int) -> Disk:
        disk = Disk(path)
        try:
            disk.mount(f"size={megabytes}m,mode=700")
        except (OSError, subprocess.CalledProcessError) as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"no small disk can be mounted here: {getattr(error, 'stderr', '') or error}")
        made.append(disk)
        return disk

    yield mount
    for disk in made:
        subprocess.run(["umount", str(disk.path)], check=True, capture_output=True)
