// purpose: close a load and keep what it did
// params: graph, number, created, changed
// columns: removed
MATCH (load:Load {graph: $graph, number: $number})
SET load.state = 'finished', load.created = $created, load.changed = $changed, load.finished = datetime()
RETURN load.removed AS removed
