// purpose: copy the record of loads of a graph to another
// params: graph, target
// columns:
MATCH (load:Load {graph: $graph})
CREATE (copy:Load)
SET copy = load {.*, graph: $target}
