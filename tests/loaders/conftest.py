"""Runs the loaders as the command line does, against a home of the test's own."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph.connect import open_store
from graph.elements import Edge, EdgeKind, Node, NodeId
from graph.store import GraphStore
from loaders.__main__ import main
from tests.loaders.small import COHORT, FORMULARY, write_files


@dataclass
class Loaders:
    """The command line with a home of its own.

    Attributes:
        home: RXPATH_HOME.
        capture: pytest's capture of the standard streams.
    """

    home: Path
    capture: pytest.CaptureFixture[str]
    opened: list[GraphStore] = field(default_factory=list)

    def __call__(self, *arguments: object) -> tuple[int, dict[str, Any]]:
        """The exit code and the JSON of a command."""
        code = main([*map(str, arguments), "--json"])
        out = self.capture.readouterr().out
        return code, json.loads(out) if out else {}

    def screen(self, *arguments: object) -> tuple[int, str, str]:
        """The exit code of a command and what it prints for people, on both streams."""
        code = main([*map(str, arguments)])
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def problems(self, *arguments: object) -> list[tuple[str, int, str, str]]:
        """File, line, column and code of everything that a command reports."""
        _, outcome = self(*arguments)
        return [(f["file"], p["line"], p["column"], p["code"]) for f in outcome["files"] for p in f["problems"]]

    @property
    def store(self) -> GraphStore:
        """The store that the commands wrote."""
        self.opened.append(open_store(f"sqlite://{self.home / 'graph.sqlite'}"))
        return self.opened[-1]

    def node(self, node_id: str) -> Node:
        return self.store.node(NodeId(node_id))

    def edges(self, node_id: str, *kinds: EdgeKind) -> list[Edge]:
        return list(self.store.edges_from(NodeId(node_id), kinds))

    def edge(self, node_id: str, kind: EdgeKind) -> Edge:
        (found,) = self.edges(node_id, kind)
        return found


@pytest.fixture
def loaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Loaders]:
    """The command line with an empty home."""
    home = tmp_path / "home"
    monkeypatch.setenv("RXPATH_HOME", str(home))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    runner = Loaders(home, capsys)
    yield runner
    for store in runner.opened:
        store.close()


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into a folder of the test's own and answers the folder."""

    def write(content: Mapping[str, str], folder: str = "files") -> Path:
        return write_files(tmp_path / folder, content)

    return write


@pytest.fixture
def built(loaders: Loaders, files: Callable[..., Path]) -> Loaders:
    """The command line after a build of the small formulary and cohort."""
    code, outcome = loaders("build", files({**FORMULARY, **COHORT}, "data"))
    assert (code, outcome["total"]["quarantined"]) == (0, 0)
    return loaders
