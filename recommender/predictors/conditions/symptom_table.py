"""Any table of patients' symptoms with a label, given with a mapping: episodes to learn from, and what could not be read.

Symptoms are columns of 0 and 1, lists of names over several columns (``Symptom_1`` …), or one column of free text. Names are
resolved by the lexicon, slips mended; those that no node stands for are listed and left out. Rows that are alike in everything
count as one patient, so that copies never stand on both sides of a fold.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.errors import TableError
from recommender.predictors.conditions.episodes import Episode
from recommender.predictors.conditions.lexicon import Lexicon
from recommender.predictors.conditions.presentation import Presentation, lexicon
from recommender.predictors.conditions.reading_text import Standing, read_text, summary
from recommender.predictors.tables.cell_file import CellFile, read_cells
from recommender.record import Fact, PatientRecord

FORMS = ("columns", "lists", "text")
YES = frozenset({"1", "1.0", "true", "yes", "y"})
NO = frozenset({"0", "0.0", "false", "no", "n"})
_SEXES = {"f": "female", "female": "female", "m": "male", "male": "male"}
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class SymptomMapping:
    """Which columns of a table mean what.

    Attributes:
        label: the column of the condition.
        form: how symptoms are written, of ``FORMS``.
        symptoms: their columns; all that mean nothing else where empty.
        age, sex, patient: columns of those, empty where there are none; rows of one patient stay in one fold.
        zero_is_absent: whether a 0 says that the symptom is not there, and not merely that nothing is known.
        synthetic: whether the patients never lived.
    """

    label: str
    form: str = "columns"
    symptoms: tuple[str, ...] = ()
    age: str = ""
    sex: str = ""
    patient: str = ""
    zero_is_absent: bool = True
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class SymptomTable:
    """What a table gave.

    Attributes:
        episodes: one for each row that could be used.
        rows: how many there were.
        unresolved: names of symptoms that no node stands for, ascending; at most 200, no free text.
        unresolved_labels: the same of conditions.
        left_out: rows without a condition or a symptom that the graph has.
        quarantined: rows that could not be told apart into cells.
    """

    episodes: tuple[Episode, ...]
    rows: int
    unresolved: tuple[str, ...]
    unresolved_labels: tuple[str, ...]
    left_out: int
    quarantined: int = 0

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it: counts, since a name that cannot be resolved may be a patient's."""
        return {
            "read": self.rows + self.quarantined,
            "accepted": len(self.episodes),
            "quarantined": self.quarantined,
            "without_condition_or_symptom": self.left_out,
            "unresolved_symptoms": len(self.unresolved),
            "unresolved_conditions": len(self.unresolved_labels),
        }


