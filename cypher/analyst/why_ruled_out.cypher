// purpose: Why was this medicine ruled out for this patient? What speaks against it, rule by rule, with the chain from what is on file.
// params: patient, medicine
// columns: rule, severity, reason, sources, path, inside
// The patient by id, the medicine by id, name or alias. What the graph can tell, by the rules of recommender/safety as they are today. A rule
// can be met by several chains; the recommender shows the most severe. path leads from the patient to the medicine, or to what is in it;
// inside leads from there to the medicine: what holds of a single medicine holds of a combination that contains its ingredient. Limits of renal
// and hepatic function are measured, not matched: they are listed as "check", and so is what is not on file.
// properties(fact) reads what no record of a store may have: the server warns of a key that it has never seen.
MATCH (store:Store {name: 'live'})
MATCH (patient:Entity:Patient {graph: store.graph, id: $patient})
MATCH (medicine:Medicine {graph: store.graph})
WHERE medicine.id = $medicine OR toLower(medicine.name) = toLower($medicine) OR any(alias IN medicine.aliases WHERE toLower(alias) = toLower($medicine))
CALL (medicine) {
  MATCH inside = (medicine)
  RETURN medicine AS inner, inside
  UNION ALL
  MATCH inside = (inner:Ingredient)<-[:HAS_INGREDIENT]-(medicine)
  RETURN inner, inside
  UNION ALL
  MATCH inside = (inner:Medicine)-[:HAS_INGREDIENT]->(:Ingredient)<-[:HAS_INGREDIENT]-(medicine)
  WHERE COUNT { MATCH (inner)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } = 1 AND COUNT { MATCH (medicine)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } > 1
  RETURN inner, inside
}
WITH patient, medicine, inner, inside, toString(date()) AS today
CALL (patient, medicine, inner, today) {
  // It is the allergen, or contains an ingredient of it. A refuted allergy has no consequence; an intolerance less than an allergy.
  MATCH path = (patient)-[fact:ALLERGIC_TO]->(allergen:Medicine|Ingredient)-[:HAS_INGREDIENT*0..1]->(inner)
  WHERE coalesce(fact.since, '') <= today AND coalesce(properties(fact).certainty, 'confirmed') <> 'refuted'
  RETURN 'allergy' AS rule, CASE WHEN coalesce(properties(fact).type, 'allergy') = 'allergy' THEN 'exclude' WHEN fact.severity = 'severe' THEN 'sign-off' ELSE 'caution' END AS severity,
    'contains the allergen' AS reason, path
  UNION ALL
  // It is in or below a class that the allergy names, or an allergy class of the allergen.
  MATCH path = (patient)-[fact:ALLERGIC_TO]->(allergen)-[:HAS_INGREDIENT*0..1]->(kin)-[:IN_CLASS*0..1]->(class:DrugClass)<-[:IS_A*0..6]-(:DrugClass)<-[:IN_CLASS]-(inner)
  WHERE coalesce(fact.since, '') <= today AND coalesce(properties(fact).certainty, 'confirmed') <> 'refuted' AND (class = allergen OR class.scheme = 'allergy')
  RETURN 'allergy' AS rule, CASE WHEN properties(fact).type = 'intolerance' THEN 'note' WHEN properties(fact).certainty = 'suspected' THEN 'sign-off' ELSE 'exclude' END AS severity,
    'is of the class ' + class.name AS reason, path
  UNION ALL
  // It cross-reacts with the allergen, its class or one above; of a class that the allergy names, with any below, too.
  MATCH path = (patient)-[fact:ALLERGIC_TO]->(allergen)-[:HAS_INGREDIENT*0..1]->(kin)-[:IN_CLASS*0..1]->(class)<-[:IS_A*0..6]-(below)-[:IS_A*0..6]->
    ()-[cross:CROSS_REACTS_WITH]-(other)<-[:IS_A*0..6]-()<-[:IN_CLASS*0..1]-(inner)
  WHERE coalesce(fact.since, '') <= today AND coalesce(properties(fact).certainty, 'confirmed') <> 'refuted' AND coalesce(properties(fact).type, 'allergy') = 'allergy'
    AND (class = kin OR class.scheme = 'allergy') AND (below = class OR class = allergen)
  RETURN 'allergy' AS rule, CASE
      WHEN cross.strength <> 'low' THEN CASE properties(fact).certainty WHEN 'suspected' THEN 'sign-off' ELSE 'exclude' END
      WHEN fact.severity = 'severe' AND coalesce(properties(fact).certainty, 'confirmed') = 'confirmed' THEN 'sign-off'
      ELSE 'caution'
    END AS severity,
    'may cross-react (' + cross.strength + '; ' + other.name + ')' AS reason, path
  UNION ALL
  // Contraindications are inherited down the tree of conditions; a resolved condition counts where history does.
  MATCH path = (patient)-[fact:HAS_DIAGNOSIS]->(:Condition)-[:IS_A*0..8]->(condition:Condition)<-[against:CONTRAINDICATED_IN]-(inner)
  WHERE coalesce(fact.start, '') <= today AND coalesce(fact.status, 'active') <> 'refuted'
    AND (against.applies = 'history' OR fact.stop > today OR (fact.stop IS NULL AND coalesce(fact.status, 'active') = 'active'))
  RETURN 'contraindication' AS rule, CASE against.strength WHEN 'absolute' THEN 'exclude' ELSE 'caution' END AS severity,
    coalesce(against.reason, condition.name) AS reason, path
  UNION ALL
  // With what is being taken, or with a single medicine in that.
  MATCH path = (patient)-[fact:TAKES]->(current:Medicine)-[:HAS_INGREDIENT*0..1]->(link)<-[:HAS_INGREDIENT*0..1]-(taken:Medicine)-[with:INTERACTS_WITH]-(inner)
  WHERE coalesce(fact.start, '') <= today AND coalesce(fact.stop, '9999') > today
    AND (link = current OR (link <> taken AND COUNT { MATCH (current)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } > 1 AND COUNT { MATCH (taken)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } = 1))
  RETURN 'interaction' AS rule, CASE with.severity WHEN 'severe' THEN 'exclude' WHEN 'moderate' THEN 'caution' ELSE 'note' END AS severity,
    with.severity + ' interaction with ' + current.name + coalesce(': ' + with.mechanism, '') AS reason, path
  UNION ALL
  // The same medicine, or one of its ingredients, twice.
  MATCH path = (patient)-[fact:TAKES]->(current:Medicine)-[:HAS_INGREDIENT*0..1]->(inner)
  WHERE coalesce(fact.start, '') <= today AND coalesce(fact.stop, '9999') > today
    AND CASE current WHEN medicine THEN inner = medicine ELSE inner:Ingredient END
  RETURN 'duplicate' AS rule, 'exclude' AS severity, CASE current WHEN medicine THEN 'is being taken already' ELSE 'same ingredient as ' + current.name END AS reason, path
  UNION ALL
  // A second medicine of a chemical subgroup: ATC level 4, but for those that gather what fits nowhere else.
  MATCH path = (patient)-[fact:TAKES]->(current:Medicine)-[:HAS_INGREDIENT*0..1]->(link)<-[:HAS_INGREDIENT*0..1]-(taken:Medicine)-[:IN_CLASS]->(class:DrugClass)<-[:IN_CLASS]-(inner:Medicine)
  WHERE coalesce(fact.start, '') <= today AND coalesce(fact.stop, '9999') > today AND current <> medicine AND class.id STARTS WITH 'ATC:' AND size(class.id) = 9 AND NOT class.id ENDS WITH 'X'
    AND (link = current OR (link <> taken AND COUNT { MATCH (current)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } > 1 AND COUNT { MATCH (taken)-[:HAS_INGREDIENT]->(i) RETURN DISTINCT i } = 1))
  RETURN 'duplicate' AS rule, CASE WHEN substring(class.id, 4) IN [
      'A02BA', 'A02BC', 'A10BG', 'A10BH', 'A10BJ', 'A10BK', 'B01AA', 'B01AF', 'C07AA', 'C07AB', 'C08CA', 'C09AA', 'C09CA', 'C10AA', 'M05BA', 'N06AA',
      'N06AB', 'N06AG', 'R06AE'
    ] THEN 'exclude' ELSE 'caution' END AS severity, 'class ' + class.name + ' like ' + current.name AS reason, path
  UNION ALL
  // What a guideline says for a phenotype on file.
  MATCH path = (patient)-[fact:HAS_PHENOTYPE]->(phenotype:Phenotype)-[says:AFFECTS_RESPONSE]->(inner)
  WHERE coalesce(fact.date, '') <= today AND says.action <> 'no change'
  RETURN 'pharmacogenomics' AS rule, CASE says.action WHEN 'avoid' THEN 'exclude' ELSE 'caution' END AS severity,
    phenotype.name + ': ' + coalesce(says.recommendation, says.action) AS reason, path
  UNION ALL
  // A diagnosis that a limit names, such as pregnancy.
  MATCH path = (patient)-[fact:HAS_DIAGNOSIS]->(:Condition)-[:IS_A*0..8]->(:Condition)<-[limit:LIMITED_BY]-(inner)
  WHERE coalesce(fact.start, '') <= today AND coalesce(fact.status, 'active') <> 'refuted' AND (fact.stop > today OR (fact.stop IS NULL AND coalesce(fact.status, 'active') = 'active'))
  RETURN 'limit' AS rule, CASE limit.strength WHEN 'absolute' THEN 'exclude' ELSE 'caution' END AS severity, limit.limit + coalesce(': ' + limit.advice, '') AS reason, path
  UNION ALL
  // A limit that a property of the patient breaks, or that has to be checked because there is no such property.
  MATCH path = (inner)-[limit:LIMITED_BY]->()
  WITH path, limit, date().year - patient.birth_year AS age, toFloatOrNull(limit.value) / CASE limit.unit WHEN 'months' THEN 12 ELSE 1 END AS years
  WITH path, limit, CASE limit.limit
      WHEN 'sex' THEN CASE WHEN patient.sex IN ['female', 'male'] THEN patient.sex = limit.value END
      WHEN 'pregnancy' THEN coalesce(patient.pregnant, CASE patient.sex WHEN 'male' THEN false END)
      WHEN 'breast feeding' THEN coalesce(patient.breast_feeding, CASE patient.sex WHEN 'male' THEN false END)
      WHEN 'age' THEN CASE limit.comparator WHEN 'below' THEN age < years WHEN 'above' THEN age > years ELSE age >= years END
    END AS broken
  WHERE broken OR broken IS NULL
  RETURN 'limit' AS rule, CASE WHEN broken IS NULL THEN 'check' WHEN limit.strength = 'absolute' THEN 'exclude' ELSE 'caution' END AS severity,
    limit.limit + coalesce(' ' + limit.comparator, '') + coalesce(' ' + limit.value, '') + coalesce(' ' + limit.unit, '') + coalesce(': ' + limit.advice, '') AS reason, path
  UNION ALL
  MATCH path = (inner)
  WHERE inner = medicine AND NOT medicine.verified
  RETURN 'unverified' AS rule, 'exclude' AS severity, 'nothing is known about its safety' AS reason, path
}
// Parallel edges, those of several sources, make one chain.
WITH rule, severity, reason, path, inside, [node IN nodes(path) + nodes(inside) | node.id] AS chain
WITH rule, severity, reason, chain, collect({path: path, inside: inside}) AS said
WITH rule, severity, reason, chain, head(said) AS shown, reduce(all = [], one IN said | all + [edge IN relationships(one.path) + relationships(one.inside) | edge.source]) AS sources
UNWIND sources + CASE sources WHEN [] THEN [null] ELSE [] END AS source
WITH rule, severity, reason, chain, shown, collect(DISTINCT source) AS sources
RETURN rule, severity, reason, sources, shown.path AS path, shown.inside AS inside
ORDER BY CASE severity WHEN 'exclude' THEN 0 WHEN 'sign-off' THEN 1 WHEN 'caution' THEN 2 WHEN 'note' THEN 3 ELSE 4 END, size(chain), rule, reason, chain
LIMIT 100
