"""Fetching: whole or not at all, once, and again when something is missing.

Maven itself runs in one test; elsewhere a script of its name stands in, which writes two small jars and counts its calls.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.neo4j.errors import MissingToolError, ServerError
from deploy.neo4j.jars import POM, Jars
from tests.neo4j_server import JARS

SCRIPT = """#!/bin/sh
for word; do case $word in -DoutputDirectory=*) folder=${word#*=};; esac; done
echo "$@" >> "$CALLS"
mkdir -p "$folder"
echo one > "$folder/neo4j-1.jar"
sleep 0.3
if [ -e "$CALLS.fail" ]; then echo "[ERROR] Could not transfer artifact"; echo "[ERROR] more"; exit 1; fi
echo two > "$folder/two.jar"
"""
FETCH = "import sys; from pathlib import Path; from deploy.neo4j.jars import Jars; print(Jars(Path(sys.argv[1])).fetch())"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File with a line for each call of the script."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(SCRIPT, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def count(calls: Path) -> int:
    return len(calls.read_text(encoding="utf-8").splitlines())


def test_jars_are_fetched_once(calls: Path, tmp_path: Path) -> None:
    jars = Jars(tmp_path / "cache")
    assert not jars.are_whole()

    folder = jars.fetch()

    assert jars.fetch() == folder == jars.folder
    assert jars.are_whole()
    assert count(calls) == 1


@pytest.mark.parametrize("damage", ["jar", "size", "listing", "all"])
def test_jars_that_lost_something_are_fetched_again(calls: Path, tmp_path: Path, damage: str) -> None:
    jars = Jars(tmp_path / "cache")
    folder = jars.fetch()
    match damage:
        case "jar":
            (folder / "two.jar").unlink()
        case "size":
            (folder / "two.jar").write_text("", encoding="utf-8")
        case "listing":
            (folder / "jars.txt").unlink()
        case "all":
            folder.rename(tmp_path / "away")

    assert not jars.are_whole()
    jars.fetch()

    assert jars.are_whole()
    assert (folder / "two.jar").read_text(encoding="utf-8") == "two\n"
    assert count(calls) == 2


def test_a_failed_fetch_leaves_nothing_that_passes_for_whole(calls: Path, tmp_path: Path) -> None:
    jars = Jars(tmp_path / "cache")
    (fail := calls.with_name("calls.fail")).touch()

    with pytest.raises(ServerError, match=r"^Maven could not fetch the server: Could not transfer artifact$"):
        jars.fetch()

    assert not jars.folder.exists()
    fail.unlink()
    jars.fetch()
    assert sorted(path.name for path in jars.folder.iterdir()) == ["jars.txt", "neo4j-1.jar", "two.jar"]


def test_processes_that_fetch_at_once_fetch_once(calls: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FETCH, str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = {process.communicate()[0] for process in running}

    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert count(calls) == 1


def test_each_version_has_its_own_folder_and_maven_is_told_which(calls: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folders = {jars.folder for jars in (Jars(cache), Jars(cache, "2026.08.1"), Jars(cache, "2026.08.1", "5.21.0"))}
    Jars(cache, "2026.08.1", "5.21.0").fetch()

    assert len(folders) == 3
    told = calls.read_text(encoding="utf-8").split()
    assert {"-Dneo4j.version=2026.08.1", "-Dbrowser.version=5.21.0", str(POM)} <= set(told)


def test_without_maven_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingToolError, match=r"^Maven is not there: install it"):
        Jars(tmp_path / "cache").fetch()


@pytest.mark.neo4j
def test_maven_fetches_again_what_is_missing(neo4j_jars: Jars, tmp_path: Path) -> None:
    jars = Jars(tmp_path / "cache", JARS.version)
    jars.folder.mkdir(parents=True)
    whole = sorted(path.name for path in neo4j_jars.folder.iterdir())
    for name in whole[:-1]:
        (jars.folder / name).symlink_to(neo4j_jars.folder / name)

    jars.fetch()

    assert sorted(path.name for path in jars.folder.iterdir()) == whole
    assert not any(path.is_symlink() for path in jars.folder.iterdir())
    shutil.rmtree(jars.folder)
