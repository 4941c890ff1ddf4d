"""The graph: its words, its schema, the stores that keep it, and the snapshot that it is compiled to.

``elements`` and ``schema`` say what there is; ``store`` is the port, ``embedded_store`` its default adapter and ``connect``
opens one by URL; ``compiler`` makes a ``snapshot`` from a store; ``terms`` resolves names; ``rows`` reads tables and reports
what is wrong in them.
"""
