// purpose: What became of patients like this one? Counts of five or more people alone, never one person.
// params: patient
// columns: like_this, medicine, patients, improved, improved_share, rated, mean_rating
// Like this one: two of the same active diagnoses (of fewer, all of them). A medicine that fewer than five of them took is left out. The number
// who recovered or improved is told only when it and its rest are 0 or 5 and more; the mean rating only over five and more people.
MATCH (store:Store {name: 'live'})
MATCH (patient:Entity:Patient {graph: store.graph, id: $patient})
MATCH (patient)-[fact:HAS_DIAGNOSIS]->(condition:Condition)
WHERE coalesce(fact.status, 'active') = 'active' AND coalesce(fact.stop, '9999') > toString(date())
WITH patient, collect(DISTINCT condition) AS conditions
UNWIND conditions AS condition
MATCH (condition)<-[fact:HAS_DIAGNOSIS]-(other:Patient)
WHERE other <> patient AND coalesce(fact.status, 'active') = 'active' AND coalesce(fact.stop, '9999') > toString(date())
WITH conditions, other, count(DISTINCT condition) AS shared
WHERE shared >= CASE WHEN size(conditions) < 2 THEN size(conditions) ELSE 2 END
WITH collect(other) AS others
WHERE size(others) >= 5
UNWIND others AS other
MATCH (other)-[therapy:TAKES]->(medicine:Medicine)
WITH size(others) AS like_this, medicine, other, max(CASE WHEN therapy.outcome IN ['recovered', 'improved'] THEN 1 ELSE 0 END) AS better, avg(therapy.rating) AS rating
WITH like_this, medicine, count(*) AS patients, sum(better) AS improved, count(rating) AS rated, avg(rating) AS mean_rating
WHERE patients >= 5
WITH like_this, medicine, patients, CASE WHEN 0 < improved < 5 OR 0 < patients - improved < 5 THEN null ELSE improved END AS improved,
  CASE WHEN rated >= 5 AND NOT 0 < patients - rated < 5 THEN rated END AS rated, mean_rating
RETURN like_this, medicine.name AS medicine, patients, improved, round(1.0 * improved / patients, 2) AS improved_share, rated,
  CASE WHEN rated IS NOT NULL THEN round(mean_rating, 1) END AS mean_rating
ORDER BY patients DESC, medicine
LIMIT 50
