"""docs/operations.md: its commands parse, its recipes run, and what it names is there."""

import argparse
import re
import shlex
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from neo4j import GraphDatabase

from api.__main__ import _parser as api_parser
from deploy.neo4j.__main__ import _parser as server_parser
from deploy.neo4j.server import Server
from graph.credentials import Credentials
from loaders.__main__ import _parser as loaders_parser
from recommender.__main__ import _parser as recommender_parser
from tests.deploy.dockerfile import PROJECT
from tests.deploy.test_compose import COMPOSE, SERVICES

PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
README = (PROJECT / "README.md").read_text(encoding="utf-8")
PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "api": api_parser,
    "loaders": loaders_parser,
    "recommender": recommender_parser,
    "deploy.neo4j": server_parser,
}
COMPOSE_COMMAND = ["docker", "compose", "-f", "deploy/compose.yaml"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def block_after(mark: str) -> str:
    found = re.search(rf"^<!-- {mark} -->\n```sh\n(.*?)^```$", PAGE, re.M | re.S)
    assert found, mark
    return found[1]


def commands() -> Iterator[list[str]]:
    """The words of every command of the page, without settings in front and redirections behind."""
    lines = "".join(blocks("sh")).splitlines()
    for line in [*lines, *re.findall(r"`((?:python -m|docker|make) .+?)`", PAGE)]:
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_0-9]+=.*", words[0]):
            words.pop(0)
        ends = [words.index(sign) for sign in ("<", ">", ">>", "|") if sign in words]
        if words:
            yield words[: min(ends, default=len(words))]


def parse_ours(words: list[str]) -> argparse.Namespace:
    """Parse a command of the project by its own parser, which ends the test when it does not know a word."""
    return PARSERS[words[2]]().parse_args(words[3:])


def test_every_command_of_the_project_parses() -> None:
    ours = [words for words in commands() if words[:2] == ["python", "-m"]]

    assert {words[2] for words in ours} >= {"api", "loaders", "deploy.neo4j"}
    for words in ours:
        parse_ours(words)


def test_every_command_of_compose_names_its_services_and_what_runs_in_them() -> None:
    given = [words for words in commands() if words[0] == "docker"]

    assert len(given) > 5
    for words in given:
        assert words[:4] == COMPOSE_COMMAND
        verb, rest = words[4], words[5:]
        assert verb in ("run", "up", "stop")
        if verb == "run":
            place = next(i for i, word in enumerate(rest) if word in SERVICES)
            assert rest[place + 1 : place + 2] in ([], ["python"], ["neo4j-admin"])
            if rest[place + 1 : place + 2] == ["python"]:
                parse_ours(rest[place + 1 :])
        else:
            assert {word for word in rest if not word.startswith("-")} <= set(SERVICES)


def test_every_target_of_make_is_one() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for words in (words for words in commands() if words[0] == "make"):
        assert re.search(rf"^{words[1]}:", makefile, re.M), words
        for done in words[2:]:
            server_parser().parse_args([done.removeprefix("DO=")])


def test_every_setting_path_and_link_is_there() -> None:
    headings = {re.sub(r"[^a-z0-9-]", "", line.lower().replace(" ", "-")) for line in re.findall(r"^#+ (.*)$", PAGE, re.M)}
    paths = re.findall(r"`((?:deploy|cypher|docs|data|graph|loaders)/[\w./-]*)`", PAGE)

    assert [name for name in set(re.findall(r"RXPATH_[A-Z0-9_]*[A-Z]", PAGE)) if f"`{name}`" not in README] == []
    assert paths
    assert [path for path in paths if not (PROJECT / path).exists()] == []
    for link in re.findall(r"\]\((.+?)\)", PAGE):
        path, _, heading = link.partition("#")
        assert (PROJECT / "docs" / path).exists()
        assert path or heading in headings, link


def test_the_secrets_are_what_both_images_want(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    made = f"umask 077\n{block_after('secrets')}"
    subprocess.run(["sh", "-e", "-c", made], cwd=tmp_path, check=True)
    files = {name: tmp_path / "deploy" / secret["file"] for name, secret in COMPOSE["secrets"].items()}

    assert sorted(files.values()) == sorted((tmp_path / "deploy" / "secrets").iterdir())
    assert stat.S_IMODE((tmp_path / "deploy" / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o644}, "containers read them as other users"
    read = Credentials.from_environment({"RXPATH_NEO4J_PASSWORD_FILE": str(files["neo4j_password"])})
    # The form that the entry point of the official image takes; it refuses a password with a slash.
    found = re.fullmatch(r"([^/]+)/([^/]+)/?", files["neo4j_auth"].read_text(encoding="utf-8").rstrip("\n"))
    assert found
    assert found.groups() == (read.user, read.password)
    assert len(read.password) >= 8


def test_the_server_knows_the_statements_and_settings(neo4j_server: Server) -> None:
    named = set(re.findall(r"(?<![\w.])server\.[a-z_.]+[a-z]", PAGE))

    with GraphDatabase.driver(neo4j_server.bolt, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        known = driver.execute_query("SHOW SETTINGS YIELD name").records
        for statement in blocks("cypher"):
            driver.execute_query(f"EXPLAIN {statement}")

    assert named
    assert named <= {record["name"] for record in known}
