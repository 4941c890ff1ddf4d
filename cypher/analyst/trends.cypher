// purpose: How did therapies with this medicine that began in each month end? Counts of five or more people alone.
// params: medicine, by
// columns: period, outcome, patients, starts
// By id, name or alias of the medicine, and by 'month' or 'year' of the start. A cell of fewer than five people is left out; who subtracts
// one answer from another may still learn of fewer, so this keeps people unnamed in a report and is no protection against an analyst.
MATCH (store:Store {name: 'live'})
MATCH (medicine:Medicine {graph: store.graph})
WHERE medicine.id = $medicine OR toLower(medicine.name) = toLower($medicine) OR any(alias IN medicine.aliases WHERE toLower(alias) = toLower($medicine))
MATCH (medicine)<-[therapy:TAKES]-(patient:Patient)
WHERE therapy.start IS NOT NULL
WITH substring(therapy.start, 0, CASE $by WHEN 'year' THEN 4 ELSE 7 END) AS period, coalesce(therapy.outcome, 'unknown') AS outcome,
  count(DISTINCT patient) AS patients, count(*) AS starts
WHERE patients >= 5
RETURN period, outcome, patients, starts
ORDER BY period DESC, patients DESC, outcome
LIMIT 200
