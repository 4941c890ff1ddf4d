import io
import socket
from pathlib import Path
from shutil import copytree

import pytest

from api.__main__ import main
from api.accounts import Account, AccountStore, Role, open_accounts
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.conftest import cheap_passwords
from tests.api.small import OWN


@pytest.fixture
def shell_home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that the environment names, with the graph and no accounts."""
    found = Path(copytree(home, tmp_path / "home", ignore=lambda folder, names: [n for n in names if n.startswith("accounts")]))
    monkeypatch.setenv("RXPATH_HOME", str(found))
    for name in ("RXPATH_GRAPH", "RXPATH_DATABASE", "RXPATH_JWT_KEY"):
        monkeypatch.delenv(name, raising=False)
    return found


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(arguments)


def accounts_of(home: Path) -> AccountStore:
    return open_accounts(f"sqlite:///{home / 'accounts.sqlite'}", cheap_passwords())


def test_an_account_is_made_listed_and_disabled(
    shell_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = "correct horse battery\n"
    assert run(monkeypatch, "user", "add", "Dr.Ada", "--role", "clinician", "--password-stdin", typed=typed) == 0
    assert run(monkeypatch, "user", "add", "pat", "--role", "user", "--patient", OWN, "--password-stdin", typed=typed) == 0
    assert run(monkeypatch, "user", "disable", "dr.ada") == 0
    assert run(monkeypatch, "user", "list") == 0

    own = patient_id(OWN, read_patient_key(shell_home / "patient.key"))
    shown = capsys.readouterr().out
    assert shown.endswith(f"dr.ada\tclinician\t\tdisabled\npat\tuser\t{own}\n")
    assert "correct horse" not in shown
    assert accounts_of(shell_home).sign_in("pat", "correct horse battery") == Account("pat", Role.USER, own)


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (["user", "add", "ada", "--role", "clinician", "--password-stdin"], "short\n", "12 to 1024 characters"),
        (["user", "add", "ada", "--role", "clinician", "--password-stdin"], "", "12 to 1024 characters"),
        (["user", "add", "a b", "--role", "clinician", "--password-stdin"], "correct horse battery", "2 to 64"),
        (["user", "add", "ada", "--role", "user", "--password-stdin"], "correct horse battery", "one patient"),
        (["user", "add", "ada", "--role", "user", "--patient", "MRN-9", "--password-stdin"], "x" * 12, "no such patient"),
        (["user", "disable", "nobody"], "", "no such account"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    shell_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    typed: str,
    words: str,
) -> None:
    assert run(monkeypatch, *arguments, typed=typed) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("api: ")
    assert said.err.count("\n") == 1
    assert words in said.err
    assert "MRN-9" not in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["user"],
        ["user", "add", "ada"],
        ["user", "add", "ada", "--role", "owner", "--password-stdin"],
        ["serve", "--port", "x"],
    ],
)
def test_bad_usage_is_2(shell_home: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_a_password_is_never_an_argument(shell_home: Path) -> None:
    with pytest.raises(SystemExit):
        main(["user", "add", "ada", "--role", "clinician"])


def test_serving_an_empty_graph_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    EmbeddedStore(tmp_path / "graph.sqlite").close()

    assert main(["serve"]) == 2
    assert "python -m loaders build" in capsys.readouterr().err


def test_a_taken_port_is_said_in_one_line(shell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2

    assert capsys.readouterr().err.count("\n") == 1
    assert main(["serve", "--port", "99999"]) == 2


def test_an_account_is_let_in_again_changed_and_invited(
    shell_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = "correct horse battery\n"
    run(monkeypatch, "user", "add", "ada", "--role", "clinician", "--password-stdin", typed=typed)
    run(monkeypatch, "user", "disable", "ada")

    assert run(monkeypatch, "user", "enable", "Ada") == 0
    assert run(monkeypatch, "user", "role", "ada", "--role", "user", "--patient", OWN) == 0
    capsys.readouterr()
    assert run(monkeypatch, "user", "invite", "ada") == 0

    invite = capsys.readouterr().out.strip()
    accounts = accounts_of(shell_home)
    accounts.accept_invite(invite, "green paper umbrella")
    assert accounts.sign_in("ada", "green paper umbrella").role is Role.USER
    assert run(monkeypatch, "user", "invite", "nobody") == 2


def test_signing_keys_are_rotated_listed_and_dropped(
    shell_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "key", "list") == 0
    first = capsys.readouterr().out.strip()
    assert run(monkeypatch, "key", "rotate") == 0
    second = capsys.readouterr().out.strip()

    run(monkeypatch, "key", "list")
    assert capsys.readouterr().out.split() == [second, first]
    assert run(monkeypatch, "key", "drop", first) == 0
    run(monkeypatch, "key", "list")
    assert capsys.readouterr().out.split() == [second]
    assert run(monkeypatch, "key", "drop", second) == 2

    monkeypatch.setenv("RXPATH_JWT_KEY", "Zq8vN2xR5tB7yM1kL4wJ9cD3fG6hS0pA")
    assert run(monkeypatch, "key", "rotate") == 2
