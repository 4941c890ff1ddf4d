"""Tables of patients: who they are, what they have, what they take, and how it went.

A patient's identifier is turned into a keyed hash before anything else sees it. Of a birth date or an age only the year of
birth is kept. Conditions, medicines, substances and the rest are named by id, code or name; what does not resolve, or has two
meanings, is reported and left out, never guessed. A genotype becomes the phenotypes that it means, the indeterminate one where
that cannot be told. Patients stream through in batches: memory does not grow with the cohort.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from graph.columns import Value
from graph.consents import REFUSED
from graph.elements import KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.genotypes import KINDS, Genotypes
from graph.pseudonyms import patient_id
from graph.row_report import Code
from graph.rows import RowBatch, read_header
from graph.schema import EDGE_RULES
from graph.store import Batch, EdgeColumns, Repeated
from graph.units import convert
from loaders.errors import LoadError
from loaders.mapping import MappableSource, TableMapping
from loaders.source import Context, TableFile
from loaders.sources.patient_tables import BY_NAME, EVENTS, GENOTYPE, PATIENT, TABLES, Event

PROVENANCE = Provenance("patient-records", "", "private")
"""Where patients come from, unless their table says that they are synthetic."""
SYNTHETIC = Provenance("synthetic-patients", "", "CC0-1.0")
_Target: TypeAlias = str | tuple[str, str]
"""A name; of a genotype its gene and diplotype."""


class PatientSource(MappableSource):
    """A folder of patients' tables, or single ones."""

    name = "patients"
    # Reviews make these rows the widest of all; smaller batches keep the memory of a load level.
    batch_rows = 20_000

    def __init__(self) -> None:
        self._matched: dict[tuple[str, _Target], Sequence[NodeId]] = {}
        self._genotypes: Genotypes | None = None
        self._last: tuple[RowBatch, Sequence[NodeId]] | None = None

    def tables(self, path: Path) -> Sequence[TableFile]:
        """See :meth:`loaders.source.Source.tables`."""
        if path.is_file():
            table = _table_of(path) or _table_by_header(path)
            return [_file(path, table)] if table else []
        files = [_file(file, table) for file in path.glob("*.csv*") if (table := _table_of(file))]
        return sorted(files, key=lambda file: (file.rank, file.label))

    @property
    def kinds(self) -> Sequence[str]:
        """See :attr:`loaders.mapping.MappableSource.kinds`."""
        return list(TABLES)

    def mapped(self, path: Path, mapping: TableMapping) -> TableFile:
        """See :meth:`loaders.mapping.MappableSource.mapped`."""
        known = {column.name for column in TABLES[mapping.kind].columns}
        unknown = [name for name in mapping.columns if name not in known] + list(mapping.values)
        if unknown:
            raise LoadError(f"{mapping.origin}: {mapping.kind} has no place for {', '.join(unknown)}")
        return replace(_file(path, mapping.kind), names=mapping.columns)

    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """See :meth:`loaders.source.Source.check`."""
        ids = self._patient_ids(rows, context)
        if file.table.name == PATIENT.name:
            context.patients.add([ids[i] for i in rows.kept()])
            context.synthetic.add([ids[i] for i in rows.kept() if rows.values["synthetic"][i]])
            return
        known = context.patients.contain(ids)
        for i in np.flatnonzero(~known).tolist():
            rows.reject(i, "patient_id", Code.UNKNOWN_PATIENT, "a patient whom patient.csv lists")
        _check_dates(rows)
        self._check_targets(BY_NAME[file.table.name], rows, context)
        if "unit" in rows.values:
            self._check_units(rows, context)

    def _check_targets(self, event: Event, rows: RowBatch, context: Context) -> None:
        column = _targets(event, rows)
        unknown = (Code.UNKNOWN_NAME, f"the id, the code or a name of a known {' or '.join(event.kinds)}")
        if event is GENOTYPE:
            unknown = (Code.UNKNOWN_NAME, "the symbol of a gene that phenotypes are known of")
        faults: dict[_Target, tuple[Code, str]] = {}
        for text in {column[i] for i in rows.kept()}:
            found = self._candidates(event, text, context)
            if not found or (len(found) > 1 and event is not GENOTYPE):
                faults[text] = (Code.AMBIGUOUS_NAME, f"one of {', '.join(found)}") if found else unknown
        for i in rows.kept() if faults else ():
            if column[i] in faults:
                rows.reject(i, event.target, *faults[column[i]])

    def _candidates(self, event: Event, text: _Target, context: Context) -> Sequence[NodeId]:
        """The nodes that a row may lead to: one is meant, but of a genotype all are."""
        key = (event.target, text)
        if key not in self._matched:
            if isinstance(text, str):
                self._matched[key] = context.vocabulary.candidates(text, event.kinds)
            else:
                self._matched[key] = self._phenotypes(*text, context)
        return self._matched[key]

    def _phenotypes(self, gene: str, diplotype: str, context: Context) -> Sequence[NodeId]:
        if self._genotypes is None:
            self._genotypes = Genotypes(node for kind in KINDS for node in context.vocabulary.nodes(kind))
        return self._genotypes.phenotypes(gene, diplotype) if self._genotypes.knows(gene) else ()

    def _check_units(self, rows: RowBatch, context: Context) -> None:
        """Reject results in a unit from which the test's own cannot be computed; one without a unit is in the test's own."""
        event = BY_NAME["patient_result"]
        pairs = list(zip(rows.texts("test"), rows.texts("unit"), strict=True))
        faults: dict[tuple[str, str], str] = {}
        for test, unit in {pairs[i] for i in rows.kept()}:
            node = context.vocabulary.node(self._candidates(event, test, context)[0])
            wanted = str(node.properties.get("unit", "")) if node else ""
            others = node.properties.get("other_units", ()) if node else ()
            if unit and wanted and isinstance(others, tuple) and convert(1.0, unit, wanted, others) is None:
                faults[test, unit] = f"one of {', '.join((wanted, *(text.rpartition('=')[0] for text in others)))}"
        for i in rows.kept() if faults else ():
            if pairs[i] in faults:
                rows.reject(i, "unit", Code.UNKNOWN_UNIT, faults[pairs[i]])

    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """See :meth:`loaders.source.Source.transform`."""
        ids = self._patient_ids(rows, context)
        if file.table.name == PATIENT.name:
            return Batch([_patient(ids[i], rows, i, context) for i in rows.kept()])
        return Batch((), self._edges(BY_NAME[file.table.name], rows, ids, context))

    def _patient_ids(self, rows: RowBatch, context: Context) -> Sequence[NodeId]:
        """The patient of each row; remembered for the rows that were asked for last."""
        # A keyed hash is dear, and check and transform both ask.
        if self._last is None or self._last[0] is not rows:
            texts = rows.texts("patient_id")
            known = {text: patient_id(text, context.patient_key) for text in set(texts)}
            self._last = (rows, [known[text] for text in texts])
        return self._last[1]

    def _edges(self, event: Event, rows: RowBatch, ids: Sequence[NodeId], context: Context) -> list[EdgeColumns]:
        """The edges of a batch, one group for each kind of their ends."""
        column = _targets(event, rows)
        ends = {text: self._candidates(event, text, context) for text in {column[i] for i in rows.kept()}}
        kinds = {end: context.vocabulary.kind(end) for found in ends.values() for end in found}
        groups: dict[NodeKind, list[tuple[int, NodeId]]] = {}
        for i in rows.kept():
            for end in ends[column[i]]:
                if kind := kinds[end]:
                    groups.setdefault(kind, []).append((i, end))
        records, properties = _records(event, rows), _properties(event, rows)
        synthetic = context.synthetic.contain(ids).tolist()
        return [
            EdgeColumns(
                event.kind,
                NodeKind.PATIENT,
                kind,
                [ids[i] for i, _ in group],
                [end for _, end in group],
                [SYNTHETIC if synthetic[i] else PROVENANCE for i, _ in group],
                Repeated(KnowledgeLevel.OBSERVATION, len(group)),
                Repeated("", len(group)),
                [records[i] for i, _ in group],
                Repeated("", len(group)),
                [properties[i] for i, _ in group],
            )
            for kind, group in sorted(groups.items())
        ]


