// purpose: Which loads made the graph what it is, and what did each of them do?
// params:
// columns: number, state, started, finished, created, changed, removed
// A load that is running, or was interrupted and waits to be resumed, has no counts yet. Numbers are what changes asks for.
MATCH (store:Store {name: 'live'})
MATCH (load:Load {graph: store.graph})
RETURN load.number AS number, load.state AS state, load.started AS started, load.finished AS finished,
  load.created AS created, load.changed AS changed, load.removed AS removed
ORDER BY number DESC
LIMIT 50
