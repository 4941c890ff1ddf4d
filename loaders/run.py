"""Runs a load: read, transform, load, cleanup.

Files that bring nodes are read whole before anything is written, so that rows may refer to rows behind them; all others stream
through in batches. Each batch is one transaction that also notes how far the load came. A run that was interrupted begins
again at the first file, reads and checks everything, so that its report is complete, and writes only what is not written yet:
batches depend on the files alone. The fingerprint of a load is a hash of its files, so that changed files are another load.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from graph.consents import Purpose, refused, refusing
from graph.elements import NodeId, NodeKind
from graph.key_set import KeySet
from graph.row_report import RowReport
from graph.rows import RowBatch, read_header
from graph.store import Batch, GraphStore, Load
from loaders.crosswalks import mapped_conditions
from loaders.errors import LoadError
from loaders.identifiers import identifier_columns
from loaders.outcome import FileOutcome
from loaders.provenance import Sources
from loaders.quarantine import Quarantine
from loaders.source import Context, Source, TableFile

Listener = Callable[[str, int], None]
"""Is told the file and how many of its records were read, after each batch."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file and the format that it is read as."""

    source: Source
    file: TableFile


def plan(paths: Sequence[Path], sources: Sequence[Source]) -> Sequence[PlannedFile]:
    """The files to load, in the order of loading.

    Args:
        paths: files and folders, in any order.
        sources: the formats to look for.

    Raises:
        LoadError: when a path does not exist or holds nothing of these formats.
    """
    planned: dict[Path, PlannedFile] = {}
    order = {id(source): i for i, source in enumerate(sources)}
    for path in paths:
        if not path.exists():
            raise LoadError(f"{path} does not exist")
        found = [PlannedFile(source, file) for source in sources for file in source.tables(path)]
        if not found:
            names = ", ".join(source.name for source in sources)
            raise LoadError(f"{path} holds nothing to load (formats tried: {names}); see python -m loaders --help")
        for item in found:
            planned.setdefault(item.file.path.resolve(), item)
    labels = Counter(item.file.label for item in planned.values())
    named = [item if labels[item.file.label] == 1 else _by_path(item) for item in planned.values()]
    return sorted(named, key=lambda p: (order[id(p.source)], p.file.rank, p.file.label))


def _by_path(item: PlannedFile) -> PlannedFile:
    """The file under its whole path, since another has the same short name."""
    return PlannedFile(item.source, replace(item.file, label=str(item.file.path).lstrip("/")))


def fingerprint(planned: Sequence[PlannedFile], sources: Sources, purpose: str) -> str:
    """A hash of what a load depends on: its purpose, the known sources, its formats and mappings, the bytes of its files."""
    digest = hashlib.blake2b(repr((purpose, sources.all())).encode(), digest_size=16)
    for item in planned:
        file = item.file
        digest.update(repr((item.source.name, file.label, sorted(file.names.items()), sorted(file.values.items()))).encode())
        with file.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


class Writer:
    """Writes batches into a store, those that an interrupted run wrote already left out.

    What a patient in the store refuses stays refused, whatever the files say: consent is given by the patient, and a file that
    is loaded again does not give it.

    Args:
        store: where to.
        load: the load that they belong to.
    """

    def __init__(self, store: GraphStore, load: Load) -> None:
        self._store = store
        self._load = load
        self._done = int(load.progress.partition(" ")[0] or 0)
        self._step = 0
        self._refusing: Mapping[NodeId, frozenset[Purpose]] | None = None

    def __call__(self, batch: Batch, place: str) -> None:
        """Write a batch; ``place`` is the file and line that it reaches."""
        self._step += 1
        # An empty batch counts as a step, too: steps are numbered by the files, not by what is in the store.
        if self._step > self._done and (batch.nodes or batch.edges):
            self._store.write(self._consented(batch), self._load, f"{self._step} {place}")

    def _consented(self, batch: Batch) -> Batch:
        if not any(node.kind is NodeKind.PATIENT for node in batch.nodes):
            return batch
        if self._refusing is None:
            known = ((node.id, refused(node)) for node in self._store.nodes(NodeKind.PATIENT))
            self._refusing = {patient: purposes for patient, purposes in known if purposes}
        kept = self._refusing
        return replace(batch, nodes=[refusing(n, refused(n) | kept[n.id]) if n.id in kept else n for n in batch.nodes])


