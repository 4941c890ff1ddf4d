"""Opens the store that a setting names: the one place that knows every adapter."""

from pathlib import Path
from urllib.parse import unquote

from graph.credentials import Credentials
from graph.embedded_store import EmbeddedStore
from graph.errors import SettingsError
from graph.neo4j_address import SCHEMES, Neo4jAddress
from graph.store import GraphStore

FORMS = "a URL of the form sqlite:///absolute/path, without ? and #, or neo4j://host:port/database is expected"


def open_store(url: str, credentials: Credentials | None = None) -> GraphStore:
    """The store at a URL.

    Args:
        url: ``sqlite:///absolute/path.sqlite`` (a fourth slash does no harm), or ``neo4j://host:port/database``, where port and
            database may be left out; ``neo4j+s`` and ``bolt+s`` want TLS.
        credentials: who signs in to a server; None reads the environment.

    Raises:
        SettingsError: when no adapter knows the scheme.
        StoreUnavailableError: when the store cannot be opened.
    """
    if _is_server(url):
        # Imported here: commands on the embedded store do not wait for the driver.
        from graph.neo4j_store import Neo4jStore

        return Neo4jStore(Neo4jAddress.parse(url, credentials or Credentials.from_environment()))
    return EmbeddedStore(_path(url))


def store_exists(url: str, credentials: Credentials | None = None) -> bool:
    """Whether there is a store at a URL already; asking makes none.

    Raises:
        SettingsError: when no adapter knows the scheme.
        StoreUnavailableError: when a server cannot be asked.
    """
    if _is_server(url):
        from graph.neo4j_store import holds_store

        return holds_store(Neo4jAddress.parse(url, credentials or Credentials.from_environment()))
    return _path(url).exists()


def _is_server(url: str) -> bool:
    return url.partition("://")[0].lower() in SCHEMES


def _path(url: str) -> Path:
    # Not urlsplit: it drops characters that a path may hold.
    scheme, _, rest = url.partition("://")
    path = unquote(rest)
    if scheme.lower() == "sqlite" and path.strip("/") and path.startswith("/") and not set(rest) & set("?#"):
        return Path("/" + path.lstrip("/"))
    raise SettingsError("RXPATH_GRAPH", FORMS)
