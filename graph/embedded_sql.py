"""The SQL of the embedded store's tables: their definition, and the statements that write elements."""

FORMAT = "2"
"""Version of the tables; a file of another version is refused."""

CREATE_TOLD = """CREATE TABLE told (
    patient TEXT NOT NULL, mark TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (patient, mark)
) WITHOUT ROWID"""
"""What was told of whom, which an older file lacks: see :mod:`graph.told`."""

CREATE = (
    CREATE_TOLD,
    "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE word (num INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)",
    "CREATE TABLE origin (num INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE)",
    """CREATE TABLE provenance (
        num INTEGER PRIMARY KEY, source TEXT NOT NULL, source_version TEXT NOT NULL, licence TEXT NOT NULL,
        UNIQUE (source, source_version, licence)
    )""",
    """CREATE TABLE load (
        number INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, progress TEXT NOT NULL,
        removed INTEGER NOT NULL
    )""",
    """CREATE TABLE node (
        num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, name TEXT NOT NULL, aliases TEXT NOT NULL,
        properties TEXT NOT NULL, provenance INTEGER NOT NULL,
        created INTEGER NOT NULL, changed INTEGER NOT NULL, seen INTEGER NOT NULL
    )""",
    "CREATE INDEX node_kind ON node (kind, id)",
    """CREATE TABLE edge (
        kind INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, origin INTEGER NOT NULL, record TEXT NOT NULL,
        provenance INTEGER NOT NULL, level INTEGER NOT NULL, evidence TEXT NOT NULL, known_since TEXT NOT NULL,
        properties TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL, seen INTEGER NOT NULL,
        PRIMARY KEY (kind, start, end, origin, record)
    ) WITHOUT ROWID""",
    # What was said about a node of another kind is not said about this one, and the schema may not let it join such a node.
    """CREATE TRIGGER node_changes_kind AFTER UPDATE OF kind ON node WHEN old.kind <> new.kind BEGIN
        UPDATE load SET removed = removed + (SELECT count(*) FROM edge WHERE start = new.num OR end = new.num)
        WHERE number = new.seen;
        DELETE FROM edge WHERE start = new.num OR end = new.num;
    END""",
)
"""The statements that make an empty store: ``state`` is the store's own, ``note`` holds what others keep beside the graph."""

UPSERT_NODE = """
INSERT INTO node (id, kind, name, aliases, properties, provenance, created, changed, seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    changed = CASE WHEN (kind, name, aliases, properties, provenance)
                        IS NOT (excluded.kind, excluded.name, excluded.aliases, excluded.properties, excluded.provenance)
                   THEN excluded.changed ELSE changed END,
    kind = excluded.kind, name = excluded.name, aliases = excluded.aliases, properties = excluded.properties,
    provenance = excluded.provenance, seen = excluded.seen
-- What was told of a node stays beside what a load says of it.
WHERE node.seen <> 0 OR excluded.seen = 0
"""

_INSERT_EDGE = """
INSERT INTO edge (kind, start, end, origin, record, provenance, level, evidence, known_since, properties,
                  created, changed, seen)
"""
_UPDATE_EDGE = """
ON CONFLICT (kind, start, end, origin, record) DO UPDATE SET
    changed = CASE WHEN (provenance, level, evidence, known_since, properties)
                        IS NOT (excluded.provenance, excluded.level, excluded.evidence, excluded.known_since,
                                excluded.properties)
                   THEN excluded.changed ELSE changed END,
    provenance = excluded.provenance, level = excluded.level, evidence = excluded.evidence,
    known_since = excluded.known_since, properties = excluded.properties, seen = excluded.seen
"""

UPSERT_EDGE = f"{_INSERT_EDGE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_UPDATE_EDGE}"

UPSERT_PLAIN_EDGES = f"""{_INSERT_EDGE}
SELECT ?1, value >> 32, value & 4294967295, ?2, '', ?3, ?4, '', '', '', ?5, ?5, ?5 FROM json_each(?6) WHERE true
{_UPDATE_EDGE}"""
"""Writes edges that carry nothing of their own: kind, source, provenance, level and load are given once, the ends as a JSON
list of numbers, start times 2**32 plus end."""
