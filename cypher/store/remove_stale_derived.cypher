// purpose: remove some of the edges derived by training that a load did not see
// params: graph, tag, limit
// columns: kind, removed
MATCH (:Entity {graph: $graph})-[r:SIMILAR_TO|RESPONDED_TO]->(:Entity)
WHERE r.seen <> $tag
WITH r, type(r) AS kind LIMIT $limit
DELETE r
RETURN kind, count(*) AS removed
