// purpose: let the live store point at the graph that was built, and mark the old one for deletion
// params: stamp
// columns:
MATCH (live:Store {name: 'live'})
MATCH (building:Store {name: 'building'})
SET live.retired = live.retired + live.graph
SET live.graph = building.graph, live.loads = building.loads, live.revision = building.revision, live.before = building.before
SET live.stamp = $stamp, live.loaded = $stamp, live.told = building.told
DETACH DELETE building
