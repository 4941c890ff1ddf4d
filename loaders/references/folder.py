"""Finds the reference data.

It lies outside the repository, because most of it is large and none of it is ours. A path may name the folder itself or the
one above it, whose ``data`` it then is.
"""

from pathlib import Path

from loaders.errors import LoadError


class ReferenceMissingError(LoadError):
    """A reference is not where it was looked for.

    Attributes:
        path: where that was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"no reference data at {path}; name its folder by --shared or RXPATH_SHARED")


def reference_file(shared: Path, folder: str, name: str) -> Path:
    """The path of one file of the reference data.

    Args:
        shared: the folder of the reference data, or the one above it.
        folder: the reference, such as ``pharmacotherapydb``.
        name: the file's name.

    Raises:
        ReferenceMissingError: when there is no such file.
    """
    root = shared / "data" if (shared / "data").is_dir() else shared
    path = root / folder / name
    if not path.is_file():
        raise ReferenceMissingError(path)
    return path
