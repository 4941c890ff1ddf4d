// purpose: What changed between two loads?
// params: after, until
// columns: element, kind, created, changed, example
// Numbers of loads as loads lists them: what the loads behind the first, up to the second, left in the graph. An element remembers the load
// that made it and the last that changed it, so a change that a later load changed again counts for the later one. What was removed is
// gone: loads says how much. Knowledge alone, not patients. Reads every node and every edge once.
MATCH (store:Store {name: 'live'})
CALL (store) {
  MATCH (node:Entity&!Patient {graph: store.graph})
  WHERE $after < node.changed <= $until
  RETURN 'node' AS element, node.kind AS kind, node.created > $after AS new, node.id AS example
  UNION ALL
  MATCH (start:Entity&!Patient {graph: store.graph})-[edge]->(end)
  WHERE $after < edge.changed <= $until
  RETURN 'edge' AS element, type(edge) AS kind, edge.created > $after AS new, start.id + ' → ' + end.id + ' (' + edge.source + ')' AS example
}
RETURN element, kind, count(CASE WHEN new THEN 1 END) AS created, count(CASE WHEN NOT new THEN 1 END) AS changed, min(example) AS example
ORDER BY element DESC, created + changed DESC, kind
