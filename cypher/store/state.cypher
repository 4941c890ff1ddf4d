// purpose: what a store's own node says: which graph it points at, its revision and its stamp
// params: store
// columns: state
MATCH (store:Store {name: $store})
RETURN properties(store) AS state
