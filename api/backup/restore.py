"""Puts a backup back into an empty home: checked first, in place at once, and nobody who was erased comes back.

A backup is older than the erasures that came after it. Their list (``erased.list`` in the home) is kept where no backup
reaches, and a restore wants it: for everybody on it an erasure is begun again in the restored home, and the service finishes
begun erasures before it serves anything.
"""

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from api.backup.make import KEYS
from api.backup.manifest import NAME, Manifest, digest_of, is_safe, read_manifest
from api.backup.sealing import unseal_keys
from api.backup.sources import DATABASE, DUMP, GRAPH, graph_path, load_postgresql, sqlite_path
from api.erasures import ErasedList
from api.erasures.erased import FILE as ERASED
from api.errors import BackupError
from api.settings import Settings
from graph.elements import PATIENT_PREFIX, NodeId

JOURNAL = "erasures"
"""Folder of begun erasures, a file a patient."""
MAX_MANIFEST = 1 << 24


def restore_backup(settings: Settings, file: Path, erased: Sequence[NodeId] | None, passphrase: str | None = None) -> Manifest:
    """Restore a backup.

    Args:
        settings: of the service; its home is not there or empty.
        file: the archive.
        erased: who was erased until now; None when the operator says that nobody was since the backup.
        passphrase: of the keys in it; needed when it holds any.

    Returns:
        What the backup held.

    Raises:
        BackupError: when it cannot be restored; the home is as it was.
    """
    home = settings.graph.home
    _check_empty(settings)
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}-"))
    try:
        manifest = _unpack(file, work)
        _put_keys(work, passphrase)
        _begin_erasures(work, erased or ())
        if (work / DUMP).exists():
            load_postgresql(settings.graph.database, work / DUMP)
            (work / DUMP).unlink()
        # A folder takes the place of an empty one, and of no other.
        work.rename(home)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(f"the backup cannot be restored: {type(error).__name__}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _check_empty(settings: Settings) -> None:
    home = settings.graph.home
    if home.exists() and any(home.iterdir()):
        raise BackupError("the home is not empty; a backup is restored into an empty one")
    for path, name in ((sqlite_path(settings.graph.database), DATABASE), (graph_path(settings.graph.graph), GRAPH)):
        if path is not None and path != home / name:
            raise BackupError(f"a backup is restored to {name} in the home; unset RXPATH_DATABASE and RXPATH_GRAPH for it")


def _unpack(file: Path, to: Path) -> Manifest:
    """Unpack what the manifest names, and nothing else."""
    with tarfile.open(file, mode="r:") as archive:
        first = archive.next()
        content = archive.extractfile(first) if first is not None and first.isreg() and first.name == NAME else None
        if content is None or first is None or first.size > MAX_MANIFEST:
            raise BackupError("this is no backup: it does not begin with a manifest")
        manifest = read_manifest(content.read())
        for member in iter(archive.next, None):
            # No links, no devices, no way out of the folder, and no file twice.
            if not member.isreg() or not is_safe(member.name) or member.name not in manifest.files:
                raise BackupError("the backup holds something that its manifest does not name")
            path = to / member.name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source = archive.extractfile(member) or io.BytesIO()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                shutil.copyfileobj(source, target)
    for name, digest in manifest.files.items():
        if not (to / name).is_file() or digest_of(to / name) != digest:
            raise BackupError(f"{name} is missing or damaged in the backup")
    return manifest


def _put_keys(home: Path, passphrase: str | None) -> None:
    sealed = home / KEYS
    if not sealed.exists():
        return
    if passphrase is None:
        raise BackupError("the backup holds keys: give their passphrase")
    for name, key in unseal_keys(sealed.read_bytes(), passphrase).items():
        if not is_safe(name) or "/" in name:
            raise BackupError("the backup names a key that is none")
        (home / name).touch(mode=0o600)
        (home / name).write_bytes(key)
    sealed.unlink()


def _begin_erasures(home: Path, erased: Sequence[NodeId]) -> None:
    """Begin the erasure of everybody who was erased, also of those whom the backup knew of: its parts differ in time."""
    kept = ErasedList(home / ERASED)
    for patient in erased:
        kept.forget_patient(patient)
    for patient in kept.all():
        (home / JOURNAL).mkdir(mode=0o700, exist_ok=True)
        (home / JOURNAL / patient.removeprefix(PATIENT_PREFIX)).touch(mode=0o600)
