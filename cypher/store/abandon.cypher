// purpose: give up the store that a build went into, and mark its graph for deletion
// params:
// columns: graph
MATCH (live:Store {name: 'live'})
MATCH (building:Store {name: 'building'})
SET live.retired = live.retired + building.graph
WITH building, building.graph AS graph
DETACH DELETE building
RETURN graph
