// purpose: make the live store of a database that has none
// params: format, stamp
// columns:
MERGE (store:Store {name: 'live'})
ON CREATE SET store += {format: $format, graph: 1, last: 1, loads: 0, revision: 'empty', before: '', stamp: $stamp, retired: []}
REMOVE store.imported
