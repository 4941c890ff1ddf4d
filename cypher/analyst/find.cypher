// purpose: Which nodes are called something like this?
// params: text
// columns: node, kind, id, name, aliases
// Any part of an id, a name or an alias will do, in capitals or not; patients have no name and are found by their id alone.
MATCH (store:Store {name: 'live'})
CALL (store) {
  MATCH (node:Entity {graph: store.graph, id: $text})
  RETURN node, 0 AS rank
  UNION ALL
  MATCH (node:Entity&!Patient {graph: store.graph})
  WITH node, [node.name, node.id] + coalesce(node.aliases, []) AS texts
  WHERE any(text IN texts WHERE toLower(text) CONTAINS toLower($text))
  RETURN node, CASE WHEN any(text IN texts WHERE toLower(text) = toLower($text)) THEN 1 ELSE 2 END AS rank
}
WITH node, min(rank) AS rank
RETURN node, node.kind AS kind, node.id AS id, node.name AS name, node.aliases AS aliases
ORDER BY rank, size(name), name, id
LIMIT 25
