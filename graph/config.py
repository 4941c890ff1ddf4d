"""The settings that every entry point shares, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from graph.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Where the graph lives.

    Attributes:
        home: folder of everything that Rxpath writes. Setting ``RXPATH_HOME``; default ``.rxpath`` in the project's folder.
        graph: which store. Setting ``RXPATH_GRAPH``; ``sqlite:///absolute/path``, characters that mean something in a URL
            written as ``%`` and their code; default ``graph.sqlite`` under ``home``.
    """

    home: Path
    graph: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "GraphSettings":
        """Read the settings.

        Raises:
            SettingsError: when RXPATH_HOME is a file, or names a user that there is not.
        """
        try:
            home = Path(environment.get("RXPATH_HOME") or PROJECT / ".rxpath").expanduser().absolute()
        except RuntimeError as error:
            raise SettingsError("RXPATH_HOME", "no such user's folder") from error
        if home.exists() and not home.is_dir():
            raise SettingsError("RXPATH_HOME", f"{home} is a file, a folder is expected")
        return cls(home, environment.get("RXPATH_GRAPH") or f"sqlite://{quote(str(home / 'graph.sqlite'))}")

    @property
    def snapshots(self) -> Path:
        """Folder of the compiled snapshots."""
        return self.home / "snapshots"

    @property
    def patient_key(self) -> Path:
        """File of the key that turns a source's patient identifiers into ids."""
        return self.home / "patient.key"
