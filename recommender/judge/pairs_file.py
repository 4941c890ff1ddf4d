"""Reads what others judge with: a list of pairs with labels, or a folder that splits the known treatments.

Ids may be written in any form that the graph knows, or without the vocabulary in front (``DB00945``, ``Compound::DB00945``,
``DrugBank:DB00945``; ``DOID:10763``, ``Disease::DOID:10763``). What the graph does not know is counted and listed, never
dropped in silence.
A wrong file is refused with its name and line.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.errors import EvaluationError

COLUMNS = ("compound_id", "disease_id", "label")
LABELS = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}
METAEDGE = "CtD"
TRAIN, PARTS = "train", ("dev", "test")


@dataclass(frozen=True, slots=True)
class PairList:
    """A list of labelled pairs.

    Attributes:
        pairs: shape (n, 2), int64: positions of the condition and of the medicine among their kinds.
        labels: shape (n,), bool.
        unknown: ids that the graph does not know, each once, in the order of the file.
        left_out: how many rows named any of those.
        repeated: how many rows said again what a row before them said.
    """

    pairs: Array
    labels: Array
    unknown: tuple[str, ...]
    left_out: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Split:
    """A split of the known treatments.

    Attributes:
        on: the part that is evaluated: ``dev`` or ``test``.
        train: shape (n, 2), int64: what may be learned from.
        evaluated: shape (m, 2), int64: the queries.
        others: shape (k, 2), int64: the pairs of the other parts, left out of the rankings.
        unknown: ids that the graph does not know, each once.
        left_out: how many lines named any of those.
    """

    on: str
    train: Array
    evaluated: Array
    others: Array
    unknown: tuple[str, ...]
    left_out: int


class PairIds:
    """Positions of ids within their kinds; remembers those that the graph does not know."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._bare: dict[NodeKind, dict[str, int]] = {}
        self.unknown: dict[str, None] = {}
        self.left_out = 0
        self.position: Callable[[str, NodeKind], int | None] = lru_cache(None)(self._find)

    def pair(self, medicine: str, condition: str) -> tuple[int, int] | None:
        """Positions of condition and medicine, or nothing where either is unknown."""
        found = self.position(condition, NodeKind.CONDITION), self.position(medicine, NodeKind.MEDICINE)
        self.unknown |= {text: None for text, place in zip((condition, medicine), found, strict=True) if place is None}
        if found[0] is None or found[1] is None:
            self.left_out += 1
            return None
        return found[0], found[1]

    def _find(self, text: str, kind: NodeKind) -> int | None:
        numbers = self._snapshot.numbers(kind)
        named = self._snapshot.candidates(text, [kind])
        # A name alone is no id: it may mean something else tomorrow.
        known = [n for n in named if text == self._snapshot.id(n) or text in self._snapshot.aliases(n)]
        if known:
            return known[0] - numbers.start if len(known) == 1 else None
        if kind not in self._bare:
            bare = [self._snapshot.id(n).partition(":")[2] for n in numbers]
            counts = Counter(bare)
            self._bare[kind] = {name: place for place, name in enumerate(bare) if counts[name] == 1}
        return self._bare[kind].get(text.rpartition("::")[2])


