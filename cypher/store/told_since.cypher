// purpose: patients of whom something was told after a number
// params: store, number
// columns: patient
MATCH (store:Store {name: $store})
MATCH (told:Told {graph: store.graph})
WHERE told.number > $number
RETURN DISTINCT told.patient AS patient ORDER BY patient
