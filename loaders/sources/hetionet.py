"""Hetionet v1.0 (Himmelstein et al. 2017, eLife 6:e26726): a folder with its nodes and any of its edge files.

Ids become CURIEs of the vocabulary that Hetionet took them from, and the id as Hetionet writes it stays an alias. Every edge
has the licence of the resource behind its metaedge, since Hetionet as a whole has none. Metaedges that were computed from data
(co-occurrence, similarity, expression) are statistical; those that a curator asserted are assertions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from graph.columns import Column
from graph.elements import EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.row_report import Code
from graph.rows import RowBatch, Table
from graph.store import Batch, EdgeColumns
from loaders.source import Context, Source, TableFile

SOURCE, VERSION, SEPARATOR = "hetionet", "1.0", "::"
NODES = Table("nodes", (Column("id", required=True), Column("name", required=True), Column("kind", required=True)), ("id",))
EDGES = Table(
    "edges",
    (Column("source", required=True), Column("metaedge", required=True), Column("target", required=True)),
    ("source", "metaedge", "target"),
)
NODE_PROVENANCE = Provenance(SOURCE, VERSION, "CC0-1.0")


def _pathway(local: str) -> str:
    if local.startswith("WP"):
        return f"WikiPathways:{local}"
    return "PC7:" + local.removeprefix("PC7_")


def _under(prefix: str) -> Callable[[str], str]:
    return lambda local: prefix + local


@dataclass(frozen=True, slots=True)
class _Kind:
    """A node kind of Hetionet in our words."""

    kind: NodeKind
    curie: Callable[[str], str]


KINDS = MappingProxyType(
    {
        "Anatomy": _Kind(NodeKind.ANATOMY, str),
        "Biological Process": _Kind(NodeKind.BIOLOGICAL_PROCESS, str),
        "Cellular Component": _Kind(NodeKind.CELLULAR_COMPONENT, str),
        "Compound": _Kind(NodeKind.MEDICINE, _under("DrugBank:")),
        "Disease": _Kind(NodeKind.CONDITION, str),
        "Gene": _Kind(NodeKind.GENE, _under("NCBIGene:")),
        "Molecular Function": _Kind(NodeKind.MOLECULAR_FUNCTION, str),
        "Pathway": _Kind(NodeKind.PATHWAY, _pathway),
        "Pharmacologic Class": _Kind(NodeKind.DRUG_CLASS, _under("NDFRT:")),
        "Side Effect": _Kind(NodeKind.SIDE_EFFECT, _under("UMLS:")),
        "Symptom": _Kind(NodeKind.SYMPTOM, _under("MESH:")),
    }
)


@dataclass(frozen=True, slots=True)
class Metaedge:
    """A metaedge of Hetionet in our words.

    Attributes:
        kind: the kind of edge.
        source: Hetionet's kind of the source.
        target: Hetionet's kind of the target.
        level: how its edges are known.
        licence: the licence of the resource behind it (Hetionet's SOURCE-LICENSES.md).
        turned: whether the edge leads from target to source.
    """

    kind: EdgeKind
    source: str
    target: str
    level: KnowledgeLevel
    licence: str
    turned: bool = False


_SAID, _COMPUTED = KnowledgeLevel.ASSERTION, KnowledgeLevel.STATISTICAL
_E = EdgeKind
_C, _D, _G, _A = "Compound", "Disease", "Gene", "Anatomy"
_CC0, _MEDLINE = "CC0-1.0", "public domain (MEDLINE)"
_LINCS, _STARGEO = "LINCS L1000 terms of use", "CC0-1.0 (STARGEO)"
_DRUGBANK = "DrugBank 4.2, released with Hetionet by permission"
_GO, _BGEE = "CC-BY-4.0 (Gene Ontology)", "Bgee (no licence stated), CC-BY-4.0 (TISSUES)"
METAEDGES = MappingProxyType(
    {
        "CtD": Metaedge(_E.TREATS, _C, _D, _SAID, "CC0-1.0 (PharmacotherapyDB)"),
        "CpD": Metaedge(_E.PALLIATES, _C, _D, _SAID, "CC0-1.0 (PharmacotherapyDB)"),
        "CrC": Metaedge(_E.RESEMBLES, _C, _C, _COMPUTED, _DRUGBANK),
        "DrD": Metaedge(_E.RESEMBLES, _D, _D, _COMPUTED, _MEDLINE),
        "CbG": Metaedge(_E.BINDS, _C, _G, _SAID, f"{_DRUGBANK}; CC-BY (BindingDB, DrugCentral)"),
        "CuG": Metaedge(_E.UPREGULATES, _C, _G, _COMPUTED, _LINCS),
        "DuG": Metaedge(_E.UPREGULATES, _D, _G, _COMPUTED, _STARGEO),
        "AuG": Metaedge(_E.UPREGULATES, _A, _G, _COMPUTED, _BGEE),
        "CdG": Metaedge(_E.DOWNREGULATES, _C, _G, _COMPUTED, _LINCS),
        "DdG": Metaedge(_E.DOWNREGULATES, _D, _G, _COMPUTED, _STARGEO),
        "AdG": Metaedge(_E.DOWNREGULATES, _A, _G, _COMPUTED, _BGEE),
        "DaG": Metaedge(_E.ASSOCIATES, _D, _G, _SAID, "ODbL-1.0 (DisGeNET), CC-BY-4.0 (DISEASES), GWAS Catalog, DOAF"),
        "DlA": Metaedge(_E.LOCALIZES, _D, _A, _COMPUTED, _MEDLINE),
        "DpS": Metaedge(_E.PRESENTS, _D, "Symptom", _COMPUTED, _MEDLINE),
        "CcSE": Metaedge(_E.CAUSES, _C, "Side Effect", _SAID, "CC-BY-NC-SA-4.0 (SIDER 4)"),
        "PCiC": Metaedge(_E.IN_CLASS, "Pharmacologic Class", _C, _SAID, "CC-BY-4.0 (DrugCentral)", turned=True),
        "AeG": Metaedge(_E.EXPRESSES, _A, _G, _COMPUTED, _BGEE),
        "GcG": Metaedge(_E.COVARIES, _G, _G, _COMPUTED, _CC0),
        "GiG": Metaedge(_E.INTERACTS, _G, _G, _SAID, _CC0),
        "Gr>G": Metaedge(_E.REGULATES, _G, _G, _COMPUTED, _LINCS),
        "GpPW": Metaedge(_E.PARTICIPATES, _G, "Pathway", _SAID, "CC-BY-3.0 (WikiPathways), Reactome, PID"),
        "GpBP": Metaedge(_E.PARTICIPATES, _G, "Biological Process", _SAID, _GO),
        "GpCC": Metaedge(_E.PARTICIPATES, _G, "Cellular Component", _SAID, _GO),
        "GpMF": Metaedge(_E.PARTICIPATES, _G, "Molecular Function", _SAID, _GO),
    }
)


def curie(original: str, kind: str) -> NodeId | None:
    """Our id of a node of Hetionet, or nothing when the original is no id of this kind.

    >>> curie("Compound::DB00945", "Compound")
    'DrugBank:DB00945'
    """
    head, parted, local = original.partition(SEPARATOR)
    if not parted or head != kind or not local or " " in local:
        return None
    return NodeId(KINDS[kind].curie(local))


class HetionetSource(Source):
    """A folder of Hetionet, or single files of it."""

    name = "hetionet"

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, NodeId | None]] = {kind: {} for kind in KINDS}

    def tables(self, path: Path) -> Sequence[TableFile]:
        """See :meth:`loaders.source.Source.tables`."""
        files = [path] if path.is_file() else sorted(path.glob("hetionet-*"))
        nodes = [TableFile(file, file.name, NODES, 0, whole=True) for file in files if "-nodes.tsv" in file.name]
        edges = [TableFile(file, file.name, EDGES, 1) for file in files if "edges" in file.name and ".sif" in file.name]
        return [*nodes, *edges]

    def described(self, file: TableFile, rows: RowBatch, position: int) -> tuple[NodeId, NodeKind] | None:
        """See :meth:`loaders.source.Source.described`."""
        kind = str(rows.values["kind"][position])
        node_id = curie(str(rows.values["id"][position]), kind) if kind in KINDS else None
        return (node_id, KINDS[kind].kind) if node_id else None

    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """See :meth:`loaders.source.Source.check`."""
        if file.table is NODES:
            self._check_nodes(file, rows, context)
            return
        sources, targets = rows.texts("source"), rows.texts("target")
        for name, positions in _by_metaedge(rows).items():
            meta = METAEDGES.get(name)
            if meta is None:
                for i in positions:
                    rows.reject(i, "metaedge", Code.BAD_VALUE, f"one of {', '.join(METAEDGES)}")
                continue
            for column, texts, kind in (("source", sources, meta.source), ("target", targets, meta.target)):
                known = self._resolved(kind, {texts[i] for i in positions}, context)
                if None in known.values():
                    for i in positions:
                        if known[texts[i]] is None:
                            rows.reject(i, column, Code.UNKNOWN_ID, f"the id of a known {kind}")

    def _check_nodes(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        for i in rows.kept():
            found = self.described(file, rows, i)
            if rows.values["kind"][i] not in KINDS:
                rows.reject(i, "kind", Code.BAD_VALUE, f"one of {', '.join(KINDS)}")
            elif found is None:
                rows.reject(i, "id", Code.BAD_ID, f"an id of the form kind{SEPARATOR}local")
            elif context.vocabulary.kind(found[0]) is not found[1]:
                rows.reject(i, "id", Code.INCONSISTENT, f"an id that no node of another kind than {found[1]} has")

    def _resolved(self, kind: str, originals: set[str], context: Context) -> dict[str, NodeId | None]:
        """Our ids of the originals; nothing for those that are not known."""
        known = self._ids[kind]
        for original in originals:
            if original not in known:
                node_id = curie(original, kind)
                is_known = node_id is not None and context.vocabulary.kind(node_id) is KINDS[kind].kind
                known[original] = node_id if is_known else None
        return known

    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """See :meth:`loaders.source.Source.transform`."""
        if file.table is NODES:
            return Batch([context.vocabulary.merge(node) for node in self._nodes(file, rows)])
        sources, targets = rows.texts("source"), rows.texts("target")
        return Batch((), [self._edges(name, positions, sources, targets) for name, positions in _by_metaedge(rows).items()])

    def _nodes(self, file: TableFile, rows: RowBatch) -> Sequence[Node]:
        found = []
        for i in rows.kept():
            described = self.described(file, rows, i)
            if described is not None:
                node_id, kind = described
                properties: dict[str, PropertyValue] = {"scheme": "pharmacologic"} if kind is NodeKind.DRUG_CLASS else {}
                name, original = str(rows.values["name"][i]), str(rows.values["id"][i])
                found.append(Node(node_id, kind, name, NODE_PROVENANCE, (original,), properties))
        return found

    def _edges(self, name: str, positions: Sequence[int], sources: Sequence[str], targets: Sequence[str]) -> EdgeColumns:
        meta = METAEDGES[name]
        starts, ends = self._ids[meta.source], self._ids[meta.target]
        pairs = [starts[sources[i]] or NodeId("") for i in positions], [ends[targets[i]] or NodeId("") for i in positions]
        kinds = KINDS[meta.source].kind, KINDS[meta.target].kind
        if meta.turned:
            pairs, kinds = (pairs[1], pairs[0]), (kinds[1], kinds[0])
        return EdgeColumns.uniform(meta.kind, kinds, pairs, Provenance(SOURCE, VERSION, meta.licence), meta.level)


def _by_metaedge(rows: RowBatch) -> Mapping[str, Sequence[int]]:
    """Positions of the rows that are not rejected, by their metaedge."""
    names, kept = rows.texts("metaedge"), rows.kept()
    # The files are sorted by metaedge, so that a batch mostly has one.
    kinds = {names[i] for i in kept}
    if len(kinds) == 1:
        return {kinds.pop(): kept}
    found: dict[str, list[int]] = {}
    for i in kept:
        found.setdefault(names[i], []).append(i)
    return found
