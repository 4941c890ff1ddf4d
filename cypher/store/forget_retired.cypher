// purpose: a graph that was marked for deletion is gone
// params: graph
// columns:
MATCH (live:Store {name: 'live'})
SET live.retired = [graph IN live.retired WHERE graph <> $graph]
