"""The graph as linked data: words, quads out and in again, shapes, and questions in SPARQL.

Nodes are named by the IRIs of their vocabularies, categories and predicates are Biolink's, names and mappings SKOS, each source
is a named graph whose origin and licence PROV-O and Dublin Core tell. Everything that a store holds of an element goes along:
what was written reads back to the same checksum.
"""
