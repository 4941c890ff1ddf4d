"""What every :class:`graph.store.GraphStore` answers: one suite, run over each adapter (see ``conftest``)."""
