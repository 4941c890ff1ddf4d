// purpose: delete what is remembered of the tellings about a patient
// params: graph, patient
// columns:
MATCH (told:Told {graph: $graph, patient: $patient})
DELETE told
