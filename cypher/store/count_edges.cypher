// purpose: how many edges of each kind there are
// params: store
// columns: kind, count
MATCH (store:Store {name: $store})
MATCH (:Entity {graph: store.graph})-[r]->()
RETURN type(r) AS kind, count(*) AS count
