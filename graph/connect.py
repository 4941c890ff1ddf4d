"""Opens the store that a setting names: the one place that knows every adapter."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from graph.embedded_store import EmbeddedStore
from graph.errors import SettingsError
from graph.store import GraphStore


def open_store(url: str) -> GraphStore:
    """The store at a URL.

    Args:
        url: ``sqlite:///absolute/path.sqlite`` (three slashes and an absolute path: four in all on Unix work as well).

    Raises:
        SettingsError: when no adapter knows the scheme.
        StoreUnavailableError: when the store cannot be opened.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return EmbeddedStore(Path(unquote("/" + parts.path.lstrip("/"))))
    raise SettingsError("RXPATH_GRAPH", f"{parts.scheme or 'no'} scheme in a URL of the form sqlite:///path is expected")
