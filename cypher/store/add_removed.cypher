// purpose: count what a load removed
// params: graph, number, removed
// columns:
MATCH (load:Load {graph: $graph, number: $number})
SET load.removed = load.removed + $removed