def no_writer(batch: Batch, place: str) -> None:
    """Writes nothing: what a run that only checks is given."""


@dataclass(slots=True)
class _Open:
    """A file being loaded."""

    source: Source
    file: TableFile
    report: RowReport
    keys: KeySet
    batches: Iterator[RowBatch]


class LoadRun:
    """One run over planned files.

    Args:
        planned: the files, in order.
        context: what the load knows.
        write: takes each batch and the place that it reaches.
        quarantine: folder for rejected rows; None keeps none.
        keep: how many problems of each file are kept; None keeps all.
        listener: is told of the progress.
    """

    def __init__(
        self,
        planned: Sequence[PlannedFile],
        context: Context,
        write: Callable[[Batch, str], None],
        quarantine: Path | None,
        *,
        keep: int | None = 100,
        listener: Listener = lambda file, rows: None,
    ) -> None:
        self._planned = planned
        self._context = context
        self._write = write
        self._quarantine = quarantine
        self._keep = keep
        self._listener = listener
        self._keys: dict[tuple[str, str], KeySet] = {}

    def run(self) -> Sequence[FileOutcome]:
        """Load all files and answer what became of each."""
        with ExitStack() as stack:
            opened = [self._open(item, stack) for item in self._planned]
            self._load_nodes([o for o in opened if o.file.whole])
            for i, item in enumerate(opened):
                if not item.file.whole:
                    self._load_rows(item)
                if item.keys not in [later.keys for later in opened[i + 1 :]]:
                    item.keys.clear()
        return [FileOutcome.of(o.report, o.source.name) for o in opened]

    def _open(self, item: PlannedFile, stack: ExitStack) -> _Open:
        """Prepare a file for reading: its report, its quarantine, and the columns that are withheld."""
        file = item.file
        try:
            # Which columns are withheld must be known before the first row is read.
            header = read_header(file.path)
        except OSError as error:
            raise LoadError(f"{file.path} cannot be read: {error.strerror}") from error
        used = [file.names.get(column.name, column.name) for column in file.table.columns]
        withheld = identifier_columns(header, used)
        kept = None
        if self._quarantine:
            kept = stack.enter_context(Quarantine(self._quarantine / _quarantine_name(file.label), header, withheld))
        report = RowReport(file.label, self._keep, kept)
        keys = self._keys.setdefault((item.source.name, file.table.name), KeySet())
        return _Open(item.source, file, report, keys, item.source.read(file, report, keys, withheld))

    def _load_nodes(self, opened: Sequence[_Open]) -> None:
        read = []
        for item in opened:
            for rows in item.batches:
                self._announce(item, rows)
                read.append((item, rows))
                self._listener(item.file.label, item.report.read)
        rejected = -1
        while rejected != sum(len(rows.rejected) for _, rows in read):
            # A rejected row may be one that others refer to: they are checked until none is rejected any more.
            rejected = sum(len(rows.rejected) for _, rows in read)
            for item, rows in read:
                self._check(item, rows)
        for item, rows in read:
            self._transform(item, rows)
        # Only now are all conditions known, those of an imported graph and of the formulary.
        if opened:
            self._write(mapped_conditions(self._context.vocabulary), "crosswalks")

    def _announce(self, item: _Open, rows: RowBatch) -> None:
        for i in rows.kept():
            if node := item.source.described(item.file, rows, i):
                self._context.vocabulary.announce(*node)

    def _check(self, item: _Open, rows: RowBatch) -> None:
        before = set(rows.rejected)
        item.source.check(item.file, rows, self._context)
        for i in rows.rejected - before:
            if node := item.source.described(item.file, rows, i):
                self._context.vocabulary.forget(*node)

    def _load_rows(self, item: _Open) -> None:
        for rows in item.batches:
            item.source.check(item.file, rows, self._context)
            self._transform(item, rows)
            self._listener(item.file.label, item.report.read)

    def _transform(self, item: _Open, rows: RowBatch) -> None:
        batch = item.source.transform(item.file, rows, self._context)
        self._write(batch, f"{item.file.label}:{rows.last_line}")


def _quarantine_name(label: str) -> str:
    name = label.replace("/", "-")
    return name if name.endswith(".csv") else f"{name}.csv"
