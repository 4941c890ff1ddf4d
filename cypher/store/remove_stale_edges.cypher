// purpose: remove some of the edges that a load did not see, but for those of kept kinds, or whose ends it did not see
// params: graph, tag, kept, limit
// columns: kind, removed
MATCH (a:Entity {graph: $graph})-[r]->(b:Entity)
WHERE (r.seen <> $tag AND NOT type(r) IN $kept) OR a.seen <> $tag OR b.seen <> $tag
WITH r, type(r) AS kind LIMIT $limit
DELETE r
RETURN kind, count(*) AS removed
