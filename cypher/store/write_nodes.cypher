// purpose: write nodes; those that are there become what they are now, and each remembers the loads that made, changed and saw it
// params: graph, tag, rows
// columns: written
UNWIND $rows AS row
MERGE (n:Entity {graph: $graph, id: row.id})
ON CREATE SET n.created = $tag, n:$(row.kind)
WITH n, row, n.created AS created
FOREACH (_ IN CASE WHEN n.digest = row.digest THEN [] ELSE [1] END |
  SET n = row
  SET n.graph = $graph, n.created = created, n.changed = $tag
)
SET n.seen = $tag
RETURN count(*) AS written
