// purpose: What is known right around a node?
// params: node
// columns: path
// By id, name or alias. At most three edges of each kind in each direction, the best known first; never an edge of a patient.
MATCH (store:Store {name: 'live'})
MATCH (node:Entity&!Patient {graph: store.graph})
WHERE node.id = $node OR toLower(node.name) = toLower($node) OR any(alias IN node.aliases WHERE toLower(alias) = toLower($node))
CALL (node) {
  MATCH path = (node)-[edge]-(other:!Patient)
  WITH type(edge) AS kind, startNode(edge) = node AS out, path
  ORDER BY CASE edge.knowledge_level WHEN 'assertion' THEN 0 WHEN 'observation' THEN 1 WHEN 'statistical' THEN 2 WHEN 'prediction' THEN 3 ELSE 4 END, other.name, other.id
  RETURN kind, out, collect(path)[..3] AS paths
}
UNWIND paths AS path
RETURN path
LIMIT 200
