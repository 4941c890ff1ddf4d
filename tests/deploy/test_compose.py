"""deploy/compose.yaml: every name, port, variable and path in it is one that the project, the image or the server knows.

No container is started here. The variables are read by the product itself, commands by its own parsers, and the database's
settings are those that the tests' own server runs with.
"""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import Settings
from loaders.__main__ import _parser as loaders_parser
from tests.deploy.dockerfile import PROJECT, Dockerfile

FILE = PROJECT / "deploy" / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("api", "build")
IMAGE = Dockerfile.read()
SERVER = (PROJECT / "deploy" / "neo4j" / "neo4j.conf").read_text(encoding="utf-8")
SECRETS = "/run/secrets/"
PORT = re.compile(r"127\.0\.0\.1:(\d+):(\d+)")


def ports(service: str) -> set[int]:
    """Ports of a service that the host sees, which have the same number on both sides."""
    found = [PORT.fullmatch(port) for port in SERVICES[service]["ports"]]
    assert all(match and match[1] == match[2] for match in found), "loopback only, and no number has two meanings"
    return {int(match[1]) for match in found if match}


def setting_name(variable: str) -> str:
    """The setting that the official image reads from a variable: one underscore is a dot, two are one."""
    return variable.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_")


def test_it_has_the_database_the_service_and_the_build() -> None:
    assert set(SERVICES) == {"neo4j", "api", "build"}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["build"], "up starts no build"
    alone = {"command", "healthcheck", "profiles", "ports", "restart"}
    shared = [{key: value for key, value in SERVICES[name].items() if key not in alone} for name in OURS]
    assert shared[0] == shared[1], "one image, one home, one database"


def test_images_are_pinned_and_the_database_is_the_one_that_is_tested() -> None:
    version = re.search(
        r"<neo4j\.version>(.+?)</neo4j\.version>", (PROJECT / "deploy/neo4j/pom.xml").read_text(encoding="utf-8")
    )
    with (PROJECT / "pyproject.toml").open("rb") as file:
        ours = tomllib.load(file)["project"]["version"]

    assert version
    assert SERVICES["neo4j"]["image"] == f"neo4j:{version[1]}-community"
    assert {SERVICES[name]["image"] for name in OURS} == {f"rxpath:{ours}"}
    assert {SERVICES[name]["pull_policy"] for name in OURS} == {"build"}, "a registry's rxpath is not ours"


@pytest.mark.parametrize("name", OURS)
def test_the_image_is_built_from_the_project(name: str) -> None:
    context = (FILE.parent / SERVICES[name]["build"]["context"]).resolve()

    assert context == PROJECT
    assert (context / SERVICES[name]["build"]["dockerfile"]) == PROJECT / "deploy" / "Dockerfile"
    assert (context / SERVICES[name]["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", OURS)
def test_the_product_reads_every_variable_and_finds_the_database_and_the_password(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "neo4j_password"
    secret.write_text("correct horse\n", encoding="utf-8")
    given = {key: value.replace(SECRETS, f"{tmp_path}/") for key, value in SERVICES[name]["environment"].items()}

    read = Settings.from_environment(given)

    host, port = re.fullmatch(r"neo4j://(\w+):(\d+)", read.graph.graph).groups()  # type: ignore[union-attr]
    assert host in SERVICES
    assert int(port) in ports(host)
    assert read.graph.credentials.user == "neo4j", "the only name that the official image takes"
    assert read.graph.credentials.password == "correct horse"
    unread = [key for key in given if Settings.from_environment({k: v for k, v in given.items() if k != key}) == read]
    assert unread == []


def test_every_port_is_on_loopback_and_is_the_one_that_is_listened_on() -> None:
    listened = {int(port) for port in re.findall(r"^server\.\w+\.listen_address=.*:(\d+)$", SERVER, re.M)}

    assert ports("neo4j") == listened
    assert ports("api") == {int(IMAGE.one("EXPOSE"))}
    assert "ports" not in SERVICES["build"]


def test_the_database_has_the_settings_that_the_tests_run_with() -> None:
    lines = [line for line in SERVER.splitlines() if line and not line.startswith("#")]
    connectors = re.compile(r"server\.(default|bolt|http|https)[._].*")
    expected = {name: value for name, _, value in (line.partition("=") for line in lines) if not connectors.fullmatch(name)}
    environment = SERVICES["neo4j"]["environment"]

    assert {setting_name(name): value for name, value in environment.items() if not name.endswith("_FILE")} == expected


def test_the_database_is_healthy_when_its_last_connector_answers() -> None:
    health = SERVICES["neo4j"]["healthcheck"]
    address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)", health["test"][-1])

    assert health["test"][:2] == ["CMD", "wget"], "the official image keeps wget and removes curl"
    assert address
    assert f"server.http.listen_address=127.0.0.1:{address[1]}" in SERVER
    for name in OURS:
        assert SERVICES[name]["depends_on"] == {"neo4j": {"condition": "service_healthy"}}


def test_the_build_is_a_command_of_the_loaders() -> None:
    command = SERVICES["build"]["command"]

    assert command[:3] == ["python", "-m", "loaders"]
    assert loaders_parser().parse_args(command[3:]).command == "build"
    assert SERVICES["build"]["healthcheck"] == {"disable": True}, "it serves nothing"
    assert "command" not in SERVICES["api"], "the image's own"


def test_every_secret_and_volume_is_declared_and_used() -> None:
    mounts = [volume.split(":") for service in SERVICES.values() for volume in service["volumes"]]

    assert {name for name, _ in mounts} == set(COMPOSE["volumes"])
    assert {name for service in SERVICES.values() for name in service["secrets"]} == set(COMPOSE["secrets"])
    assert {to for name, to in mounts if name == "rxpath_home"} == {IMAGE.one("VOLUME")}
    for service in SERVICES.values():
        files = {value for name, value in service["environment"].items() if name.endswith("_FILE")}
        assert files == {SECRETS + name for name in service["secrets"]}, "each service gets its own secret, and reads it"


def test_no_password_is_given_and_git_never_takes_one() -> None:
    text = FILE.read_text(encoding="utf-8")
    for declared in COMPOSE["secrets"].values():
        path = (FILE.parent / declared["file"]).relative_to(PROJECT)
        assert path.parent.as_posix() == "deploy/secrets"
        ignored = subprocess.run(["git", "check-ignore", "-q", path.as_posix()], cwd=PROJECT)
        assert ignored.returncode == 0, "deploy/secrets/ belongs in .gitignore"
    assert not re.search(r"NEO4J_AUTH:|PASSWORD:|NEO4J_AUTH=|PASSWORD=", text)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_beyond_a_plain_user(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert SERVICES[name]["init"] is True, "a signal reaches the service also before it listens"
    assert not {"privileged", "user", "network_mode", "pid"} & set(SERVICES[name])
