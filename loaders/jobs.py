"""The three jobs of the loaders: build a graph anew, add to the one there is, and only look.

A build goes into a staging beside the store and takes its place at the end, so that readers never see half of it; a killed
build finds its staging again. Adding merges into the store itself. Looking (and a dry run, which also counts what would
change) leaves no trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from graph.compiler import current_snapshot
from graph.elements import Node, NodeKind
from graph.errors import SnapshotError
from graph.key_set import KeySet
from graph.store import GraphStore, Load
from loaders.outcome import FileOutcome, Outcome
from loaders.provenance import Sources
from loaders.run import Listener, LoadRun, PlannedFile, Writer, fingerprint, no_writer
from loaders.source import Context
from loaders.vocabulary import Vocabulary

INPUT_NOTE = "input"
"""The note of a staging that says which load it is for."""


def silent(file: str, rows: int) -> None:
    """A listener that says nothing."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be loaded, and where rejected rows and snapshots go.

    Attributes:
        planned: the files.
        sources: the provenances that rows may name.
        patient_key: the key of the site's patient pseudonyms.
        quarantine: folder of the quarantines of all loads.
        snapshots: folder of the compiled snapshots.
        keep: how many problems of each file are kept; None keeps all.
        listener: is told of the progress.
        today: the day on which an age is taken to be stated.
    """

    planned: Sequence[PlannedFile]
    sources: Sources
    patient_key: bytes
    quarantine: Path
    snapshots: Path
    keep: int | None = 100
    listener: Listener = silent
    today: date = field(default_factory=date.today)

    def build(self, store: GraphStore, *, dry: bool = False) -> Outcome:
        """Make the graph of these files alone, in the place of the store's; when no row is accepted, that stays as it was.

        Raises:
            StoreUnavailableError: when the store was written to meanwhile.
        """
        staging = self._staging(store, "build")
        load = staging.start_load(fingerprint(self.planned, self.sources, "build"))
        files = self._run(self._context(()), Writer(staging, load), None if dry else load)
        # An empty graph in the place of a good one would be the worst answer to a wrong path.
        if not any(file.accepted for file in files):
            staging.discard()
            return Outcome(files)
        counts = staging.finish_load(load, remove_stale=True)
        if dry:
            staging.discard()
            return Outcome(files, counts)
        store.adopt(staging)
        return Outcome(files, counts, self._compile(store), load.resumed)

    def add(self, store: GraphStore, *, dry: bool = False) -> Outcome:
        """Merge these files into the store's graph; nothing is removed."""
        # A dry run works on a copy: what would change is counted by the store itself.
        target = self._staging(store, "add") if dry else store
        load = target.start_load(fingerprint(self.planned, self.sources, "add"))
        files = self._run(self._context((target,)), Writer(target, load), None if dry else load)
        counts = target.finish_load(load, remove_stale=False)
        if dry:
            target.discard()
            return Outcome(files, counts)
        return Outcome(files, counts, self._compile(store), load.resumed)

    def validate(self, store: GraphStore | None) -> Outcome:
        """Report on these files as :meth:`add` would, and write nothing.

        Args:
            store: what rows may refer to; None when there is no graph yet.
        """
        context = self._context(() if store is None else (store,))
        run = LoadRun(self.planned, context, no_writer, None, keep=self.keep, listener=self.listener)
        return Outcome(run.run())

    def _staging(self, store: GraphStore, purpose: str) -> GraphStore:
        """A staging for this input: one that an interrupted load of other input left behind is not gone on with."""
        name = fingerprint(self.planned, self.sources, purpose)
        staging = store.staging()
        if staging.noted(INPUT_NOTE) not in ("", name):
            staging.discard()
            staging = store.staging()
        staging.note(INPUT_NOTE, name)
        return staging

    def _run(self, context: Context, write: Writer, load: Load | None) -> Sequence[FileOutcome]:
        folder = self.quarantine / str(load.number) if load else None
        return LoadRun(self.planned, context, write, folder, keep=self.keep, listener=self.listener).run()

    def _context(self, stores: Sequence[GraphStore]) -> Context:
        known: list[Node] = []
        patients, synthetic = KeySet(), KeySet()
        for store in stores:
            known += [node for kind in NodeKind if kind is not NodeKind.PATIENT for node in store.nodes(kind)]
            people = [(node.id, node.properties.get("synthetic")) for node in store.nodes(NodeKind.PATIENT)]
            patients.add([person for person, _ in people])
            synthetic.add([person for person, made_up in people if made_up])
        return Context(self.sources, Vocabulary(known), self.patient_key, patients, synthetic, self.today)

    def _compile(self, store: GraphStore) -> str:
        try:
            return current_snapshot(store, self.snapshots).checksum
        except SnapshotError:
            return ""
