// purpose: Which nodes have the most edges, kind by kind?
// params:
// columns: kind, id, name, edges, starting, ending
// Hubs win any naive ranking, because nearly every path leads through them. Edges of patients and those derived by training are not counted, and a group has no others.
MATCH (store:Store {name: 'live'})
MATCH (node:Entity&!Patient&!Group {graph: store.graph})
WITH node, COUNT { (node)-->() } - COUNT { (node)-[:SIMILAR_TO|RESPONDED_TO]->() } AS starting,
  COUNT { (node)<--() } - COUNT { (node)<-[:HAS_DIAGNOSIS|HAS_SYMPTOM|TAKES|ALLERGIC_TO|HAS_PHENOTYPE|HAS_RESULT|PREDICTED|SIMILAR_TO|RESPONDED_TO]-() } AS ending
ORDER BY starting + ending DESC, node.id
WITH node.kind AS kind, collect({id: node.id, name: node.name, starting: starting, ending: ending})[..5] AS hubs
UNWIND hubs AS hub
RETURN kind, hub.id AS id, hub.name AS name, hub.starting + hub.ending AS edges, hub.starting AS starting, hub.ending AS ending
ORDER BY kind, edges DESC, id
