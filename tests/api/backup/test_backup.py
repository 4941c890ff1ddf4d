"""A backup while others write, and back: the same answers, nothing half, nobody who was erased, no way out of the home."""

import io
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import orjson
import pytest

from api.__main__ import main
from api.accounts import open_accounts
from api.backup.make import make_backup
from api.backup.manifest import NAME
from api.backup.restore import restore_backup
from api.backup.sources import copy_sqlite
from api.database import Database
from api.erasures import ErasedList
from api.errors import BackupError
from api.identities import Contacts, Identity, open_identities
from api.settings import Settings
from api.wiring import wire
from graph.elements import NodeId
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in

PASSPHRASE = "a long enough passphrase"
CANARY = Identity("Zebrafever", "Ada", None, (), Contacts("+49 5550", "zebra@example.org", "Zebra Street"))


@pytest.fixture
def served(home: Path, tmp_path: Path, own_id: NodeId) -> Settings:
    """A home of its own with accounts and an identity."""
    ignored = lambda folder, names: [n for n in names if n.startswith("accounts")]  # noqa: E731
    settings = settings_of(Path(copytree(home, tmp_path / "home", ignore=ignored)))
    accounts = open_accounts(settings.graph.database, cheap_passwords())
    add_accounts(accounts, own_id)
    give_care(settings)
    accounts.close()
    store = open_identities(settings.graph.database, settings.identity_ring(), settings.identity_index())
    store.put(own_id, CANARY)
    store.close()
    return settings


def answer_of(settings: Settings, patient: NodeId) -> bytes:
    client = wire(settings, open_accounts(settings.graph.database, cheap_passwords())).test_client()
    headers = sign_in(client, "dr.ada")
    found = client.get(f"/v1/patients/{patient}/recommendations?as_of=2026-01-01", headers=headers)
    assert found.status_code == 200
    identity = client.get(f"/v1/patients/{patient}/identity", headers=headers)
    assert identity.status_code == 200
    return bytes(found.data + identity.data)


def test_a_restored_service_answers_with_the_same_bytes(served: Settings, own_id: NodeId, tmp_path: Path) -> None:
    before = answer_of(served, own_id)
    manifest = make_backup(served, tmp_path / "b.tar", PASSPHRASE)

    restored = settings_of(tmp_path / "new")
    restore_backup(restored, tmp_path / "b.tar", None, PASSPHRASE)

    assert answer_of(restored, own_id) == before
    assert manifest.snapshots
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    assert {p.stat().st_mode & 0o077 for p in (tmp_path / "new").rglob("*.key")} == {0}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "home", "new"]


def test_nothing_that_names_a_patient_and_no_key_is_readable_in_it(served: Settings, tmp_path: Path) -> None:
    make_backup(served, tmp_path / "without.tar")
    make_backup(served, tmp_path / "with.tar", PASSPHRASE)

    secrets = [path.read_bytes() for path in served.graph.home.glob("*.key*")]
    assert len(secrets) >= 3
    for name in ("without.tar", "with.tar"):
        content = (tmp_path / name).read_bytes()
        for word in (b"Zebra", b"zebra", b"5550", PASSPHRASE.encode(), *secrets):
            assert word not in content
    with tarfile.open(tmp_path / "without.tar") as archive:
        assert not [name for name in archive.getnames() if "key" in name]


def test_a_copy_while_others_write_is_of_one_moment(served: Settings, tmp_path: Path) -> None:
    database = Database(served.graph.database)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE pair (number INTEGER, side TEXT)")
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with database.writing() as connection:
                for side in ("left", "right"):
                    connection.exec_driver_sql("INSERT INTO pair VALUES (?, ?)", (number, side))
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    try:
        for i in range(5):
            copy_sqlite(served.graph.home / "accounts.sqlite", tmp_path / f"{i}.sqlite")
    finally:
        stop.set()
        writer.join()
    database.close()

    seen = []
    for i in range(5):
        copy = sqlite3.connect(tmp_path / f"{i}.sqlite")
        left, right = (
            copy.execute("SELECT max(number), count(*) FROM pair WHERE side = ?", (s,)).fetchone() for s in ("left", "right")
        )
        copy.close()
        assert left == right
        assert left[0] == left[1] > 0
        seen.append(left[0])
    assert seen == sorted(seen)


def test_whoever_was_erased_since_is_erased_again(served: Settings, own_id: NodeId, tmp_path: Path) -> None:
    make_backup(served, tmp_path / "b.tar")
    erased = ErasedList(served.graph.home / "erased.list")
    assert erased.forget_patient(own_id) == 1
    assert erased.forget_patient(own_id) == 0

    restore_backup(settings_of(tmp_path / "new"), tmp_path / "b.tar", erased.all())

    # What the service finishes at its start, before it serves.
    assert [p.name for p in (tmp_path / "new" / "erasures").iterdir()] == [own_id.removeprefix("patient:")]
    assert ErasedList(tmp_path / "new" / "erased.list").all() == (own_id,)
    assert (served.graph.home / "erased.list").stat().st_mode & 0o777 == 0o600


