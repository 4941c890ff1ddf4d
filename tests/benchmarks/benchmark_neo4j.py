"""Hetionet into both stores and back as a snapshot, and its walk as one Cypher statement on the warm server.

The server is one of the run's own, with a gigabyte of heap; both sides of a row run on it in turn.
"""

import csv
import gzip
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from neo4j import Driver, GraphDatabase

from deploy.neo4j.jars import Jars
from deploy.neo4j.server import Server
from graph.compiler import compile_snapshot
from graph.config import PROJECT, GraphSettings
from graph.connect import open_store
from graph.elements import NodeKind
from graph.queries import query
from graph.snapshot import Snapshot
from recommender.request import Request
from recommender.service import Recommender
from tests.benchmarks.benchmark_walk import DAMPING, HYPERTENSION
from tests.benchmarks.graphs import SHARED, hetionet_home, resources
from tests.benchmarks.side_by_side import Row, median_ms

SETTINGS = {
    "server.memory.heap.initial_size": "1g",
    "server.memory.heap.max_size": "1g",
    "server.memory.pagecache.size": "512m",
}
ROWS_AT_ONCE = 5_000
RUNS = 1
"""Each side takes about a minute."""


@contextmanager
def own_server() -> Iterator[Server]:
    """A server of this run, with its credentials in the environment."""
    folder = Path(mkdtemp(prefix="rxpath-neo4j-"))
    jars = Jars(Path(os.environ.get("RXPATH_NEO4J_JARS") or PROJECT / ".rxpath" / "neo4j"))
    server = Server.prepared(folder / "home", jars, bolt_port=0, http_port=0, settings=SETTINGS)
    os.environ["RXPATH_NEO4J_PASSWORD"] = server.password
    try:
        server.start()
        yield server
    finally:
        server.kill()


def empty(driver: Driver) -> None:
    """Delete everything, in transactions that the heap holds."""
    with driver.session() as session:
        session.run("MATCH (a) CALL (a) { MATCH (a)-[r]->() DELETE r } IN TRANSACTIONS OF 200 ROWS").consume()
        session.run("MATCH (a) CALL (a) { DETACH DELETE a } IN TRANSACTIONS OF 5000 ROWS").consume()


def plain_script(driver: Driver) -> float:
    """Seconds that a plain script takes: every row of the files by UNWIND and MERGE, no provenance, no checks."""
    folder = SHARED / "data" / "hetionet"
    begun = time.perf_counter()
    with driver.session() as session:
        session.run("CREATE CONSTRAINT plain IF NOT EXISTS FOR (n:Plain) REQUIRE n.id IS UNIQUE").consume()
        for rows in _slices(_table(folder / "hetionet-v1.0-nodes.tsv.gz")):
            session.run(
                "UNWIND $rows AS row MERGE (n:Plain {id: row[0]}) SET n.name = row[1], n.kind = row[2]", rows=rows
            ).consume()
        by_kind: dict[str, list[list[str]]] = defaultdict(list)
        for part in ("core", "gene"):
            for start, kind, end in _table(folder / f"hetionet-v1.0-edges-{part}.sif.gz"):
                by_kind[kind].append([start, end])
        for kind, edges in by_kind.items():
            merge = f"MERGE (a)-[:`{kind}`]->(b)"
            for rows in _slices(edges):
                text = f"UNWIND $rows AS row MATCH (a:Plain {{id: row[0]}}) MATCH (b:Plain {{id: row[1]}}) {merge}"
                session.run(text, rows=rows).consume()  # type: ignore[arg-type]
    return time.perf_counter() - begun


def _table(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))[1:]


def _slices(rows: list[list[str]]) -> Iterator[list[list[str]]]:
    return (rows[i : i + ROWS_AT_ONCE] for i in range(0, len(rows), ROWS_AT_ONCE))


def batches(server: Server) -> float:
    """Seconds of ``loaders build`` into the server, the snapshot at its end included."""
    os.environ["RXPATH_GRAPH"] = server.bolt
    folder = str(SHARED / "data" / "hetionet")
    seconds, _ = resources(Path(mkdtemp(prefix="rxpath-batches-")), "loaders", "build", "--format", "hetionet", folder)
    del os.environ["RXPATH_GRAPH"]
    return seconds


