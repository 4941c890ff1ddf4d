"""The SQL of the embedded store's tables: their definition, and the two statements that write elements."""

FORMAT = "1"
"""Version of the tables; a file of another version is refused."""

CREATE = """
CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS word (num INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS origin (num INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS provenance (
    num INTEGER PRIMARY KEY, source TEXT NOT NULL, source_version TEXT NOT NULL, licence TEXT NOT NULL,
    UNIQUE (source, source_version, licence)
);
CREATE TABLE IF NOT EXISTS load (
    number INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, progress TEXT NOT NULL,
    revision TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS node (
    num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, name TEXT NOT NULL, aliases TEXT NOT NULL,
    properties TEXT NOT NULL, provenance INTEGER NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL, seen INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS node_kind ON node (kind, id);
CREATE TABLE IF NOT EXISTS edge (
    kind INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, origin INTEGER NOT NULL, record TEXT NOT NULL,
    provenance INTEGER NOT NULL, level INTEGER NOT NULL, evidence TEXT NOT NULL, known_since TEXT NOT NULL,
    properties TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL, seen INTEGER NOT NULL,
    PRIMARY KEY (kind, start, end, origin, record)
) WITHOUT ROWID;
"""

UPSERT_NODE = """
INSERT INTO node (id, kind, name, aliases, properties, provenance, created, changed, seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    changed = CASE WHEN (kind, name, aliases, properties, provenance)
                        IS NOT (excluded.kind, excluded.name, excluded.aliases, excluded.properties, excluded.provenance)
                   THEN excluded.changed ELSE changed END,
    kind = excluded.kind, name = excluded.name, aliases = excluded.aliases, properties = excluded.properties,
    provenance = excluded.provenance, seen = excluded.seen
"""

UPSERT_EDGE = """
INSERT INTO edge (kind, start, end, origin, record, provenance, level, evidence, known_since, properties,
                  created, changed, seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, start, end, origin, record) DO UPDATE SET
    changed = CASE WHEN (provenance, level, evidence, known_since, properties)
                        IS NOT (excluded.provenance, excluded.level, excluded.evidence, excluded.known_since,
                                excluded.properties)
                   THEN excluded.changed ELSE changed END,
    provenance = excluded.provenance, level = excluded.level, evidence = excluded.evidence,
    known_since = excluded.known_since, properties = excluded.properties, seen = excluded.seen
"""
