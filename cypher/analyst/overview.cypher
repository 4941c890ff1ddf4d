// purpose: What is in the graph: which kinds of nodes are joined by which edges, and how many there are?
// params:
// columns: start_kind, edge, end_kind, edges, sources
// Reads every edge once. Patients are left out: what is on file about people is counted by trends and similar_patients alone.
MATCH (store:Store {name: 'live'})
MATCH (start:Entity&!Patient {graph: store.graph})-[edge]->(end)
RETURN start.kind AS start_kind, type(edge) AS edge, end.kind AS end_kind, count(*) AS edges, count(DISTINCT edge.source) AS sources
ORDER BY edges DESC, start_kind, edge, end_kind
