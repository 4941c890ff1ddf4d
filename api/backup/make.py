"""Makes a backup: one tar archive, readable by its owner alone, in place whole or not at all."""

import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from api.backup.manifest import NAME, Manifest, digest_of
from api.backup.sealing import seal_keys
from api.backup.sources import copy_all
from api.database.migrations import HEAD
from api.errors import BackupError
from api.secrets import secrets_of
from api.settings import Settings

KEYS = "keys.sealed"


def make_backup(settings: Settings, file: Path, passphrase: str | None = None) -> Manifest:
    """Back up everything that cannot be computed again, while the service goes on.

    Args:
        settings: of the service.
        file: the archive; it must not be there.
        passphrase: encrypts the keys; without one they are left out.

    Returns:
        What the backup holds.

    Raises:
        BackupError: when it cannot be made; nothing is left behind.
    """
    if file.exists():
        raise BackupError("there is a file of this name already")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as name:
            folder = Path(name) / "home"
            folder.mkdir(mode=0o700)
            left_out = copy_all(settings, folder)
            if passphrase is not None:
                (folder / KEYS).write_bytes(seal_keys(_keys(settings), passphrase))
            sums = {p.relative_to(folder).as_posix(): digest_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}
            snapshots = tuple(sorted(p.stem for p in settings.graph.snapshots.glob("*.snapshot")))
            manifest = Manifest(made, HEAD, sums, snapshots, left_out)
            (folder / NAME).write_bytes(manifest.json())
            _archive(folder, Path(name) / "archive", file)
    except OSError as error:
        raise BackupError(f"the backup cannot be written: {error.strerror}") from None
    return manifest


def _keys(settings: Settings) -> dict[str, bytes]:
    """The files of keys; what the environment holds is for whoever set it."""
    return {s.path.name: s.path.read_bytes() for s in secrets_of(settings) if s.path.is_file()}


def _archive(folder: Path, partial: Path, file: Path) -> None:
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as archive:
            # The manifest first: whoever reads the archive knows what is to come.
            archive.add(folder / NAME, NAME, filter=_nobodys)
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.name != NAME:
                    archive.add(path, path.relative_to(folder).as_posix(), filter=_nobodys)
        raw.flush()
        os.fsync(raw.fileno())
    try:
        # A link takes the place of no file that came meanwhile.
        os.link(partial, file)
    except FileExistsError:
        raise BackupError("there is a file of this name already") from None


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
