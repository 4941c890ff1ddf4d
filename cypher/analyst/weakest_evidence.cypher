// purpose: Which treatments rest on the weakest evidence?
// params:
// columns: level, sources, medicine, edge, condition, path
// Of a pair that several sources speak of the best edge counts: what stands here has nothing better.
MATCH (store:Store {name: 'live'})
MATCH path = (medicine:Medicine {graph: store.graph})-[edge:TREATS|PALLIATES]->(condition:Condition)
WITH medicine, condition, type(edge) AS kind, path, edge,
  CASE edge.knowledge_level WHEN 'assertion' THEN 4 WHEN 'observation' THEN 3 WHEN 'statistical' THEN 2 WHEN 'prediction' THEN 1 ELSE 0 END AS strength
ORDER BY strength DESC, edge.source
WITH medicine, condition, kind, collect(edge.source) AS sources, max(strength) AS strength, head(collect(edge.knowledge_level)) AS level, head(collect(path)) AS path
RETURN level, sources, medicine.name AS medicine, kind AS edge, condition.name AS condition, path
ORDER BY strength, size(sources), medicine, condition, edge
LIMIT 100
