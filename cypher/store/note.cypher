// purpose: keep a text under a key beside the graph
// params: store, key, text
// columns:
MERGE (note:Note {store: $store, key: $key})
SET note.text = $text
