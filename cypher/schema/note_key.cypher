// purpose: a key names one note of a store
// params:
// columns:
CREATE CONSTRAINT note_key IF NOT EXISTS FOR (n:Note) REQUIRE (n.store, n.key) IS UNIQUE