def _file(path: Path, table: str) -> TableFile:
    return TableFile(path, path.name, TABLES[table], list(TABLES).index(table))


def _table_of(path: Path) -> str | None:
    stem = path.name.split(".", 1)[0]
    return stem if stem in TABLES else None


def _table_by_header(path: Path) -> str | None:
    header = {name.casefold() for name in read_header(path)}
    for event in EVENTS:
        if {"patient_id", event.target} <= header:
            return event.table.name
    return PATIENT.name if "patient_id" in header else None


def _targets(event: Event, rows: RowBatch) -> Sequence[_Target]:
    """What each row names at its other end."""
    if event is GENOTYPE:
        return list(zip(rows.texts("gene"), rows.texts("diplotype"), strict=True))
    return rows.texts(event.target)


def _check_dates(rows: RowBatch) -> None:
    if "start" in rows.values and "stop" in rows.values:
        starts, stops = rows.texts("start"), rows.texts("stop")
        for i in rows.kept():
            if starts[i] and stops[i] and stops[i] < starts[i]:
                rows.reject(i, "stop", Code.INCONSISTENT, "a date that is not before the start")


def _patient(node_id: NodeId, rows: RowBatch, position: int, context: Context) -> Node:
    values = {name: column[position] for name, column in rows.values.items()}
    properties: dict[str, PropertyValue] = {
        name: value
        for name in ("sex", "pregnant", "breast_feeding", "synthetic")
        if (value := values[name]) is not None and not isinstance(value, tuple)
    }
    for name in ("avoid_routes", REFUSED):
        if listed := values[name]:
            properties[name] = cast(tuple[str, ...], listed)
    if year := _birth_year(values, context):
        properties["birth_year"] = year
    provenance = SYNTHETIC if values["synthetic"] else PROVENANCE
    return Node(node_id, NodeKind.PATIENT, "", provenance, properties=properties)


def _birth_year(values: Mapping[str, Value], context: Context) -> int | None:
    year, born, age = values["birth_year"], values["birth_date"], values["age"]
    if isinstance(year, int):
        return year
    if isinstance(born, str):
        return int(born[:4])
    return context.today.year - int(age) if isinstance(age, float) else None


def _records(event: Event, rows: RowBatch) -> Sequence[str]:
    if not event.record:
        return [""] * len(rows)
    columns = [_record_texts(rows.values[name]) for name in event.record]
    return [" ".join(filter(None, parts)) for parts in zip(*columns, strict=True)]


def _record_texts(values: Sequence[Value]) -> Sequence[str]:
    return [f"{value:g}" if isinstance(value, float) else str(value or "") for value in values]


def _properties(event: Event, rows: RowBatch) -> Sequence[dict[str, PropertyValue]]:
    names = [name for name in EDGE_RULES[event.kind].properties if name in rows.values]
    columns = cast(list[Sequence[PropertyValue | None]], [rows.values[name] for name in names])
    found: list[dict[str, PropertyValue]] = []
    for values in zip(*columns, strict=True):
        if None in values:
            found.append({name: value for name, value in zip(names, values, strict=True) if value is not None})
        else:
            found.append(dict(zip(names, cast(tuple[PropertyValue, ...], values), strict=True)))
    return found
