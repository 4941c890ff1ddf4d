"""Loaders: from files to the graph, with a report of every row that does not get there.

``sources`` has one module for each format, all of the shape that ``source`` draws; ``run`` reads, transforms and writes,
``jobs`` builds anew, adds, or only looks, and ``__main__`` is the command line. ``vocabulary`` and ``crosswalks`` know which
nodes are the same, ``provenance`` where a row comes from, ``mapping`` what a foreign table's columns mean; ``identifiers``
says what is withheld and ``quarantine`` keeps what is rejected. ``derive``, ``references`` and ``agreement`` make and check
the formulary in ``data/``, and ``synthetic`` makes patients that nobody is.
"""
