// purpose: number the last telling of a store
// params: store, number
// columns:
MATCH (store:Store {name: $store})
SET store.told = $number
