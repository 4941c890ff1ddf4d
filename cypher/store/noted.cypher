// purpose: the text under a key
// params: store, key
// columns: text
MATCH (note:Note {store: $store, key: $key})
RETURN note.text AS text
