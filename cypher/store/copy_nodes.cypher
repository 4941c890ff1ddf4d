// purpose: copy the nodes of a graph into another, some thousand in each transaction
// params: graph, target
// columns:
MATCH (n:Entity {graph: $graph})
CALL (n) {
  // Whoever gives the copy up waits for this transaction, and none comes after.
  MATCH (building:Store {name: 'building', graph: $target})
  SET building.base = ''
  WITH n, building WHERE building.graph = $target
  CREATE (copy:Entity)
  SET copy = n {.*, graph: $target}, copy:$(n.kind)
} IN TRANSACTIONS OF 5000 ROWS
