// purpose: Which medicines are contraindicated in what they are said to treat?
// params:
// columns: medicine, edge, condition, steps_up, contraindicated_in, strength, applies, said_by, denied_by, path
// The contraindication may be said of the condition itself or of one above it in the tree: it is inherited down, never up.
MATCH (store:Store {name: 'live'})
MATCH (medicine:Medicine {graph: store.graph})-[against:CONTRAINDICATED_IN]->(above:Condition)
MATCH path = (medicine)-[treats:TREATS|PALLIATES]->(condition:Condition)-[:IS_A*0..6]->(above)
MATCH back = (above)<-[against]-(medicine)
RETURN medicine.name AS medicine, type(treats) AS edge, condition.name AS condition, length(path) - 1 AS steps_up, above.name AS contraindicated_in,
  against.strength AS strength, against.applies AS applies, treats.source AS said_by, against.source AS denied_by, [path, back] AS path
ORDER BY strength, steps_up, medicine, condition, said_by, denied_by
LIMIT 100
