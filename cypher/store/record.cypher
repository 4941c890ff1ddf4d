// purpose: one patient of a graph with what is on file
// params: graph, patient, kinds
// columns: node, edges
OPTIONAL MATCH (n:Entity {graph: $graph, id: $patient})
OPTIONAL MATCH (n)-[r]->(b:Entity)
WHERE type(r) IN $kinds
RETURN properties(n) AS node, collect(CASE WHEN r IS NULL THEN NULL ELSE [type(r), b.id, properties(r)] END) AS edges
