// purpose: how many loads of other input than this began after a number and are not finished
// params: graph, after, fingerprint
// columns: running
MATCH (load:Load {graph: $graph})
WHERE load.number > $after AND load.state = 'running' AND load.fingerprint <> $fingerprint
RETURN count(*) AS running
