// purpose: say which state of the live store a build began from
// params: base, revision, before
// columns:
MATCH (building:Store {name: 'building'})
SET building.base = $base, building.revision = $revision, building.before = $before
