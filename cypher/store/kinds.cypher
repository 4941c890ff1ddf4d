// purpose: of which kind each of some ids is
// params: graph, ids
// columns: id, kind
UNWIND $ids AS id
MATCH (n:Entity {graph: $graph, id: id})
USING INDEX n:Entity(graph, id)
RETURN id, n.kind AS kind
