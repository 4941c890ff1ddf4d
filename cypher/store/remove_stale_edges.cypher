// purpose: remove some of the edges that a load did not see, but for those of kept kinds, or whose ends it did not see
// params: graph, tag, kept, limit
// columns: kind, removed
MATCH (a:Entity {graph: $graph})-[r]->(b:Entity)
WHERE (NOT r.seen IN [0, $tag] AND NOT type(r) IN $kept) OR NOT a.seen IN [0, $tag] OR NOT b.seen IN [0, $tag]
WITH r, type(r) AS kind LIMIT $limit
DELETE r
RETURN kind, count(*) AS removed
