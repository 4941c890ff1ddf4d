"""What a person sees while a load runs: a line on a terminal when it takes long, and nothing otherwise."""

import io

import pytest

from loaders.outcome import Outcome
from loaders.screen import Screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in the place of the standard output; pytest puts its own back between a fixture and a test."""
    made = Terminal()
    monkeypatch.setattr("sys.stdout", made)
    monkeypatch.setenv("TERM", "xterm")
    return made


def test_a_long_load_shows_its_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr("loaders.screen.PATIENCE", 0)

    with Screen(as_json=False).progress() as listener:
        listener("medicine.csv", 12)
        listener("medicine.csv", 34)

    assert "medicine.csv" in terminal.getvalue()
    assert "34" in terminal.getvalue()


def test_a_quick_load_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)

    with Screen(as_json=False).progress() as listener:
        listener("medicine.csv", 12)

    assert terminal.getvalue() == ""


@pytest.mark.parametrize("as_json", [True, False])
def test_without_a_terminal_there_is_no_progress(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    with Screen(as_json=as_json).progress() as listener:
        listener("medicine.csv", 12)

    assert capsys.readouterr().out == ""


def test_an_outcome_of_no_files_is_clean() -> None:
    assert Outcome(()).clean
    assert Outcome(()).as_json()["total"] == dict.fromkeys(
        ("read", "accepted", "quarantined", "withheld", "created", "changed", "removed"), 0
    )
