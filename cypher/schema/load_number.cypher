// purpose: a load's number is its own within a graph
// params:
// columns:
CREATE CONSTRAINT load_number IF NOT EXISTS FOR (l:Load) REQUIRE (l.graph, l.number) IS UNIQUE
