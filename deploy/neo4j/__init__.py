"""A Neo4j community server from its published jars, without Docker: fetched once by Maven, run by Java, on loopback only."""
