// purpose: Why was this medicine suggested? The paths that lead to it, by the metapaths that the recommender walks.
// params: start, medicine
// columns: on_file, code, reason, weakest, way, path
// start is the id of a patient, or a condition or symptom by id, name or alias; so is the medicine. way leads from there to the evidence:
// what is on file and not refuted, the conditions above it that are no ICD-10 blocks, and, where nothing treats it, the treated kinds right
// below it. path leads on to the medicine; code is its metapath in recommender/metapaths.toml, or CtM and ClM for direct support. At most five
// paths of a code are shown for each piece of evidence, those of the best known weakest edge first. Scores are not computed here.
MATCH (store:Store {name: 'live'})
MATCH (medicine:Medicine {graph: store.graph})
WHERE medicine.id = $medicine OR toLower(medicine.name) = toLower($medicine) OR any(alias IN medicine.aliases WHERE toLower(alias) = toLower($medicine))
CALL (store) {
  MATCH (start:Entity {graph: store.graph, id: $start})
  WHERE start:Patient|Condition|Symptom
  RETURN start
  UNION
  MATCH (start:Condition|Symptom {graph: store.graph})
  WHERE toLower(start.name) = toLower($start) OR any(alias IN start.aliases WHERE toLower(alias) = toLower($start))
  RETURN start
}
CALL (start) {
  MATCH way = (start:Patient)-[fact:HAS_DIAGNOSIS|HAS_SYMPTOM]->(found:Condition|Symptom)-[:IS_A*0..6]->(evidence)
  RETURN way, fact, found, evidence, true AS upward
  UNION ALL
  MATCH way = (start:Patient)-[fact:HAS_DIAGNOSIS]->(found:Condition)<-[:IS_A]-(evidence:Condition)
  RETURN way, fact, found, evidence, false AS upward
  UNION ALL
  MATCH way = (start:Condition|Symptom)-[:IS_A*0..6]->(evidence)
  RETURN way, null AS fact, start AS found, evidence, true AS upward
  UNION ALL
  MATCH way = (start:Condition)<-[:IS_A]-(evidence:Condition)
  RETURN way, null AS fact, start AS found, evidence, false AS upward
}
WITH medicine, way, fact, found, evidence, upward, toString(date()) AS today
WHERE (fact IS NULL OR (coalesce(fact.status, 'active') <> 'refuted' AND coalesce(fact.start, '') <= today))
  AND (found = evidence OR NOT upward OR NOT (evidence.id STARTS WITH 'ICD10CM:' AND evidence.id CONTAINS '-'))
  AND (upward OR (NOT EXISTS { (found)<-[:TREATS|PALLIATES]-() } AND EXISTS { (evidence)<-[:TREATS|PALLIATES]-() }))
WITH medicine, way, evidence, CASE WHEN fact IS NULL THEN 'named'
    ELSE CASE WHEN coalesce(fact.stop, '9999') <= today OR (fact.stop IS NULL AND fact.status = 'resolved') THEN 'resolved ' ELSE 'active ' END
      + CASE WHEN found:Symptom THEN 'symptom' ELSE 'diagnosis' END END AS on_file
