"""Opens the store that a setting names: the one place that knows every adapter."""

from pathlib import Path
from urllib.parse import unquote

from graph.embedded_store import EmbeddedStore
from graph.errors import SettingsError
from graph.store import GraphStore


def open_store(url: str) -> GraphStore:
    """The store at a URL.

    Args:
        url: ``sqlite:///absolute/path.sqlite`` (a fourth slash does no harm).

    Raises:
        SettingsError: when no adapter knows the scheme.
        StoreUnavailableError: when the store cannot be opened.
    """
    return EmbeddedStore(_path(url))


def store_exists(url: str) -> bool:
    """Whether there is a store at a URL already; asking makes none.

    Raises:
        SettingsError: when no adapter knows the scheme.
    """
    return _path(url).exists()


def _path(url: str) -> Path:
    # Not urlsplit: it drops characters that a path may hold.
    scheme, _, rest = url.partition("://")
    path = unquote(rest)
    if scheme.lower() == "sqlite" and path.strip("/") and path.startswith("/") and not set(rest) & set("?#"):
        return Path("/" + path.lstrip("/"))
    raise SettingsError("RXPATH_GRAPH", "a URL of the form sqlite:///absolute/path is expected, without ? and #")
