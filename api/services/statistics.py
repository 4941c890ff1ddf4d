"""How large a snapshot is, and who says how much of it."""

from collections import Counter
from typing import Any

import numpy as np

from graph.numbered_nodes import KIND_ORDER
from graph.snapshot import LEVEL_ORDER, Snapshot


def statistics(snapshot: Snapshot) -> dict[str, Any]:
    """How many nodes and edges there are, by kind, source and level.

    A link is what one or more edges say about the same two nodes.
    """
    edges, links, levels = Counter[str](), Counter[str](), np.zeros(len(LEVEL_ORDER), np.int64)
    said = np.zeros(len(snapshot.provenances), np.int64)
    for key, relation in snapshot.relations.items():
        edges[str(key.kind)] += len(relation.levels)
        links[str(key.kind)] += relation.link_count
        levels += np.bincount(relation.levels, minlength=len(levels))
        said += np.bincount(relation.provenances, minlength=len(said))
    return {
        "snapshot": snapshot.checksum,
        "nodes": {str(kind): len(snapshot.numbers(kind)) for kind in KIND_ORDER if len(snapshot.numbers(kind))},
        "edges": dict(sorted(edges.items())),
        "links": dict(sorted(links.items())),
        "levels": {str(level): int(count) for level, count in zip(LEVEL_ORDER, levels, strict=True) if count},
        "sources": [
            {"source": p.source, "source_version": p.source_version, "licence": p.licence, "edges": int(said[i])}
            for i, p in sorted(enumerate(snapshot.provenances), key=lambda row: (row[1].source, row[1].source_version))
        ],
        "licences": sorted({p.licence for p in snapshot.provenances}),
    }
