"""Tests of the statements in ``cypher/``, of the files for Neo4j Browser, and of the rule that Python builds no Cypher."""
