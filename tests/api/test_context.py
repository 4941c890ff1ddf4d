from pathlib import Path

import pytest

from api.context import Serving
from api.services.knowledge import Knowledge
from graph.compiler import compile_snapshot
from graph.elements import NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import SnapshotError
from recommender.service import Recommender
from tests.api.small import batch, node


def test_a_walk_without_any_treatment_says_so(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "graph.sqlite")
    load = store.start_load("bare")
    store.write(batch([node("rx:a", NodeKind.MEDICINE, "A"), node("rx:b", NodeKind.CONDITION, "B")], []), load, "1")
    store.finish_load(load, remove_stale=False)
    snapshot = compile_snapshot(store, tmp_path)
    serving = Serving(snapshot, Recommender(store, snapshot, tmp_path), Knowledge(snapshot))

    with pytest.raises(SnapshotError, match="no medicine treats"):
        serving.walk()
