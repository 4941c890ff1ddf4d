// purpose: Which medicines are begun more often than a year before? Counts of five or more people alone.
// params: day
// columns: medicine, patients, year_before, change
// Patients who began the medicine in the year up to this ISO day, and in the year before that. A count of one to four people is not told.
MATCH (store:Store {name: 'live'})
WITH store, $day AS until, toString(date($day) - duration('P1Y')) AS since, toString(date($day) - duration('P2Y')) AS before
MATCH (patient:Patient {graph: store.graph})-[therapy:TAKES]->(medicine:Medicine)
WHERE before < therapy.start <= until
WITH medicine, since, count(DISTINCT CASE WHEN therapy.start > since THEN patient END) AS now, count(DISTINCT CASE WHEN therapy.start <= since THEN patient END) AS earlier
WHERE now >= 5 OR earlier >= 5
WITH medicine.name AS medicine, CASE WHEN NOT 0 < now < 5 THEN now END AS patients, CASE WHEN NOT 0 < earlier < 5 THEN earlier END AS year_before
RETURN medicine, patients, year_before, patients - year_before AS change
ORDER BY change IS NULL, change DESC, patients DESC, medicine
LIMIT 50
