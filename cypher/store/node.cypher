// purpose: one node
// params: store, id
// columns: node
MATCH (store:Store {name: $store})
MATCH (n:Entity {graph: store.graph, id: $id})
USING INDEX n:Entity(graph, id)
RETURN properties(n) AS node
