// purpose: Which nodes does no knowledge reach, and which medicines lack what safety and suggestions rest on?
// params:
// columns: lack, kind, nodes, examples
// Edges of patients and those derived by training do not count as knowledge. Examples are the first ten ids.
MATCH (store:Store {name: 'live'})
MATCH (node:Entity&!Patient&!Group {graph: store.graph})
WITH node,
  COUNT { (node)--() } - COUNT { (node)-[:SIMILAR_TO|RESPONDED_TO]-() }
    - COUNT { (node)<-[:HAS_DIAGNOSIS|HAS_SYMPTOM|TAKES|ALLERGIC_TO|HAS_PHENOTYPE|HAS_RESULT|PREDICTED]-() } = 0 AS alone
UNWIND [lack IN [
    CASE WHEN alone THEN 'any edge' END,
    CASE WHEN node.kind = 'Medicine' AND NOT EXISTS { (node)-[:HAS_INGREDIENT]->() } THEN 'an ingredient' END,
    CASE WHEN node.kind = 'Medicine' AND NOT EXISTS { (node)-[:TREATS|PALLIATES]->() } THEN 'a condition that it treats' END
  ] WHERE lack IS NOT NULL] AS lack
WITH lack, node.kind AS kind, node.id AS id
ORDER BY id
RETURN lack, kind, count(*) AS nodes, collect(id)[..10] AS examples
ORDER BY lack, nodes DESC, kind
