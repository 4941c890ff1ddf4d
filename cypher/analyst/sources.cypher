// purpose: Which sources does the graph rest on, under which licences?
// params:
// columns: source, version, licence, nodes, edges, levels
// Knowledge alone, not patients. Reads every node and every edge once; levels are how the edges of the source are known.
MATCH (store:Store {name: 'live'})
CALL (store) {
  MATCH (node:Entity&!Patient {graph: store.graph})
  RETURN node.source AS source, node.source_version AS version, node.licence AS licence, count(*) AS nodes, 0 AS edges, null AS level
  UNION ALL
  MATCH (start:Entity&!Patient {graph: store.graph})-[edge]->()
  RETURN edge.source AS source, edge.source_version AS version, edge.licence AS licence, 0 AS nodes, count(*) AS edges, edge.knowledge_level AS level
}
WITH source, version, licence, level, nodes, edges
ORDER BY edges DESC, level
RETURN source, version, licence, sum(nodes) AS nodes, sum(edges) AS edges, collect(DISTINCT level) AS levels
ORDER BY edges DESC, nodes DESC, source, version, licence
