// purpose: delete the notes beside the store that a build went into
// params:
// columns:
MATCH (note:Note {store: 'building'})
DELETE note