def test_a_list_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("patient:../../x\n")

    with pytest.raises(BackupError, match="something else"):
        ErasedList(tmp_path / "list").all()


def changed(file: Path, edit: Callable[[str, bytes], list[tuple[str, bytes, bytes]]]) -> None:
    """Write an archive anew; ``edit`` answers (name, content, type) of what stands in a member's place."""
    with tarfile.open(file) as archive:
        members = [(m.name, archive.extractfile(m).read()) for m in archive]  # type: ignore[union-attr]
    with tarfile.open(file, "w") as archive:
        for name, content in members:
            for new, data, kind in edit(name, content):
                member = tarfile.TarInfo(new)
                member.type, member.size, member.linkname = kind, len(data), "/etc/passwd"
                archive.addfile(member, io.BytesIO(data))


def with_name(content: bytes, name: str) -> bytes:
    manifest = orjson.loads(content)
    manifest["files"][name] = "0" * 64
    return orjson.dumps(manifest)


@pytest.mark.parametrize(
    "edit",
    [
        lambda n, c: [(n, c, tarfile.REGTYPE), ("../out", b"x", tarfile.REGTYPE)] if n == NAME else [(n, c, tarfile.REGTYPE)],
        lambda n, c: [(n, with_name(c, "../out") if n == NAME else c, tarfile.REGTYPE)],
        lambda n, c: [(n, with_name(c, "/tmp/out") if n == NAME else c, tarfile.REGTYPE)],  # noqa: S108
        lambda n, c: [(n, b"" if n == "graph.sqlite" else c, tarfile.SYMTYPE if n == "graph.sqlite" else tarfile.REGTYPE)],
        lambda n, c: [(n, c[:-1] + b"!" if n == "graph.sqlite" else c, tarfile.REGTYPE)],
        lambda n, c: [] if n == "accounts.sqlite" else [(n, c, tarfile.REGTYPE)],
        lambda n, c: [] if n == NAME else [(n, c, tarfile.REGTYPE)],
        lambda n, c: [(n, c, tarfile.REGTYPE)] * (2 if n == "graph.sqlite" else 1),
        lambda n, c: [(n, b"{}" if n == NAME else c, tarfile.REGTYPE)],
    ],
)
def test_a_changed_archive_is_refused_and_nothing_stays(
    served: Settings, tmp_path: Path, edit: Callable[[str, bytes], list[tuple[str, bytes, bytes]]]
) -> None:
    make_backup(served, tmp_path / "b.tar")
    changed(tmp_path / "b.tar", edit)

    with pytest.raises(BackupError):
        restore_backup(settings_of(tmp_path / "new"), tmp_path / "b.tar", None)

    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "home"]


def test_what_is_there_is_never_written_over(served: Settings, tmp_path: Path) -> None:
    make_backup(served, tmp_path / "b.tar", PASSPHRASE)
    sum_before = (tmp_path / "b.tar").read_bytes()

    with pytest.raises(BackupError, match="already"):
        make_backup(served, tmp_path / "b.tar")
    with pytest.raises(BackupError, match="not empty"):
        restore_backup(served, tmp_path / "b.tar", None, PASSPHRASE)
    for passphrase in (None, "another passphrase"):
        with pytest.raises(BackupError, match="passphrase"):
            restore_backup(settings_of(tmp_path / "new"), tmp_path / "b.tar", None, passphrase)
    with pytest.raises(BackupError, match="12 characters"):
        make_backup(served, tmp_path / "c.tar", "short")

    assert (tmp_path / "b.tar").read_bytes() == sum_before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "home"]


def test_the_commands_back_up_and_restore(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("RXPATH_GRAPH", "RXPATH_DATABASE", "RXPATH_JWT_KEY"):
        monkeypatch.delenv(name, raising=False)
    file = str(tmp_path / "b.tar")

    monkeypatch.setenv("RXPATH_HOME", str(served.graph.home))
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE + "\n"))
    assert main(["backup", file, "--with-keys"]) == 0
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "new"))
    with pytest.raises(SystemExit):
        main(["restore", file])
    assert main(["restore", file, "--erased", str(tmp_path / "none")]) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE + "\n"))
    assert main(["restore", file, "--with-keys", "--nobody-erased"]) == 0
    assert (tmp_path / "new" / "graph.sqlite").exists()
    assert "no such list" in capsys.readouterr().err
