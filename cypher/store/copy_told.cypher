// purpose: copy what is remembered of tellings from a graph to another
// params: graph, target
// columns:
MATCH (told:Told {graph: $graph})
CREATE (copy:Told)
SET copy = told {.*, graph: $target}
