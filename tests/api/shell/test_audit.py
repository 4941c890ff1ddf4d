import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.__main__ import main
from api.audit import Entry, Trail, read_audit_keys
from api.database import Database
from graph.elements import NodeId


@pytest.fixture
def trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trail:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    found = Trail(Database(f"sqlite:///{tmp_path / 'accounts.sqlite'}"), read_audit_keys(tmp_path / "audit.key"))
    for number in range(3):
        found.append(
            Entry("x.read", 200, f"a{number}", "clinician", person=NodeId("patient:" + "0" * 24), why="red\x1b[31m\nx")
        )
    return found


def test_a_trail_as_it_was_written(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    told = capsys.readouterr().out
    head = re.search(r"head (3:[0-9a-f]{64})", told)
    assert head

    trail.append(Entry("x.read", 200))
    assert main(["audit", "verify", "--head", head[1]]) == 0
    assert main(["audit", "verify", "--head", f"3:{'0' * 64}"]) == 1
    assert main(["audit", "verify", "--head", "three"]) == 2


def test_the_first_broken_row_is_named(trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(tmp_path / "accounts.sqlite")) as connection:
        connection.execute("DROP TRIGGER audit_entry_refuses_update")
        connection.execute("UPDATE audit_entry SET account = 'nobody' WHERE number >= 2")
        connection.commit()

    assert main(["audit", "verify"]) == 1

    assert capsys.readouterr().err == "row 2: it was changed; the 1 rows before it are as they were written\n"


def test_rows_are_listed(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "list", "--patient", "patient:" + "0" * 24, "--account", "a1", "--since", "2020-01-01"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split("\t")[0::2] == ["2", "a1", "", "200", "red [31m x"]
    assert main(["audit", "list", "--limit", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["audit", "list", "--since", "soon"]) == 2


def test_a_new_key_is_used_from_the_next_start_on(trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "rotate-key"]) == 0
    newer = Trail(Database(f"sqlite:///{tmp_path / 'accounts.sqlite'}"), read_audit_keys(tmp_path / "audit.key"))
    trail.append(Entry("old", 200))
    newer.append(Entry("new", 200))
    trail.append(Entry("old", 200))

    assert main(["audit", "verify"]) == 0
