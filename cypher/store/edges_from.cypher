// purpose: edges of some kinds that start at a node, and whether the store stayed the same meanwhile
// params: store, id, kinds
// columns: edges, steady
MATCH (before:Store {name: $store})
OPTIONAL MATCH (n:Entity {graph: before.graph, id: $id})-[r]->(b:Entity)
USING INDEX n:Entity(graph, id)
WHERE type(r) IN $kinds
WITH before.stamp AS stamp, collect(CASE WHEN r IS NULL THEN NULL ELSE [type(r), b.id, properties(r)] END) AS edges
MATCH (after:Store {name: $store})
RETURN edges, after.stamp = stamp AS steady
