// purpose: rank medicines for one condition by the recommender's own walk, in one statement: what its speed is measured beside
// params: condition, damping, weights, means, intercept, treats, palliates, top
// columns: medicine, score
MATCH (store:Store {name: 'live'})
MATCH (c:Condition:Entity {graph: store.graph, id: $condition})
USING INDEX c:Entity(graph, id)
CALL (c) {
  MATCH (c)-[:ASSOCIATES]->(g:Gene)<-[:BINDS]-(m:Medicine)
  RETURN m, 'CaGbM' AS code, sum((COUNT { (c)-[:ASSOCIATES]->() } * COUNT { (g)<-[:ASSOCIATES]-() } * COUNT { (g)<-[:BINDS]-() } * COUNT { (m)-[:BINDS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:RESEMBLES]-(d:Condition)<-[:TREATS]-(m:Medicine)
  WHERE c <> d
  RETURN m, 'CrCtM' AS code, sum((COUNT { (c)-[:RESEMBLES]-() } * COUNT { (d)-[:RESEMBLES]-() } * COUNT { (d)<-[:TREATS]-() } * COUNT { (m)-[:TREATS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(n:Medicine)-[:RESEMBLES]-(m:Medicine)
  WHERE n <> m
  RETURN m, 'CtMrM' AS code, sum((COUNT { (c)<-[:TREATS]-() } * COUNT { (n)-[:TREATS]->() } * COUNT { (n)-[:RESEMBLES]-() } * COUNT { (m)-[:RESEMBLES]-() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(n:Medicine)-[:IN_CLASS]->(k:DrugClass)<-[:IN_CLASS]-(m:Medicine)
  WHERE n <> m
  RETURN m, 'CtMkKkM' AS code, sum((COUNT { (c)<-[:TREATS]-() } * COUNT { (n)-[:TREATS]->() } * COUNT { (n)-[:IN_CLASS]->() } * COUNT { (k)<-[:IN_CLASS]-() } * COUNT { (k)<-[:IN_CLASS]-() } * COUNT { (m)-[:IN_CLASS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(n:Medicine)-[:TREATS]->(d:Condition)<-[:TREATS]-(m:Medicine)
  WHERE n <> m AND c <> d
  RETURN m, 'CtMtCtM' AS code, sum((COUNT { (c)<-[:TREATS]-() } * COUNT { (n)-[:TREATS]->() } * COUNT { (n)-[:TREATS]->() } * COUNT { (d)<-[:TREATS]-() } * COUNT { (d)<-[:TREATS]-() } * COUNT { (m)-[:TREATS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:PALLIATES]-(n:Medicine)-[:PALLIATES]->(d:Condition)<-[:PALLIATES]-(m:Medicine)
  WHERE n <> m AND c <> d
  RETURN m, 'ClMlClM' AS code, sum((COUNT { (c)<-[:PALLIATES]-() } * COUNT { (n)-[:PALLIATES]->() } * COUNT { (n)-[:PALLIATES]->() } * COUNT { (d)<-[:PALLIATES]-() } * COUNT { (d)<-[:PALLIATES]-() } * COUNT { (m)-[:PALLIATES]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(n:Medicine)-[:BINDS]->(g:Gene)<-[:BINDS]-(m:Medicine)
  WHERE n <> m
  RETURN m, 'CtMbGbM' AS code, sum((COUNT { (c)<-[:TREATS]-() } * COUNT { (n)-[:TREATS]->() } * COUNT { (n)-[:BINDS]->() } * COUNT { (g)<-[:BINDS]-() } * COUNT { (g)<-[:BINDS]-() } * COUNT { (m)-[:BINDS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(n:Medicine)-[:CAUSES]->(e:SideEffect)<-[:CAUSES]-(m:Medicine)
  WHERE n <> m
  RETURN m, 'CtMeEeM' AS code, sum((COUNT { (c)<-[:TREATS]-() } * COUNT { (n)-[:TREATS]->() } * COUNT { (n)-[:CAUSES]->() } * COUNT { (e)<-[:CAUSES]-() } * COUNT { (e)<-[:CAUSES]-() } * COUNT { (m)-[:CAUSES]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:PRESENTS]->(y:Symptom)<-[:PRESENTS]-(d:Condition)<-[:TREATS]-(m:Medicine)
  WHERE c <> d
  RETURN m, 'CpYpCtM' AS code, sum((COUNT { (c)-[:PRESENTS]->() } * COUNT { (y)<-[:PRESENTS]-() } * COUNT { (y)<-[:PRESENTS]-() } * COUNT { (d)-[:PRESENTS]->() } * COUNT { (d)<-[:TREATS]-() } * COUNT { (m)-[:TREATS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:UPREGULATES]->(g:Gene)<-[:DOWNREGULATES]-(m:Medicine)
  RETURN m, 'CuGdM' AS code, sum((COUNT { (c)-[:UPREGULATES]->() } * COUNT { (g)<-[:UPREGULATES]-(:Condition) } * COUNT { (g)<-[:DOWNREGULATES]-(:Medicine) } * COUNT { (m)-[:DOWNREGULATES]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:DOWNREGULATES]->(g:Gene)<-[:UPREGULATES]-(m:Medicine)
  RETURN m, 'CdGuM' AS code, sum((COUNT { (c)-[:DOWNREGULATES]->() } * COUNT { (g)<-[:DOWNREGULATES]-(:Condition) } * COUNT { (g)<-[:UPREGULATES]-(:Medicine) } * COUNT { (m)-[:UPREGULATES]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:ASSOCIATES]->(g:Gene)-[:INTERACTS]-(h:Gene)<-[:BINDS]-(m:Medicine)
  WHERE g <> h
  RETURN m, 'CaGiGbM' AS code, sum((COUNT { (c)-[:ASSOCIATES]->() } * COUNT { (g)<-[:ASSOCIATES]-() } * COUNT { (g)-[:INTERACTS]-() } * COUNT { (h)-[:INTERACTS]-() } * COUNT { (h)<-[:BINDS]-() } * COUNT { (m)-[:BINDS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)-[:LOCALIZES]->(a:Anatomy)<-[:LOCALIZES]-(d:Condition)<-[:TREATS]-(m:Medicine)
  WHERE c <> d
  RETURN m, 'CoAoCtM' AS code, sum((COUNT { (c)-[:LOCALIZES]->() } * COUNT { (a)<-[:LOCALIZES]-() } * COUNT { (a)<-[:LOCALIZES]-() } * COUNT { (d)-[:LOCALIZES]->() } * COUNT { (d)<-[:TREATS]-() } * COUNT { (m)-[:TREATS]->() }) ^ -$damping) AS x
  UNION ALL
  MATCH (c)<-[:TREATS]-(m:Medicine)
  RETURN DISTINCT m, 'TREATS' AS code, $treats AS x
  UNION ALL
  MATCH (c)<-[:PALLIATES]-(m:Medicine)
  RETURN DISTINCT m, 'PALLIATES' AS code, $palliates AS x
}
WITH m, code, x, CASE WHEN code IN keys($weights) THEN x / $means[code] ELSE 0.0 END AS z
// asinh(z) = ln(z + sqrt(z^2 + 1))
WITH m, sum(CASE WHEN code IN keys($weights) THEN $weights[code] * log(z + sqrt(z * z + 1)) ELSE x END) AS sum
RETURN m.id AS medicine, $intercept + sum AS score
ORDER BY score DESC, medicine LIMIT $top
