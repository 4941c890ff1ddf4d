"""The export command: the graph as a file, as files for Neo4j's own importer, or as a copy in another store.

Patients leave only when they are asked for, and how much of them is decided by where they go.
"""

import argparse
from datetime import date
from pathlib import Path

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.credentials import Credentials
from graph.errors import SettingsError
from graph.rdf.words import RdfFormat
from graph.store import GraphStore
from loaders.copies import copy_graph
from loaders.disclosure import Patients, disclosed
from loaders.errors import LoadError
from loaders.screen import Screen

TEXT = "write the graph for other programs, or copy it into another store"
EPILOG = """forms:
  export graph.graphml                a file for networkx and others; patients never
  export --format trig graph.trig     linked data (trig, json-ld, n-quads), a named graph a source; patients as --patients says
  export --format neo4j-admin DIR     files for `neo4j-admin database import full`; --patients all moves a whole store
  export --to URL                     another store, for analysts; with --patients pseudonyms at most
settings of --to: RXPATH_EXPORT_USER (default neo4j), RXPATH_EXPORT_PASSWORD or RXPATH_EXPORT_PASSWORD_FILE
"""
PREFIX = "RXPATH_EXPORT"
"""How the settings of the target's credentials begin."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tell the parser of the command what it takes."""
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="the file, or the new folder, to write")
    parser.add_argument("--format", choices=("graphml", "neo4j-admin", *RdfFormat), help="what to write (default: graphml)")
    parser.add_argument("--to", metavar="URL", help="the store to copy into: neo4j://host:port/database or sqlite:///path")
    parser.add_argument("--patients", choices=[*Patients], default=Patients.NONE, help="who is told of (default: none)")


def export(arguments: argparse.Namespace, settings: GraphSettings) -> str:
    """Do it, and answer what to tell the user.

    Raises:
        LoadError: when the arguments do not fit together.
        RxpathError: when the graph cannot be read or written.
    """
    path: Path | None = arguments.path
    url: str | None = arguments.to
    patients = Patients(arguments.patients)
    bulk = arguments.format == "neo4j-admin"
    if (path is None) == (url is None) or (url is not None and arguments.format):
        raise LoadError("either a PATH, of a --format, or --to URL is expected")
    linked = arguments.format in set(RdfFormat)
    if patients is not Patients.NONE and path is not None and not (bulk or linked):
        raise LoadError("--patients: a graphml file never holds patients")
    if patients is Patients.ALL and url is not None:
        raise LoadError("--patients all: a copy holds pseudonyms at most; to move a store, use --format neo4j-admin")
    store = open_store(settings.graph, settings.credentials)
    try:
        if path is None:
            return _copy(store, str(url), patients)
        if linked:
            return _write_linked(store, path, RdfFormat(arguments.format), patients, settings)
        return _write_files(store, path, patients) if bulk else _write_graphml(store, path, settings)
    finally:
        store.close()


def _write_graphml(store: GraphStore, path: Path, settings: GraphSettings) -> str:
    # Imported here: networkx takes longer than a short command.
    from graph.exchange import write_graphml

    nodes, edges = write_graphml(current_snapshot(store, settings.snapshots), path)
    return f"{path}: {nodes} nodes, {edges} edges"


def _write_linked(store: GraphStore, path: Path, form: RdfFormat, patients: Patients, settings: GraphSettings) -> str:
    # Imported here: the libraries of linked data take longer than a short command.
    from graph.rdf.write import write_rdf

    snapshot = current_snapshot(store, settings.snapshots)
    counts = write_rdf(snapshot, path, form, disclosed(store, patients, date.today()))
    return f"{path}: {counts.nodes:,} nodes, {counts.edges:,} edges of snapshot {snapshot.checksum}"


def _write_files(store: GraphStore, folder: Path, patients: Patients) -> str:
    from graph.bulk_files import COMMAND, write_bulk_files

    with Screen(as_json=False).progress() as listener:
        counts = write_bulk_files(store, folder, disclosed(store, patients, date.today()), listener)
    written = f"{folder}: {counts.nodes:,} nodes, {counts.edges:,} edges, {counts.patients:,} patients among them"
    return f"{written}\nimport them in that folder, with the server stopped: {COMMAND}"


def _copy(store: GraphStore, url: str, patients: Patients) -> str:
    try:
        target = open_store(url, Credentials.from_environment(prefix=PREFIX))
    except SettingsError as error:
        # A URL is told of under the name of the setting that mostly holds it.
        raise LoadError(str(error).replace("RXPATH_GRAPH", "--to")) from error
    try:
        with Screen(as_json=False).progress() as listener:
            counts = copy_graph(store, target, disclosed(store, patients, date.today()), listener)
    finally:
        target.close()
    return f"created {counts.created:,}, changed {counts.changed:,}, removed {counts.removed:,}"
