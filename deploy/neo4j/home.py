"""The server's own folder: its settings, its password, its logs.

``conf/neo4j.conf`` is written once from the template beside this file; a person may edit it, and what a caller sets is replaced
line by line. ``password`` holds the password in a file that only its owner reads.
"""

import os
import random
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.neo4j.errors import ServerError

TEMPLATE = Path(__file__).with_name("neo4j.conf")
LOOPBACK = "127.0.0.1"
USER = "neo4j"
SHORTEST = 8
# Below the ports that a system gives to outgoing connections (32768 and up on Linux): a client that keeps trying while the
# server is down would otherwise take the server's port, or even connect to itself.
FREE_PORTS = range(20000, 32000)


@dataclass(frozen=True, slots=True)
class Home:
    """A server's folder.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def conf(self) -> Path:
        """Folder of the settings."""
        return self.path / "conf"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.path / "logs"

    @property
    def password_file(self) -> Path:
        """The file of the password, for ``RXPATH_NEO4J_PASSWORD_FILE``."""
        return self.path / "password"

    def password(self) -> str:
        """The password; empty when none was set yet."""
        try:
            return self.password_file.read_text(encoding="utf-8").rstrip("\n")
        except FileNotFoundError:
            return ""

    def has_accounts(self) -> bool:
        """Whether the server has a password: it reads the first one from here at its first start."""
        return (self.path / "data" / "dbms" / "auth.ini").is_file()

    def settings(self, name: str) -> list[str]:
        """The values of a setting; most have one."""
        text = (self.conf / "neo4j.conf").read_text(encoding="utf-8")
        return [value.strip() for value in re.findall(rf"^{re.escape(name)}=(.*)$", text, re.M)]

    def setting(self, name: str) -> str:
        """The value of a setting; empty when it is not set."""
        return (self.settings(name) or [""])[-1]

    def port(self, connector: str) -> int:
        """The port of ``bolt`` or ``http``."""
        address = self.setting(f"server.{connector}.listen_address")
        try:
            return int(address.rpartition(":")[2])
        except ValueError as error:
            raise ServerError(f"{self.conf / 'neo4j.conf'}: server.{connector}.listen_address needs a port") from error

    def write_settings(self, changed: Mapping[str, str]) -> None:
        """Write the settings: the template when there are none, then a line for each changed one."""
        file = self.conf / "neo4j.conf"
        text = (file if file.is_file() else TEMPLATE).read_text(encoding="utf-8")
        for name, value in changed.items():
            if re.search(r"[\r\n]", value):
                raise ServerError(f"the setting {name} has a line break in it")
            line = f"{name}={value}\n"
            text, found = re.subn(rf"^{re.escape(name)}=.*\n", line.replace("\\", r"\\"), text, flags=re.M)
            text += "" if found else line
        self.conf.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_password(self, password: str) -> None:
        """Write the password into a file that only its owner reads.

        Raises:
            ServerError: when the server would refuse it.
        """
        if len(password) < SHORTEST or not password.isprintable():
            raise ServerError(f"the password needs {SHORTEST} characters or more, all of them printable")
        write_secret(self.password_file, password + "\n")


def new_password() -> str:
    """A password that nobody guesses: 24 characters of a URL."""
    return secrets.token_urlsafe(18)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    for port in random.SystemRandom().sample(FREE_PORTS, 100):
        if is_free(port):
            return port
    raise ServerError(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of loopback."""
    with socket.socket() as probe:
        # As the server itself binds: a port whose last connections still linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
