// purpose: all edges of these kinds between nodes that are no patients; those that leave one node and say the same come together
// params: graph, kinds
// columns: start, start_kind, kind, end_kind, ends, values
MATCH (a:Entity {graph: $graph})
WHERE a.kind <> 'Patient'
CALL (a) {
  MATCH (a)-[r]->(b:Entity)
  WHERE type(r) IN $kinds
  RETURN type(r) AS kind, b.kind AS end_kind, r.digest AS digest, collect(b.id) AS ends, properties(head(collect(r))) AS values
}
RETURN a.id AS start, a.kind AS start_kind, kind, end_kind, ends, values
