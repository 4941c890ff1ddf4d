// purpose: begin a load, or find the unfinished one of the same input
// params: store, fingerprint
// columns: number, progress, resumed
MATCH (store:Store {name: $store})
OPTIONAL MATCH (found:Load {graph: store.graph, fingerprint: $fingerprint, state: 'running'})
CALL (store, found) {
  WITH store, found WHERE found IS NULL
  SET store.loads = store.loads + 1
  CREATE (load:Load {graph: store.graph, number: store.loads, fingerprint: $fingerprint, state: 'running', progress: '', removed: 0, started: datetime()})
  RETURN load
  UNION
  WITH store, found WHERE found IS NOT NULL
  RETURN found AS load
}
RETURN load.number AS number, load.progress AS progress, found IS NOT NULL AS resumed
