// purpose: there is one live graph, and at most one is being built beside it
// params:
// columns:
CREATE CONSTRAINT store_name IF NOT EXISTS FOR (s:Store) REQUIRE s.name IS UNIQUE
