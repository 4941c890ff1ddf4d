// purpose: how many nodes of each kind there are
// params: store
// columns: kind, count
MATCH (store:Store {name: $store})
MATCH (n:Entity {graph: store.graph})
RETURN n.kind AS kind, count(*) AS count
