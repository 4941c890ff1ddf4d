// purpose: let a load have seen every node that a told edge joins, so that none of them is stale
// params: graph, tag
// columns:
MATCH (n:Entity {graph: $graph, kind: 'Patient'})
CALL (n) {
  MATCH (n)-[r]->(b:Entity)
  WHERE r.seen = 0
  UNWIND [n, b] AS end
  RETURN end
}
WITH DISTINCT end
WHERE NOT end.seen IN [0, $tag]
SET end.seen = $tag
