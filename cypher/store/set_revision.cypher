// purpose: name the state of the knowledge, and what it was called before an unfinished load
// params: store, revision, before
// columns:
MATCH (store:Store {name: $store})
SET store.revision = $revision, store.before = $before
