// purpose: wait until constraints and indexes can be used
// params:
// columns:
CALL db.awaitIndexes(300)
