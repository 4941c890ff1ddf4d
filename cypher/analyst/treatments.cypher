// purpose: What treats this condition, and how well is it supported?
// params: condition
// columns: medicine, said_of, steps_up, edge, line, best_level, levels, sources, evidence, path
// By id, name or alias of a condition. What treats a condition above it in the tree is listed, too, with the steps up to there.
MATCH (store:Store {name: 'live'})
MATCH (condition:Condition {graph: store.graph})
WHERE condition.id = $condition OR toLower(condition.name) = toLower($condition)
  OR any(alias IN condition.aliases WHERE toLower(alias) = toLower($condition))
MATCH path = (condition)-[:IS_A*0..6]->(above:Condition)<-[edge:TREATS|PALLIATES]-(medicine:Medicine)
WITH condition, medicine, above, type(edge) AS kind, edge, path
ORDER BY length(path), CASE edge.knowledge_level WHEN 'assertion' THEN 0 WHEN 'observation' THEN 1 WHEN 'statistical' THEN 2 WHEN 'prediction' THEN 3 ELSE 4 END, edge.source
WITH condition, medicine, above, kind, collect(DISTINCT edge) AS edges, head(collect(path)) AS path
WITH medicine, above, kind, edges, path, length(path) - 1 AS steps_up,
  [level IN ['assertion', 'observation', 'statistical', 'prediction', 'unreviewed'] WHERE any(edge IN edges WHERE edge.knowledge_level = level)] AS levels,
  [line IN ['first', 'later', 'unstated'] WHERE any(edge IN edges WHERE edge.line = line)] AS lines
RETURN medicine.name AS medicine, above.name AS said_of, steps_up, kind AS edge, head(lines) AS line, head(levels) AS best_level, levels,
  [edge IN edges | edge.source] AS sources, [edge IN edges WHERE edge.evidence IS NOT NULL | edge.evidence] AS evidence, path
ORDER BY steps_up, edge DESC, size(edges) DESC, medicine
LIMIT 200
