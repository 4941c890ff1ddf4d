// purpose: say which state of the live store a build began from
// params: base, revision, before, told
// columns:
MATCH (building:Store {name: 'building'})
SET building.base = $base, building.revision = $revision, building.before = $before, building.told = $told, building.told_before = $told
