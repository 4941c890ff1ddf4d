// purpose: Which medicines share targets with this one?
// params: medicine
// columns: medicine, other, shared, similarity, genes, paths
// By id, name or alias. A target is a gene whose product both bind; similarity is Jaccard's: shared targets by targets of either.
MATCH (store:Store {name: 'live'})
MATCH (medicine:Medicine {graph: store.graph})
WHERE medicine.id = $medicine OR toLower(medicine.name) = toLower($medicine) OR any(alias IN medicine.aliases WHERE toLower(alias) = toLower($medicine))
MATCH path = (medicine)-[:BINDS]->(gene:Gene)<-[:BINDS]-(other:Medicine)
WHERE other <> medicine
WITH medicine, other, gene, head(collect(path)) AS path
ORDER BY gene.name
WITH medicine, other, count(*) AS shared, collect(gene.name) AS genes, collect(path)[..10] AS paths
WITH medicine, other, shared, genes, paths, COUNT { MATCH (medicine)-[:BINDS]->(gene:Gene) RETURN DISTINCT gene } + COUNT { MATCH (other)-[:BINDS]->(gene:Gene) RETURN DISTINCT gene } AS both
RETURN medicine.name AS medicine, other.name AS other, shared, round(1.0 * shared / (both - shared), 3) AS similarity, genes, paths
ORDER BY shared DESC, similarity DESC, other
LIMIT 25
