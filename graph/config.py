"""The settings that every entry point shares, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from graph.credentials import Credentials
from graph.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Where the graph lives.

    Attributes:
        home: folder of everything that Rxpath writes. Setting ``RXPATH_HOME``; default ``.rxpath`` in the project's folder.
        graph: which store. Setting ``RXPATH_GRAPH``; ``sqlite:///absolute/path``, characters that mean something in a URL
            written as ``%`` and their code, or ``neo4j://host:port/database``; default ``graph.sqlite`` under ``home``.
        credentials: who signs in to a database server. Settings ``RXPATH_NEO4J_USER``, ``RXPATH_NEO4J_PASSWORD`` and
            ``RXPATH_NEO4J_PASSWORD_FILE``.
        database: SQLAlchemy URL of what is kept beside the graph: accounts, and the answers that were given. Setting
            ``RXPATH_DATABASE``; default ``accounts.sqlite`` under ``home``.
        policy: file of the site's policy, where one is named. Setting ``RXPATH_SITE``; see :attr:`site`.
    """

    home: Path
    graph: str
    credentials: Credentials = field(default_factory=lambda: Credentials("neo4j", ""))
    database: str = field(default="", repr=False)
    policy: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "GraphSettings":
        """Read the settings.

        Raises:
            SettingsError: when RXPATH_HOME is a file, or names a user that there is not, when RXPATH_SITE is no file, or when
                the password's file cannot be read.
        """
        home = _absolute("RXPATH_HOME", environment.get("RXPATH_HOME") or str(PROJECT / ".rxpath"))
        if home.exists() and not home.is_dir():
            raise SettingsError("RXPATH_HOME", f"{home} is a file, a folder is expected")
        graph = environment.get("RXPATH_GRAPH") or f"sqlite://{quote(str(home / 'graph.sqlite'))}"
        database = environment.get("RXPATH_DATABASE") or f"sqlite:///{home / 'accounts.sqlite'}"
        policy = _absolute("RXPATH_SITE", environment["RXPATH_SITE"]) if environment.get("RXPATH_SITE") else None
        # A policy that is named and not there would be silently without effect.
        if policy and not policy.is_file():
            raise SettingsError("RXPATH_SITE", f"{policy} is no file")
        return cls(home, graph, Credentials.from_environment(environment), database, policy)

    @property
    def snapshots(self) -> Path:
        """Folder of the compiled snapshots."""
        return self.home / "snapshots"

    @property
    def patient_key(self) -> Path:
        """File of the key that turns a source's patient identifiers into ids."""
        return self.home / "patient.key"

    @property
    def site(self) -> Path:
        """File of the site's policy; by default ``site.toml`` under ``home``, which need not be there."""
        return self.policy or self.home / "site.toml"


def _absolute(setting: str, path: str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise SettingsError(setting, "no such user's folder") from error
