// purpose: an id names one node of a graph
// params:
// columns:
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE (n.graph, n.id) IS UNIQUE
