"""Writes the derived tables, or says which of them are not what their inputs give."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from loaders.derive import indication, interaction
from loaders.text_tables import Row, as_bytes

FOLDER = "derived"
_TABLES: Mapping[str, tuple[Sequence[str], Callable[[Path, Path], Sequence[Row]]]] = {
    module.TABLE: (module.COLUMNS, module.rows) for module in (indication, interaction)
}


def derive(shared: Path, data: Path, check: bool) -> list[str]:
    """Make the derived tables again.

    Args:
        shared: the folder of the reference data, or the one above it.
        data: the formulary's folder.
        check: leave the files as they are and only compare.

    Returns:
        Names of the files, below ``data``, that differed from what the inputs give; without ``check`` they are right now.

    Raises:
        LoadError: when an input is missing, or the inputs do not fit together.
    """
    differing = []
    for table, (columns, rows) in sorted(_TABLES.items()):
        path = data / FOLDER / f"{table}.csv"
        content = as_bytes(columns, rows(shared, data))
        if path.is_file() and path.read_bytes() == content:
            continue
        differing.append(f"{FOLDER}/{path.name}")
        if not check:
            _replace(path, content)
    return differing


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file first, so that whoever reads meanwhile finds the old one or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)
