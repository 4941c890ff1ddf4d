// purpose: copy the edges of a graph into another whose nodes are there, some thousand in each transaction
// params: graph, target
// columns:
MATCH (a:Entity {graph: $graph})
MATCH (c:Entity {graph: $target, id: a.id})
USING INDEX c:Entity(graph, id)
CALL (a, c) {
  // Whoever gives the copy up waits for this transaction, and none comes after.
  MATCH (building:Store {name: 'building', graph: $target})
  SET building.base = ''
  WITH a, c, building WHERE building.graph = $target
  MATCH (a)-[r]->(b:Entity)
  MATCH (d:Entity {graph: $target, id: b.id})
  USING INDEX d:Entity(graph, id)
  CREATE (c)-[copy:$(type(r))]->(d)
  SET copy = properties(r)
} IN TRANSACTIONS OF 500 ROWS
