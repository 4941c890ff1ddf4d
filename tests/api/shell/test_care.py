from collections.abc import Callable
from pathlib import Path

import pytest

from api.__main__ import main
from graph.elements import NodeId
from tests.api.small import OTHER, OWN

Run = Callable[..., int]


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command over the small graph, with accounts of one test alone."""
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{home / 'graph.sqlite'}")
    (tmp_path / "patient.key").write_bytes((home / "patient.key").read_bytes())
    return lambda *arguments: main(list(arguments))


@pytest.fixture
def ada(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert run("user", "add", "ada", "--role", "clinician", "--password-stdin") == 0
    return "ada"


def test_care_is_granted_listed_and_ended(
    run: Run, ada: str, own_id: NodeId, other_id: NodeId, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("care", "grant", ada, OWN) == 0
    assert run("care", "grant", "ADA", other_id, "--until", "2027-01-31") == 0
    assert f"ada sees {other_id} until 2027-01-31" in capsys.readouterr().out
    assert run("care", "end", ada, OWN) == 0

    assert run("care", "list", ada) == 0
    rows = sorted(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert sorted((row[1], row[3], row[4:]) for row in rows) == sorted([(own_id, "", ["ended"]), (other_id, "2027-01-31", [])])
    assert run("audit", "list", "--patient", OWN) == 0
    told = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[3], line[5], line[7]) for line in told] == [("shell", "care end", own_id), ("shell", "care grant", own_id)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grant", "nobody", OWN), "no clinician's account"),
        (("grant", "ada", "MRN-0"), "no such patient"),
        (("grant", "ada", OWN, "--until", "soon"), "--until"),
        (("end", "ada", OTHER), "no such care relation"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, ada: str, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("care", *arguments) == 2
    assert words in capsys.readouterr().err
