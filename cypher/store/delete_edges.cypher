// purpose: delete the edges of a graph that nothing points at any more, some thousand in each transaction
// params: graph
// columns:
MATCH (a:Entity {graph: $graph})
CALL (a) {
  MATCH (a)-[r]->()
  DELETE r
} IN TRANSACTIONS OF 500 ROWS
