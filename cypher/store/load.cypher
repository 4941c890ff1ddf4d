// purpose: what is on record of a load
// params: graph, number
// columns: load
MATCH (load:Load {graph: $graph, number: $number})
RETURN properties(load) AS load
