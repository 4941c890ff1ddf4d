// purpose: nodes of a kind behind an id, in the order of their ids
// params: graph, kind, after, limit
// columns: node
MATCH (n:Entity {graph: $graph, kind: $kind})
WHERE n.id > $after
RETURN properties(n) AS node
ORDER BY n.id LIMIT $limit
