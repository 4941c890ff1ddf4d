// purpose: write edges that say RESPONDED_TO; each row is a start, an end and what it says with its tags, or two ends when all say the same
// params: graph, tag, start_kind, end_kind, values, rows
// columns: written
UNWIND $rows AS row
MATCH (a:Entity {graph: $graph, id: row[0]})
USING INDEX a:Entity(graph, id)
WHERE a.kind = $start_kind
MATCH (b:Entity {graph: $graph, id: row[1]})
USING INDEX b:Entity(graph, id)
WHERE b.kind = $end_kind
WITH a, b, coalesce(row[2], $values) AS values
MERGE (a)-[r:RESPONDED_TO {source: values.source, record: values.record}]->(b)
ON CREATE SET r = values
WITH r, values, r.created AS created
FOREACH (_ IN CASE WHEN r.digest = values.digest THEN [] ELSE [1] END |
  SET r = values
  SET r.created = created
)
FOREACH (_ IN CASE WHEN r.seen = $tag THEN [] ELSE [1] END | SET r.seen = $tag)
RETURN count(*) AS written
