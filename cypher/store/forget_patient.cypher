// purpose: remove a patient with all edges
// params: graph, patient
// columns: removed
OPTIONAL MATCH (n:Entity {graph: $graph, id: $patient})
OPTIONAL MATCH (n)-[r]-()
WITH n, count(DISTINCT r) AS removed
DETACH DELETE n
RETURN removed
