// purpose: nodes that become another kind lose their edges, which were said about the old one
// params: graph, rows
// columns: removed
UNWIND $rows AS row
MATCH (n:Entity {graph: $graph, id: row.id})
USING INDEX n:Entity(graph, id)
WHERE n.kind <> row.kind
CALL (n) {
  MATCH (n)-[r]-()
  WITH DISTINCT r
  DELETE r
  RETURN count(*) AS removed
}
REMOVE n:$(n.kind)
SET n:$(row.kind), n.kind = row.kind, n.digest = ''
RETURN sum(removed) AS removed
