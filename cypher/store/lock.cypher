// purpose: keep other writers out of a store until the transaction ends; who writes gives it a new stamp, and a load one of its own
// params: store, stamp, load
// columns: state
MATCH (store:Store {name: $store})
SET store._lock = true
WITH store, properties(store) AS state
// Who had the lock before may have deleted the store.
WHERE state.graph IS NOT NULL
SET store.stamp = coalesce($stamp, store.stamp)
SET store.loaded = CASE WHEN $load THEN coalesce($stamp, store.loaded) ELSE store.loaded END
REMOVE store._lock
RETURN state
