// purpose: delete the nodes of a graph that nothing points at any more, some thousand in each transaction
// params: graph
// columns:
MATCH (n:Entity {graph: $graph})
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
