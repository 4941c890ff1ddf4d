"""Copies of what is backed up, each of one moment although the service goes on writing."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url

from api.errors import BackupError
from api.settings import Settings

DUMP = "database.pgdump"
FOLDERS = ("bundles", "predictors", "erasures")
"""Folders of the home that are copied as they are: each file of them is put in place whole, and never changed."""
FILES = ("site.toml", "erased.list")
GRAPH, DATABASE = "graph.sqlite", "accounts.sqlite"


def copy_all(settings: Settings, to: Path) -> tuple[str, ...]:
    """Copy everything into a folder.

    Returns:
        What has to be backed up by other means, in words.

    Raises:
        BackupError: when something cannot be copied.
    """
    home, left_out = settings.graph.home, []
    graph, database = graph_path(settings.graph.graph), sqlite_path(settings.graph.database)
    # The graph goes first: whatever its copy holds, the later copy of the audit trail tells of.
    if graph is not None:
        copy_sqlite(graph, to / GRAPH)
    else:
        left_out.append("the graph in Neo4j: neo4j-admin database dump, with its server stopped (docs/operations.md)")
    if database is not None:
        copy_sqlite(database, to / DATABASE)
    else:
        dump_postgresql(settings.graph.database, to / DUMP)
    for path in sorted(home.glob("*.sqlite")):
        if path not in (graph, database) and path.name not in (GRAPH, DATABASE):
            copy_sqlite(path, to / path.name)
    for name in (*FILES, *FOLDERS):
        _copy(home / name, to / name)
    return tuple(left_out)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; None for a URL of something else."""
    parsed = make_url(url)
    return Path(parsed.database).absolute() if parsed.drivername.startswith("sqlite") and parsed.database else None


def graph_path(url: str) -> Path | None:
    """The file of an embedded graph's URL, as :func:`graph.connect.open_store` reads it; None for a server's."""
    parts = urlsplit(url)
    return Path("/" + unquote(parts.path).lstrip("/")) if parts.scheme == "sqlite" else None


def copy_sqlite(path: Path, to: Path) -> None:
    """A copy of one moment by SQLite's own online backup, while others write.

    Raises:
        BackupError: when it cannot be made.
    """
    to.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as source, closing(sqlite3.connect(to)) as target:
            # In one step: a copy by steps begins anew with every write, and may never end while a load is running.
            source.backup(target)
            # One file, without a log beside it that a restore would have to know of.
            target.execute("PRAGMA journal_mode=DELETE")
            if target.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupError(f"the copy of {path.name} is damaged")
    except sqlite3.Error as error:
        raise BackupError(f"{path.name} cannot be copied: {type(error).__name__}") from None


def dump_postgresql(url: str, to: Path) -> None:
    """A dump of one moment by PostgreSQL's own program.

    Raises:
        BackupError: when it is not there or fails.
    """
    to.touch(mode=0o600)
    _run_postgresql("pg_dump", url, ["--format=custom", "--no-owner", f"--file={to}"])


def load_postgresql(url: str, dump: Path) -> None:
    """Load a dump into an empty database, whole or not at all.

    Raises:
        BackupError: when the program is not there or fails, as it does when the database has tables.
    """
    _run_postgresql("pg_restore", url, ["--no-owner", "--single-transaction", "--exit-on-error", str(dump)])


def _run_postgresql(program: str, url: str, arguments: Sequence[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed; it belongs to PostgreSQL's client")
    parsed = make_url(url).set(drivername="postgresql")
    # A command line is seen by every user of the machine: the password goes by the environment.
    environment = os.environ | ({"PGPASSWORD": str(parsed.password)} if parsed.password else {})
    named = parsed.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603  # a program of PostgreSQL, found by its name; no shell
        [found, f"--dbname={named}", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed with exit code {done.returncode}")


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        for part in sorted(p for p in path.rglob("*") if p.is_file() and "partial" not in p.name):
            copied = to / part.relative_to(path)
            copied.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(part, copied)
    elif path.is_file():
        shutil.copyfile(path, to)
