// purpose: remove single edges of a patient
// params: graph, patient, rows
// columns:
UNWIND $rows AS row
MATCH (n:Entity {graph: $graph, id: $patient})-[r {source: row.source, record: row.record}]->(b:Entity {id: row.end})
WHERE type(r) = row.kind
DELETE r
