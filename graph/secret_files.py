"""Files that hold secrets: put in place whole or not at all, and readable by their owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from graph.errors import SettingsError


def put_secret(path: Path, content: bytes, *, over: bool = False) -> None:
    """Put a whole file in place at once.

    Args:
        path: where; its folder is made.
        content: of the file.
        over: whether it takes the place of one that is there; otherwise that one stays.

    Raises:
        SettingsError: when it cannot be written.
    """
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if over:
                made.replace(path)
            else:
                # A link appears with the whole content behind it, and never in the place of another process's.
                with suppress(FileExistsError):
                    os.link(made, path)
        finally:
            made.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError("RXPATH_HOME", f"{path} cannot be used: {error.strerror}") from error


def read_secret(path: Path) -> bytes:
    """The content of a file.

    Raises:
        SettingsError: when it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError("RXPATH_HOME", f"{path} cannot be used: {error.strerror}") from error


def read_key(path: Path, length: int = 32) -> bytes:
    """The key in a file, made at random on first use.

    Raises:
        SettingsError: when the file holds no key of this length.
    """
    if not path.exists():
        put_secret(path, secrets.token_bytes(length))
    key = read_secret(path)
    if len(key) != length:
        raise SettingsError("RXPATH_HOME", f"{path} holds no key of {length} bytes")
    return key
