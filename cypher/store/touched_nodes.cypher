// purpose: how many nodes of each kind a load made, and how many it changed
// params: graph, tag
// columns: kind, created, changed
MATCH (n:Entity {graph: $graph})
WHERE n.changed = $tag
RETURN n.kind AS kind, count(CASE WHEN n.created = $tag THEN 1 END) AS created, count(CASE WHEN n.created <> $tag THEN 1 END) AS changed
