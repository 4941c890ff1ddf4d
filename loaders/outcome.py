"""What a load did: the values that the command line prints, and their JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.row_report import RowProblem, RowReport
from graph.store import LoadCounts


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        file: the file as reports call it.
        format: the format that it was read as.
        read: records read.
        accepted: records that went into the graph.
        quarantined: records that were rejected.
        withheld: values of direct identifiers that were not read.
        refused: whether the file as a whole was left out.
        problems: the first problems.
        codes: how often each code occurred, the most frequent first.
    """

    file: str
    format: str
    read: int
    accepted: int
    quarantined: int
    withheld: int
    refused: bool
    problems: Sequence[RowProblem]
    codes: Mapping[str, int]

    @classmethod
    def of(cls, report: RowReport, format_name: str) -> "FileOutcome":
        """The outcome that a report tells."""
        return cls(
            report.file,
            format_name,
            report.read,
            report.accepted,
            report.quarantined,
            report.withheld,
            report.refused,
            tuple(report.problems),
            {str(code): n for code, n in sorted(report.codes.items(), key=lambda item: (-item[1], item[0]))},
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load did.

    Attributes:
        files: what became of each file.
        counts: what it did to the graph; None when it was not to touch any.
        snapshot: checksum of the compiled knowledge, or empty.
        resumed: whether it went on where an interrupted one had stopped.
    """

    files: Sequence[FileOutcome]
    counts: LoadCounts | None = None
    snapshot: str = ""
    resumed: bool = False

    @property
    def accepted(self) -> int:
        """Records accepted in all files."""
        return sum(file.accepted for file in self.files)

    @property
    def clean(self) -> bool:
        """Whether nothing was left out."""
        return not any(file.quarantined or file.refused for file in self.files)

    def as_json(self) -> dict[str, object]:
        """The outcome as JSON can hold it."""
        counts = self.counts or LoadCounts(0, 0, 0)
        total = {
            name: sum(getattr(file, name) for file in self.files) for name in ("read", "accepted", "quarantined", "withheld")
        }
        return {
            "files": [_file_json(file) for file in self.files],
            "total": total | {"created": counts.created, "changed": counts.changed, "removed": counts.removed},
            "snapshot": self.snapshot or None,
            "resumed": self.resumed,
        }


def _file_json(file: FileOutcome) -> dict[str, object]:
    problems = [{"line": p.line, "column": p.column, "code": str(p.code), "expected": p.expected} for p in file.problems]
    names = ("file", "format", "read", "accepted", "quarantined", "withheld", "refused")
    return {name: getattr(file, name) for name in names} | {"codes": dict(file.codes), "problems": problems}
