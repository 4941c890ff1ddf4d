"""The image of deploy/Dockerfile: its pins and rights, what is in it, and whether that much of the project runs by itself.

No image is built here. What would be copied is copied into a folder, and the image's own commands run there.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from api.__main__ import _parser as api_parser
from deploy.neo4j.home import free_port
from tests.api.small import build
from tests.deploy.dockerfile import PROJECT, Dockerfile, reaches_the_build

IMAGE = Dockerfile.read()
COMPOSE = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
HOME = IMAGE.environment["RXPATH_HOME"]


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


def test_the_base_image_is_pinned_to_the_python_that_the_lock_is_for() -> None:
    lowest = re.search(r'requires-python = ">=(\d+\.\d+)"', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert lowest
    assert re.fullmatch(rf"python:{re.escape(lowest[1])}\.\d+-slim-[a-z]+", IMAGE.one("FROM"))


def test_what_is_copied_exists_and_is_what_the_product_imports_and_reads() -> None:
    folders = {source for source in IMAGE.copied if (PROJECT / source).is_dir()}
    code = "".join(path.read_text(encoding="utf-8") for name in folders for path in (PROJECT / name).rglob("*.py"))
    ours = {path.parent.name for path in PROJECT.glob("*/__init__.py")}
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.M)) & ours
    read = set(re.findall(r'PROJECT / "(\w+)"', code))

    assert all((PROJECT / source).exists() for source in IMAGE.copied)
    assert {"api", "loaders", "recommender"} <= folders
    assert folders == {"api", "loaders", "recommender"} | imported | read
    assert IMAGE.copied.keys() - folders == {"requirements.lock", "LICENSE"}
    assert all(source == target for source, target in IMAGE.copied.items()), "the project finds its folders beside each other"


def test_only_what_is_copied_reaches_the_build() -> None:
    hidden = [".git/config", ".rxpath/patient.key", ".venv/bin/python", "deploy/secrets/neo4j_password", "tests/conftest.py"]
    caches = ["api/__pycache__/app.cpython-311.pyc", "recommender/safety/__pycache__/kidney.cpython-311.pyc"]

    assert [name for name in hidden + caches if reaches_the_build(name)] == []
    assert [source for source in IMAGE.copied if not reaches_the_build(source)] == []
    differing = [name for name in tracked() if reaches_the_build(name) != (name.split("/")[0] in IMAGE.copied)]
    assert differing == []


def test_dependencies_are_installed_from_the_lock_with_hashes_before_the_code_is_copied() -> None:
    (install,) = [line for line in IMAGE.of("RUN") if "install" in line.split() and "pip" in line.split()]
    assert "--require-hashes" in install.split()
    assert install.endswith(" -r requirements.lock")
    order = list(IMAGE.instructions)
    assert order.index(("COPY", "requirements.lock ./")) < order.index(("RUN", install)) < order.index(("COPY", "graph graph/"))


def test_the_user_is_nobody_special_and_owns_the_home_alone() -> None:
    order = list(IMAGE.instructions)
    made = next(line for line in IMAGE.of("RUN") if "useradd" in line)
    user, _, group = IMAGE.one("USER").partition(":")

    assert int(user) > 0
    assert int(group) > 0
    assert f"useradd --uid {user} " in made
    assert f"groupadd --gid {group} " in made
    assert f"install -d -o rxpath -g rxpath -m 0700 {HOME}" in made
    # Docker keeps a volume's first owner only when the folder is there before it is declared one.
    assert order.index(("RUN", made)) < order.index(("USER", IMAGE.one("USER"))) < order.index(("VOLUME", HOME))
    assert order[-1][0] == "CMD"
    assert "ENTRYPOINT" not in dict(order), "docker compose run gives whole commands"


def test_what_is_written_lies_in_the_volume() -> None:
    assert IMAGE.one("VOLUME") == HOME
    assert IMAGE.environment["NUMBA_CACHE_DIR"].startswith(f"{HOME}/")
    assert IMAGE.environment["OMP_NUM_THREADS"] == "1"


def test_the_command_parses_and_every_port_is_the_same() -> None:
    assert IMAGE.command[:3] == ["python", "-m", "api"]
    given = api_parser().parse_args(IMAGE.command[3:])

    assert given.run.__name__ == "_serve"
    assert given.host == "0.0.0.0"  # noqa: S104 - inside a container; compose publishes it on loopback
    assert given.port == int(IMAGE.one("EXPOSE"))
    assert f", {given.port}," in " ".join(IMAGE.health)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds."""
    to = tmp_path_factory.mktemp("image")
    for source, target in IMAGE.copied.items():
        for path in [PROJECT / source, *(PROJECT / source).rglob("*")]:
            name = path.relative_to(PROJECT)
            if path.is_file() and reaches_the_build(name.as_posix()):
                place = to / target / path.relative_to(PROJECT / source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
    return to


def of_the_image(words: list[str], port: str) -> list[str]:
    here = [word.replace(IMAGE.one("EXPOSE"), port) for word in words]
    return [sys.executable if word == "python" else word for word in here]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value.replace(HOME, str(tmp_path)) for name, value in IMAGE.environment.items()}
    # A folder of its own has no kernels yet, and to compile them takes longer than all the rest.
    return own | {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": "1"}


def test_without_a_graph_it_says_so_in_one_line_and_then_builds_one(folder: Path, environment: dict[str, str]) -> None:
    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        command = of_the_image(words, str(free_port()))
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    refused = run(IMAGE.command)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "python -m loaders build" in refused.stderr

    built = run(COMPOSE["services"]["build"]["command"])
    assert built.returncode == 0, built.stderr


def test_it_serves_and_is_healthy_then_and_only_then(folder: Path, environment: dict[str, str], tmp_path: Path) -> None:
    build(tmp_path)
    port, before = str(free_port()), sorted(folder.rglob("*"))

    def healthy() -> bool:
        asked = subprocess.run(of_the_image(IMAGE.health, port), cwd=folder, env=environment, capture_output=True)
        return asked.returncode == 0

    assert not healthy()
    with (tmp_path / "log").open("w+b") as log:
        serving = subprocess.Popen(of_the_image(IMAGE.command, port), cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 60
            while not healthy():
                log.seek(0)
                assert serving.poll() is None, log.read().decode()
                assert time.monotonic() < until, log.read().decode()
                time.sleep(0.5)
        finally:
            serving.terminate()
            assert serving.wait(timeout=60) == 0
    assert not healthy()
    assert sorted(folder.rglob("*")) == before, "nothing is written beside the code"
