// purpose: delete the record of loads of a graph that nothing points at any more
// params: graph
// columns:
MATCH (load:Load {graph: $graph})
DETACH DELETE load
