// purpose: remember that something was told of a patient, and what must not be written again
// params: graph, patient, marks, number
// columns:
UNWIND $marks AS mark
MERGE (told:Told {graph: $graph, patient: $patient, mark: mark})
SET told.number = $number
