"""Who signs in to a database server: read from the environment or a file, never from a command line, and never printed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import SettingsError

PREFIX = "RXPATH_NEO4J"
"""How the settings of the configured store's credentials begin."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password; the password is in no representation.

    Attributes:
        user: the user's name.
        password: empty when none was given.
        prefix: how the settings begin that gave them, for messages.
    """

    user: str
    password: str = field(repr=False)
    prefix: str = PREFIX

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, prefix: str = PREFIX) -> "Credentials":
        """Read ``<prefix>_USER`` (default ``neo4j``) and ``<prefix>_PASSWORD``, or line one of ``<prefix>_PASSWORD_FILE``.

        Raises:
            SettingsError: when both are given, or the file cannot be read.
        """
        password, file = environment.get(f"{prefix}_PASSWORD", ""), environment.get(f"{prefix}_PASSWORD_FILE", "")
        if password and file:
            raise SettingsError(f"{prefix}_PASSWORD_FILE", f"either this or {prefix}_PASSWORD is expected, not both")
        if file:
            password = _first_line(Path(file), f"{prefix}_PASSWORD_FILE")
        return cls(environment.get(f"{prefix}_USER") or "neo4j", password, prefix)


def _first_line(path: Path, setting: str) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(setting, f"{path} cannot be read") from error
    if not lines or not lines[0]:
        raise SettingsError(setting, f"{path} holds no password in its first line")
    return lines[0]
