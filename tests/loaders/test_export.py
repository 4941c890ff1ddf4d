"""The export command: its arguments, files that Neo4j's own importer reads, and a copy on a server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.neo4j.server import Server
from graph.bulk_files import COMMAND
from graph.config import PROJECT
from graph.connect import open_store
from graph.credentials import Credentials
from graph.elements import NodeKind
from graph.property_text import properties_text
from graph.snapshot import Snapshot
from graph.store import PATIENT_EDGES, GraphStore, LoadCounts
from tests.graph.building import load
from tests.graph.hostile import hostile_graph
from tests.loaders.conftest import Loaders

Compiled = Callable[[GraphStore], Snapshot]


def patients(store: GraphStore) -> list[tuple[object, ...]]:
    """All patients and their edges; properties as texts, since equal numbers may be of two types."""
    found: list[tuple[object, ...]] = []
    for node in store.nodes(NodeKind.PATIENT):
        edges = store.edges_from(node.id)
        found.append((node, edges, [properties_text(edge.properties) for edge in edges]))
    return found


@pytest.mark.neo4j
def test_neo4js_own_importer_makes_the_same_store(
    loaders: Loaders, new_neo4j: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: Compiled
) -> None:
    loaders("build", PROJECT / "data")
    hostile, source = hostile_graph(), loaders.store
    load(source, hostile, name="hostile")
    server = new_neo4j()

    code, out, _ = loaders.screen("export", "--format", "neo4j-admin", "--patients", "all", tmp_path / "files")
    monkeypatch.chdir(tmp_path / "files")
    server.admin(*COMMAND.split()[1:])
    server.start()

    imported = open_store(server.bolt, Credentials(server.user, server.password))
    assert (code, COMMAND in out) == (0, True)
    assert compiled(imported).checksum == compiled(source).checksum
    assert (imported.counts(), imported.revision()) == (source.counts(), source.revision())
    assert patients(imported) == patients(source)
    # Elements are as the store itself would have written them, so that it finds nothing to change.
    assert load(imported, hostile, name="again") == LoadCounts(0, 0, 0)
    imported.close()


@pytest.mark.parametrize(("wanted", "count"), [("none", 0), ("pseudonyms", 2), ("all", 2)])
def test_patients_are_written_as_far_as_they_are_asked_for(built: Loaders, tmp_path: Path, wanted: str, count: int) -> None:
    code, out, _ = built.screen("export", "--format", "neo4j-admin", "--patients", wanted, tmp_path / "files")

    (known, _) = [node.id for node in built.store.nodes(NodeKind.PATIENT)]
    text = "".join(path.read_text() for path in (tmp_path / "files").iterdir())
    assert (code, f"{count} patients among them" in out) == (0, True)
    assert text.count("patient:") > 0 or not count
    assert (known in text, "Fine, mostly." in text) == (wanted == "all", wanted == "all")


def test_files_hold_no_patients_when_nothing_is_said(built: Loaders, tmp_path: Path) -> None:
    built.screen("export", "--format", "neo4j-admin", tmp_path / "files")

    assert "patient:" not in "".join(path.read_text() for path in (tmp_path / "files").iterdir())


def test_files_are_not_written_over(built: Loaders, tmp_path: Path) -> None:
    built.screen("export", "--format", "neo4j-admin", tmp_path / "files")

    code, out, error = built.screen("export", "--format", "neo4j-admin", tmp_path / "files")

    assert (code, out) == (2, "")
    assert "is no empty folder; name another" in error


def test_a_copy_holds_the_knowledge(built: Loaders, tmp_path: Path, compiled: Compiled) -> None:
    url = f"sqlite://{tmp_path / 'copy.sqlite'}"

    first, again = (built.screen("export", "--to", url)[:2] for _ in range(2))

    copy = open_store(url)
    assert compiled(copy).checksum == compiled(built.store).checksum
    assert not set(copy.counts()) & {NodeKind.PATIENT, *PATIENT_EDGES}
    assert (first[0], again) == (0, (0, "created 0, changed 0, removed 0\n"))
    copy.close()


def test_a_server_gets_a_copy_with_credentials_of_its_own(
    built: Loaders, neo4j_url: str, neo4j_server: Server, monkeypatch: pytest.MonkeyPatch, compiled: Compiled
) -> None:
    for name in ("RXPATH_NEO4J_USER", "RXPATH_NEO4J_PASSWORD"):
        monkeypatch.delenv(name)
    refused = built.screen("export", "--to", neo4j_url)
    monkeypatch.setenv("RXPATH_EXPORT_PASSWORD_FILE", str(neo4j_server.home.password_file))

    code, out, error = built.screen("export", "--to", neo4j_url, "--patients", "pseudonyms")

    copy = open_store(neo4j_url, Credentials(neo4j_server.user, neo4j_server.password))
    assert refused[0] == 2
    assert "RXPATH_EXPORT_PASSWORD" in refused[2]
    assert (code, error, "created" in out) == (0, "", True)
    assert compiled(copy).checksum == compiled(built.store).checksum
    assert copy.counts() == built.store.counts()
    assert not {node.id for node in copy.nodes(NodeKind.PATIENT)} & {node.id for node in built.store.nodes(NodeKind.PATIENT)}
    copy.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either a PATH, of a --format, or --to URL is expected"),
        (["{dir}/x.graphml", "--to", "sqlite:///{dir}/x"], "either a PATH, of a --format, or --to URL is expected"),
        (["--format", "neo4j-admin", "--to", "sqlite:///{dir}/x"], "either a PATH, of a --format, or --to URL is expected"),
        (["{dir}/x.graphml", "--patients", "all"], "--patients: a graphml file never holds patients"),
        (["--to", "sqlite:///{dir}/x", "--patients", "all"], "--patients all: a copy holds pseudonyms at most"),
        (["--to", "{dir}/x"], "--to: a URL of the form sqlite:///"),
        (["--to", "sqlite:///{dir}/home/graph.sqlite"], "is the one to copy from"),
        (["--format", "neo4j-admin", "/dev/null/x"], "cannot be written: Not a directory"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(built: Loaders, tmp_path: Path, arguments: list[str], message: str) -> None:
    code, out, error = built.screen("export", *[argument.format(dir=tmp_path) for argument in arguments])

    assert (code, out) == (2, "")
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize("arguments", [["--format", "neo4j-admin", "{dir}/files"], ["--to", "sqlite:///{dir}/copy"]])
def test_an_empty_store_is_told(loaders: Loaders, tmp_path: Path, arguments: list[str]) -> None:
    code, _, error = loaders.screen("export", *[argument.format(dir=tmp_path) for argument in arguments])

    assert (code, error) == (2, "error: the store is empty; load something first: python -m loaders build\n")


@pytest.mark.parametrize(("form", "suffix"), [("trig", "trig"), ("json-ld", "jsonld"), ("n-quads", "nq")])
def test_linked_data_is_written_and_passes_its_shapes(built: Loaders, tmp_path: Path, form: str, suffix: str) -> None:
    path = tmp_path / f"graph.{suffix}"

    code, out, _ = built.screen("export", "--format", form, path)

    assert (code, " of snapshot " in out) == (0, True)
    assert "urn:rxpath:patient:" not in path.read_text().replace("@prefix patient: <urn:rxpath:patient:> .", "")
    assert built.screen("validate", "--shacl", path)[:2] == (0, f"{path}: 0 violations\n")
    path.write_text(path.read_text().replace("assertion", "hearsay"))
    code, out, _ = built.screen("validate", "--shacl", path)
    assert code == 1
    assert "knowledge_level" in out


def test_patients_are_in_linked_data_as_far_as_they_are_asked_for(built: Loaders, tmp_path: Path) -> None:
    for wanted, count in (("none", 0), ("pseudonyms", 2), ("all", 2)):
        built.screen("export", "--format", "n-quads", "--patients", wanted, tmp_path / "graph.nq")
        said = (tmp_path / "graph.nq").read_text().count("#type> <urn:rxpath:vocab:Patient>")
        assert said == count


def test_the_graph_itself_is_held_against_the_shapes(built: Loaders) -> None:
    code, out, _ = built.screen("validate", "--shacl")

    assert code == 0
    assert out.endswith(": 0 violations\n")
