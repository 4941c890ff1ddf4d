"""The changelog of a predictor: a line of JSON for each version that was written, not promoted, or gone back to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.errors import PredictorError


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a predictor's changelog.

    Attributes:
        day: ISO date and time, UTC.
        tag: the version that it is about.
        what: ``written``, ``kept`` (a new one was fitted and not promoted) or ``rolled back``.
        why: in words.
        rows: how many rows it was fitted on.
        figures: measure → value.
    """

    day: str
    tag: str
    what: str
    why: str = ""
    rows: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


def read_changes(path: Path) -> tuple[Change, ...]:
    """The lines of a changelog, the oldest first; one that cannot be read is passed over, and no file is an empty log."""
    changes = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            changes.append(Change(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(changes)


def add_change(
    path: Path, tag: str, what: str, *, why: str = "", rows: int = 0, figures: Mapping[str, Any] | None = None
) -> None:
    """Add a line of today; see :class:`Change`.

    Raises:
        PredictorError: when it cannot be written.
    """
    day = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps(Change(day, tag, what, why, rows, dict(figures or {})).payload(), ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        raise PredictorError(f"{path} cannot be written: {error.strerror}") from error
