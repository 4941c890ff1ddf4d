// purpose: make the store that a build goes into, in a graph of its own that is still empty
// params: format, stamp
// columns: graph
MATCH (live:Store {name: 'live'})
SET live.last = live.last + 1
CREATE (building:Store {name: 'building', format: $format, graph: live.last, loads: live.loads, revision: live.revision, before: live.before, stamp: $stamp, base: ''})
RETURN building.graph AS graph