CALL (evidence, medicine) {
  MATCH path = (evidence:Condition)<-[:TREATS]-(medicine)
  RETURN 'CtM' AS code, 'treats it' AS reason, path
  UNION ALL
  MATCH path = (evidence:Condition)<-[:PALLIATES]-(medicine)
  RETURN 'ClM' AS code, 'palliates it' AS reason, path
  UNION ALL
  MATCH path = (evidence:Condition)-[:ASSOCIATES]->(:Gene)<-[:BINDS]-(medicine)
  RETURN 'CaGbM' AS code, 'binds an associated gene' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:RESEMBLES]-(other:Condition)<-[:TREATS]-(medicine)
  WHERE other <> evidence
  RETURN 'CrCtM' AS code, 'treats a condition that resembles it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:TREATS]-(other:Medicine)-[:RESEMBLES]-(medicine)
  WHERE other <> medicine
  RETURN 'CtMrM' AS code, 'resembles a medicine that treats it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:TREATS]-(other:Medicine)-[:IN_CLASS]->(:DrugClass)<-[:IN_CLASS]-(medicine)
  WHERE other <> medicine
  RETURN 'CtMkKkM' AS code, 'is in the class of a medicine that treats it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:TREATS]-(other:Medicine)-[:TREATS]->(also:Condition)<-[:TREATS]-(medicine)
  WHERE other <> medicine AND also <> evidence
  RETURN 'CtMtCtM' AS code, 'treats what a medicine that treats it treats, too' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:PALLIATES]-(other:Medicine)-[:PALLIATES]->(also:Condition)<-[:PALLIATES]-(medicine)
  WHERE other <> medicine AND also <> evidence
  RETURN 'ClMlClM' AS code, 'palliates what a medicine that palliates it palliates, too' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:TREATS]-(other:Medicine)-[:BINDS]->(:Gene)<-[:BINDS]-(medicine)
  WHERE other <> medicine
  RETURN 'CtMbGbM' AS code, 'shares a target with a medicine that treats it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)<-[:TREATS]-(other:Medicine)-[:CAUSES]->(:SideEffect)<-[:CAUSES]-(medicine)
  WHERE other <> medicine
  RETURN 'CtMeEeM' AS code, 'shares a side effect with a medicine that treats it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:PRESENTS]->(:Symptom)<-[:PRESENTS]-(other:Condition)<-[:TREATS]-(medicine)
  WHERE other <> evidence
  RETURN 'CpYpCtM' AS code, 'treats a condition with a symptom of it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:IS_A]->(:Condition)<-[:IS_A]-(other:Condition)<-[:TREATS]-(medicine)
  WHERE other <> evidence
  RETURN 'CnCnCtM' AS code, 'treats its sibling in the tree' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:UPREGULATES]->(:Gene)<-[:DOWNREGULATES]-(medicine)
  RETURN 'CuGdM' AS code, 'turns down a gene that it turns up' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:DOWNREGULATES]->(:Gene)<-[:UPREGULATES]-(medicine)
  RETURN 'CdGuM' AS code, 'turns up a gene that it turns down' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:ASSOCIATES]->(gene:Gene)-[:INTERACTS]-(other:Gene)<-[:BINDS]-(medicine)
  WHERE other <> gene
  RETURN 'CaGiGbM' AS code, 'binds a gene that interacts with an associated one' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Condition)-[:LOCALIZES]->(:Anatomy)<-[:LOCALIZES]-(other:Condition)<-[:TREATS]-(medicine)
  WHERE other <> evidence
  RETURN 'CoAoCtM' AS code, 'treats a condition of the same place' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Symptom)<-[:PRESENTS]-(:Condition)<-[:TREATS]-(medicine)
  RETURN 'YpCtM' AS code, 'treats a condition that presents with it' AS reason, path LIMIT 1000
  UNION ALL
  MATCH path = (evidence:Symptom)<-[:PRESENTS]-(:Condition)<-[:PALLIATES]-(medicine)
  RETURN 'YpClM' AS code, 'palliates a condition that presents with it' AS reason, path LIMIT 1000
}
WITH evidence, on_file, way, code, reason, path, head([level IN ['unreviewed', 'prediction', 'statistical', 'observation', 'assertion']
  WHERE any(edge IN relationships(path) WHERE edge.knowledge_level = level)]) AS weakest
WITH *, CASE weakest WHEN 'assertion' THEN 0 WHEN 'observation' THEN 1 WHEN 'statistical' THEN 2 WHEN 'prediction' THEN 3 ELSE 4 END AS weakness
ORDER BY weakness, size(nodes(way))
// Of parallel edges, those of several sources, the best known one stands for all; of several ways to the evidence the shortest.
WITH evidence, on_file, code, reason, [node IN nodes(path) | node.id] AS chain, head(collect({way: way, path: path, weakest: weakest, weakness: weakness})) AS best
ORDER BY best.weakness, chain
WITH evidence, on_file, code, reason, collect(best)[..5] AS shown
UNWIND shown AS best
RETURN on_file, code, reason, best.weakest AS weakest, best.way AS way, best.path AS path
ORDER BY size(code), code, on_file, length(way), best.weakness, [node IN nodes(path) | node.id]
LIMIT 200