def read_symptom_mapping(path: Path) -> SymptomMapping:
    """The mapping in a TOML file.

    Raises:
        TableError: when it is unusable, or a key is unknown or of another type.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path.name} cannot be read as TOML") from error
    known = {field.name: field.type for field in fields(SymptomMapping)}
    if unknown := sorted(set(values) - set(known)):
        raise TableError(f"{path.name}: unknown {', '.join(unknown)}; known are {', '.join(known)}")
    if not isinstance(values.get("label"), str) or values.get("form", "columns") not in FORMS:
        raise TableError(f"{path.name}: a label column and a form of {', '.join(FORMS)} are expected")
    listed = values.get("symptoms", [])
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise TableError(f"{path.name}, symptoms: a list of columns is expected")
    for name in ("age", "sex", "patient"):
        if not isinstance(values.get(name, ""), str):
            raise TableError(f"{path.name}, {name}: the name of a column is expected")
    for name in ("zero_is_absent", "synthetic"):
        if not isinstance(values.get(name, False), bool):
            raise TableError(f"{path.name}, {name}: true or false is expected")
    return SymptomMapping(**{**values, "symptoms": tuple(listed)})


def read_symptom_table(path: Path, mapping: SymptomMapping, snapshot: Snapshot) -> SymptomTable:
    """The episodes of a table.

    Args:
        path: a delimited file with a header; see :func:`recommender.predictors.tables.cell_file.read_cells`.
        mapping: which columns mean what.
        snapshot: the symptoms and conditions that names are resolved to.

    Raises:
        TableError: when the file or a column is missing, or a cell is no 0 or 1 where one is expected; it says which line
            and column, never the value.
    """
    cells = read_cells(path)
    _check(path, mapping, cells.header)
    if not cells.lines:
        raise TableError(f"{path.name}: rows are expected below the header, and none can be read")
    if len(cells.lines) > MOST_ROWS:
        raise TableError(f"{path.name}: more than {MOST_ROWS:,} rows")
    return _Rows(path, mapping, cells, snapshot).read()


def _check(path: Path, mapping: SymptomMapping, header: Sequence[str]) -> None:
    wanted = [mapping.label, *mapping.symptoms, *filter(None, (mapping.age, mapping.sex, mapping.patient))]
    if missing := [name for name in wanted if name not in header]:
        raise TableError(f"{path.name}: no column {', '.join(missing)}")


class _Rows:
    """Reads the rows of one table."""

    def __init__(self, path: Path, mapping: SymptomMapping, cells: CellFile, snapshot: Snapshot) -> None:
        other = {mapping.label, mapping.age, mapping.sex, mapping.patient}
        self._path, self._mapping, self._cells, self._snapshot = path, mapping, cells, snapshot
        self._columns = mapping.symptoms or tuple(name for name in cells.header if name not in other)
        self._symptoms = lexicon(snapshot, NodeKind.SYMPTOM)
        self._conditions = lexicon(snapshot, NodeKind.CONDITION)
        self._meant: dict[tuple[NodeKind, str], int | None] = {}

    def read(self) -> SymptomTable:
        """All rows."""
        people: dict[object, int] = {}
        episodes, left_out = [], 0
        for line, row in self._rows():
            label = self._resolve(NodeKind.CONDITION, row[self._mapping.label])
            present, absent = self._found(row, line)
            if label is None or not present:
                left_out += 1
                continue
            who = row[self._mapping.patient] if self._mapping.patient else tuple(row.values())
            person = people.setdefault(who, len(people))
            record = self._record(row, present)
            given = Presentation(record, present, {n: at for n, at in absent.items() if n not in present})
            episodes.append(Episode(person, (self._snapshot.id(label),), given))
        lost = {kind: self._lost(kind) for kind in (NodeKind.SYMPTOM, NodeKind.CONDITION)}
        count, quarantined = len(self._cells.lines), self._cells.rows.quarantined
        return SymptomTable(tuple(episodes), count, lost[NodeKind.SYMPTOM], lost[NodeKind.CONDITION], left_out, quarantined)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """The line of each row, and its cells by column."""
        for line, *cells in zip(self._cells.lines, *self._cells.columns, strict=True):
            yield line, dict(zip(self._cells.header, cells, strict=True))

    def _found(self, row: Mapping[str, str], line: int) -> tuple[dict[int, str], dict[int, str]]:
        """Symptoms that are there and that are not, each with its column."""
        present: dict[int, str] = {}
        absent: dict[int, str] = {}
        for column in self._columns:
            cell = row[column].strip()
            if self._mapping.form == "columns":
                node, there = self._resolve(NodeKind.SYMPTOM, column), self._yes(cell, line, column)
                if node is not None and there is not None:
                    (present if there else absent)[node] = column
            elif self._mapping.form == "lists":
                if cell and (node := self._resolve(NodeKind.SYMPTOM, cell)) is not None:
                    present[node] = column
            else:
                said = summary(read_text(cell, self._symptoms))
                present |= {node: column for node, standing in said.items() if standing is Standing.PRESENT}
                absent |= {node: column for node, standing in said.items() if standing is Standing.ABSENT}
        return present, absent if self._mapping.zero_is_absent or self._mapping.form == "text" else {}

    def _yes(self, cell: str, line: int, column: str) -> bool | None:
        if not cell:
            return None
        if cell.casefold() in YES | NO:
            return cell.casefold() in YES
        raise TableError(f"{self._path.name}: line {line}, column {column}: 0 or 1 is expected")

    def _record(self, row: Mapping[str, str], present: Mapping[int, str]) -> PatientRecord:
        age = row[self._mapping.age].strip() if self._mapping.age else ""
        sex = _SEXES.get(row[self._mapping.sex].strip().casefold()) if self._mapping.sex else None
        try:
            years = int(float(age)) if age else None
        except (ValueError, OverflowError):
            years = None
        if years is not None and not 0 <= years <= 130:
            years = None
        facts = tuple(Fact(EdgeKind.HAS_SYMPTOM, node, active=True, record=column) for node, column in present.items())
        return PatientRecord(None, years, sex, None, None, facts, synthetic=self._mapping.synthetic)

    def _resolve(self, kind: NodeKind, text: str) -> int | None:
        words = text.strip().replace("_", " ")
        key = (kind, words)
        if key not in self._meant:
            exact = self._snapshot.candidates(words, (kind,)) if words else ()
            names: Lexicon = self._symptoms if kind is NodeKind.SYMPTOM else self._conditions
            self._meant[key] = exact[0] if len(exact) == 1 else names.resolve(words)
        return self._meant[key]

    def _lost(self, kind: NodeKind) -> tuple[str, ...]:
        return tuple(sorted(text for (of, text), node in self._meant.items() if of is kind and node is None and text))[:200]
