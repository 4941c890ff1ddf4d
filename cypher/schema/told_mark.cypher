// purpose: a mark of a patient stands once in a graph
// params:
// columns:
CREATE CONSTRAINT told_mark IF NOT EXISTS FOR (t:Told) REQUIRE (t.graph, t.patient, t.mark) IS UNIQUE