def read_pairs(path: Path, snapshot: Snapshot) -> PairList:
    """A list of pairs: columns ``compound_id``, ``disease_id`` and ``label`` (0 or 1), separated by commas or tabs.

    Raises:
        EvaluationError: when the file cannot be read, lacks a column, has another label, says of one pair both labels, or has
            one class only.
    """
    ids = PairIds(snapshot)
    labels: dict[tuple[int, int], bool] = {}
    repeated = 0
    for line, row in _rows(path):
        label = LABELS.get(row["label"].strip().lower())
        if label is None:
            raise EvaluationError(f"{path.name}, line {line}: the label is 0 or 1, not {row['label']!r}")
        pair = ids.pair(row["compound_id"].strip(), row["disease_id"].strip())
        if pair is None:
            continue
        repeated += pair in labels
        if labels.setdefault(pair, label) is not label:
            raise EvaluationError(f"{path.name}, line {line}: this pair stands before with the other label")
    pairs = as_pairs(list(labels))
    values = np.array([labels[condition, medicine] for condition, medicine in pairs.tolist()], bool)
    if not values.any() or values.all():
        known = f"{len(labels)} pairs of nodes that the graph knows, {ids.left_out} others"
        raise EvaluationError(f"{path.name}: one class only ({known}); labels 0 and 1 are both needed")
    return PairList(pairs, values, tuple(ids.unknown), ids.left_out, repeated)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines with their number, each by column."""
    lines = _lines(path)
    if not lines:
        raise EvaluationError(f"{path.name} is empty; the columns {', '.join(COLUMNS)} are expected")
    reader = csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ",")
    header = [name.strip().lower() for name in next(reader)]
    if missing := [name for name in COLUMNS if name not in header]:
        raise EvaluationError(f"{path.name}, line 1: no column {', '.join(missing)}; {', '.join(COLUMNS)} are expected")
    try:
        for cells in reader:
            if cells:
                if len(cells) != len(header):
                    raise EvaluationError(f"{path.name}, line {reader.line_num}: {len(header)} columns are expected")
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise EvaluationError(f"{path.name}, line {reader.line_num}: {error}") from error


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path.name} is no text in UTF-8") from error


def read_split(folder: Path, snapshot: Snapshot, on: str | None = None) -> Split:
    """A folder with ``train.txt`` and ``dev.txt`` or ``test.txt``, each line ``Compound::X<TAB>CtD<TAB>Disease::Y``.

    Args:
        folder: where the files are.
        snapshot: whose nodes they name.
        on: the part to evaluate; ``test`` where there is one, else ``dev``.

    Raises:
        EvaluationError: when a file is missing, a line has another form, a pair stands in two parts, or a part is empty.
    """
    there = [part for part in PARTS if (folder / f"{part}.txt").is_file()]
    chosen = on or (there[-1] if there else PARTS[0])
    if chosen not in PARTS:
        raise EvaluationError(f"{chosen!r} is no part of a split; {' or '.join(PARTS)} is")
    ids = PairIds(snapshot)
    owner: dict[tuple[int, int], str] = {}
    for part in (TRAIN, *dict.fromkeys((chosen, *there))):
        for line, pair in _treatments(folder / f"{part}.txt", ids):
            if owner.setdefault(pair, part) != part:
                raise EvaluationError(f"{part}.txt, line {line}: this pair stands in {owner[pair]}.txt, too")
    parts = {part: as_pairs([pair for pair, name in owner.items() if name == part]) for part in (TRAIN, *PARTS)}
    for part in (TRAIN, chosen):
        if not len(parts[part]):
            raise EvaluationError(f"{folder.name}/{part}.txt names no pair that the graph knows ({ids.left_out} it does not)")
    others = parts[next(part for part in PARTS if part != chosen)]
    return Split(chosen, parts[TRAIN], parts[chosen], others, tuple(ids.unknown), ids.left_out)


def _treatments(path: Path, ids: PairIds) -> Iterator[tuple[int, tuple[int, int]]]:
    for line, text in enumerate(_lines(path), 1):
        cells: Sequence[str] = text.split("\t")
        if not text.strip():
            continue
        if len(cells) != 3 or cells[1] != METAEDGE:
            raise EvaluationError(f"{path.name}, line {line}: medicine, {METAEDGE} and disease are expected, separated by tabs")
        if pair := ids.pair(cells[0].strip(), cells[2].strip()):
            yield line, pair


def as_pairs(rows: Sequence[tuple[int, int]]) -> Array:
    """Pairs as an array, shape (n, 2), int64, ascending: so that the order of a file changes no number."""
    return np.array(sorted(rows), np.int64).reshape(-1, 2)
