// purpose: nodes of a kind are read in the order of their ids
// params:
// columns:
CREATE INDEX entity_kind IF NOT EXISTS FOR (n:Entity) ON (n.graph, n.kind, n.id)
