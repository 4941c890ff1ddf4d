// purpose: remove some of the nodes that a load did not see; their edges have gone before
// params: graph, tag, limit
// columns: kind, removed
MATCH (n:Entity {graph: $graph})
WHERE NOT n.seen IN [0, $tag]
WITH n, n.kind AS kind LIMIT $limit
DELETE n
RETURN kind, count(*) AS removed
