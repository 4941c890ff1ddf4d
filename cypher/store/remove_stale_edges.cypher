// purpose: remove some of the edges that a load did not see, or whose ends it did not see
// params: graph, tag, limit
// columns: kind, removed
MATCH (a:Entity {graph: $graph})-[r]->(b:Entity)
WHERE r.seen <> $tag OR a.seen <> $tag OR b.seen <> $tag
WITH r, type(r) AS kind LIMIT $limit
DELETE r
RETURN kind, count(*) AS removed
