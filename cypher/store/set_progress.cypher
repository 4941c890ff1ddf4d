// purpose: remember how far a load came; one that another run of the same input finished goes on
// params: graph, number, progress
// columns:
MATCH (load:Load {graph: $graph, number: $number})
SET load.progress = $progress, load.state = 'running'
