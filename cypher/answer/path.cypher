// purpose: one path of an answer: each node of it, with those of its edges that begin there
// params: nodes, edges
// columns: node, edge, other
MATCH (store:Store {name: 'live'}) MATCH (node:Entity {graph: store.graph}) WHERE node.id IN $nodes OPTIONAL MATCH (node)-[edge]->(other) WHERE [node.id, type(edge), other.id, edge.source, edge.record] IN $edges RETURN node, edge, other
