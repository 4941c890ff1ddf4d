// purpose: delete what is remembered of tellings in a graph that nothing points at any more
// params: graph
// columns:
MATCH (told:Told {graph: $graph})
DELETE told
