// purpose: what must not be written again of some patients
// params: graph, patients
// columns: patient, mark
MATCH (told:Told {graph: $graph})
WHERE told.patient IN $patients AND told.mark <> ''
RETURN told.patient AS patient, told.mark AS mark