def bulk(server: Server, home: Path) -> tuple[float, float]:
    """Seconds of writing the files from the embedded store, and of the import into the stopped server."""
    files = Path(mkdtemp(prefix="rxpath-bulk-")) / "files"
    exported, _ = resources(home, "loaders", "export", "--format", "neo4j-admin", str(files))
    server.stop()
    begun = time.perf_counter()
    with chdir(files):
        server.admin("database", "import", "full", "neo4j", "--overwrite-destination", "@import.args")
    imported = time.perf_counter() - begun
    server.start()
    return exported, imported


def walk_rows(server: Server, driver: Driver, snapshot: Snapshot, home: Path) -> list[Row | str]:
    """The walk in process beside the same walk as one statement, and whether they rank alike."""
    with closing(open_store(server.bolt)) as store:
        recommender = Recommender(store, snapshot, home)
        scorer = recommender.consult(Request(as_of=date(2026, 1, 1), nodes=(HYPERTENSION,))).engine.scorer
        number = snapshot.number(HYPERTENSION)
        config = scorer._config
        params = {
            "condition": HYPERTENSION,
            "damping": DAMPING,
            "weights": {m.code: m.weight for m in scorer.walker.metapaths if scorer.means.get(m.code)},
            "means": {code: mean for code, mean in scorer.means.items() if mean},
            "intercept": config.intercept,
            "treats": config.treats,
            "palliates": config.palliates,
            "top": 10,
        }
        text = query("benchmark/walk").text
        found = [r.values() for r in driver.execute_query(text, params).records]  # type: ignore[call-overload]
        total = scorer.score({number: 1.0}).total
        medicines = snapshot.numbers(NodeKind.MEDICINE)
        best = sorted(range(len(total)), key=lambda i: (-total[i], snapshot.id(medicines.start + i)))[:10]
        ours = [(snapshot.id(medicines.start + i), float(total[i])) for i in best]
        same = [i for i, _ in ours] == [i for i, _ in found]
        off = max(abs(a - b) for (_, a), (_, b) in zip(ours, found, strict=True))
        request = Request(as_of=date(2026, 1, 1), nodes=(HYPERTENSION,))
        walked = median_ms(lambda: recommender.recommend(request).json(), 50)
        asked = median_ms(lambda: driver.execute_query(text, params), 5)  # type: ignore[call-overload]
        return [
            Row("explained top 10 from one disease", walked, "the same walk as one Cypher statement", asked, ">= 50 x faster"),
            f"the ten are {'the same in the same order' if same else 'NOT the same'}, scores differ by at most {off:.1e}",
        ]


def rows() -> list[Row | str]:
    """Measure."""
    home, embedded = hetionet_home()
    found: list[Row | str] = []
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(home)})
    with own_server() as server, GraphDatabase.driver(server.bolt, auth=(server.user, server.password)) as driver:
        plain, ours = [], []
        for _ in range(RUNS):
            plain.append(plain_script(driver))
            empty(driver)
            ours.append(batches(server))
            with closing(open_store(server.bolt)) as store, closing(open_store(settings.graph)) as other:
                folders = [Path(mkdtemp(prefix="rxpath-snapshot-")) for _ in range(2)]
                begun = time.perf_counter()
                snapshot = compile_snapshot(store, folders[0])
                there = time.perf_counter() - begun
                begun = time.perf_counter()
                here = compile_snapshot(other, folders[1])
                compiled = time.perf_counter() - begun
                assert snapshot.checksum == here.checksum
            if len(ours) < RUNS:
                empty(driver)
        seconds = statistics.median(ours)
        # The build ends with a snapshot, which the plain script has none of; it is told apart below.
        found.append(
            Row(
                "Hetionet by batches, without the snapshot",
                (seconds - there) * 1000,
                "a plain UNWIND-MERGE script",
                statistics.median(plain) * 1000,
                "<= 2 x its time",
            )
        )
        found.append(
            f"Hetionet from files, snapshot included: to the embedded store {embedded:.1f} s, to Neo4j {seconds:.1f} s"
        )
        found.append(f"snapshot of the same checksum from Neo4j {there:.1f} s, from the embedded store {compiled:.1f} s")
        found += walk_rows(server, driver, snapshot, home)
        exported, imported = bulk(server, home)
        with closing(open_store(server.bolt)) as store:
            again = compile_snapshot(store, Path(mkdtemp(prefix="rxpath-snapshot-")))
        same = "the same checksum" if again.checksum == snapshot.checksum else "ANOTHER checksum"
        found.append(f"bulk: {exported:.1f} s to write the files, {imported:.1f} s to import them; {same}")
    return found
