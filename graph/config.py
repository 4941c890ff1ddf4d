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
    """

    home: Path
    graph: str
    credentials: Credentials = field(default_factory=lambda: Credentials("neo4j", ""))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "GraphSettings":
        """Read the settings.

        Raises:
            SettingsError: when RXPATH_HOME is a file, or names a user that there is not, or the password's file cannot be read.
        """
        try:
            home = Path(environment.get("RXPATH_HOME") or PROJECT / ".rxpath").expanduser().absolute()
        except RuntimeError as error:
            raise SettingsError("RXPATH_HOME", "no such user's folder") from error
        if home.exists() and not home.is_dir():
            raise SettingsError("RXPATH_HOME", f"{home} is a file, a folder is expected")
        graph = environment.get("RXPATH_GRAPH") or f"sqlite://{quote(str(home / 'graph.sqlite'))}"
        return cls(home, graph, Credentials.from_environment(environment))

    @property
    def snapshots(self) -> Path:
        """Folder of the compiled snapshots."""
        return self.home / "snapshots"

    @property
    def patient_key(self) -> Path:
        """File of the key that turns a source's patient identifiers into ids."""
        return self.home / "patient.key"
