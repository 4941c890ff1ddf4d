// purpose: how many edges of each kind a load made, and how many it changed
// params: graph, tag
// columns: kind, created, changed
MATCH (:Entity {graph: $graph})-[r]->()
WHERE r.changed = $tag
RETURN type(r) AS kind, count(CASE WHEN r.created = $tag THEN 1 END) AS created, count(CASE WHEN r.created <> $tag THEN 1 END) AS changed
