"""Where a Neo4j database is and who signs in there, read from a URL and the credentials."""

import re
from dataclasses import dataclass

from graph.credentials import Credentials
from graph.errors import SettingsError

SCHEMES = frozenset(f"{base}{tls}" for base in ("neo4j", "bolt") for tls in ("", "+s", "+ssc"))
"""What a URL of a Neo4j database begins with; ``+s`` wants TLS with a known certificate, ``+ssc`` takes a self-signed one."""

_URL = re.compile(
    r"(?P<scheme>[a-z0-9+]+)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?:/(?P<database>[A-Za-z][A-Za-z0-9.-]{2,62})?)?"
)


@dataclass(frozen=True, slots=True)
class Neo4jAddress:
    """A database on a server.

    Attributes:
        server: the URL that the driver takes, with scheme, host and port.
        database: its name; None for the server's default.
        credentials: who signs in.
    """

    server: str
    database: str | None
    credentials: Credentials

    @classmethod
    def parse(cls, url: str, credentials: Credentials) -> "Neo4jAddress":
        """Read ``neo4j://host:port/database``; the port is 7687 when it is left out.

        Raises:
            SettingsError: when it is of another form (names and passwords do not belong in it), or no password was given.
        """
        found = _URL.fullmatch(url[:1].lower() + url[1:])
        if not found or found["scheme"] not in SCHEMES or not 0 < int(found["port"] or 7687) < 65_536:
            # The URL is not repeated: somebody may have put a password into it.
            raise SettingsError(
                "RXPATH_GRAPH", "a URL of the form neo4j://host:port/database is expected, user and password apart"
            )
        if not credentials.password:
            raise SettingsError(
                f"{credentials.prefix}_PASSWORD",
                f"a password, or a file that holds it in {credentials.prefix}_PASSWORD_FILE, is expected",
            )
        return cls(f"{found['scheme']}://{found['host']}:{found['port'] or 7687}", found["database"], credentials)

    def __str__(self) -> str:
        return self.server + (f"/{self.database}" if self.database else "")
