// purpose: write nodes; those that are there become what they are now, and each remembers the loads that made, changed and saw it
// params: graph, tag, rows
// columns: written
UNWIND $rows AS row
MERGE (n:Entity {graph: $graph, id: row.id})
ON CREATE SET n.created = $tag, n:$(row.kind)
// What was told of a node stays beside what a load says of it.
WITH n, row, n.created AS created, coalesce(n.seen = 0 AND $tag <> 0, false) AS told
FOREACH (_ IN CASE WHEN told OR n.digest = row.digest THEN [] ELSE [1] END |
  SET n = row
  SET n.graph = $graph, n.created = created, n.changed = $tag
)
SET n.seen = CASE WHEN told THEN 0 ELSE $tag END
RETURN count(*) AS written
