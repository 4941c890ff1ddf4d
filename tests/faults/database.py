"""A server's database as it is in itself, beside what the store says of it."""

from typing import Any

from neo4j import GraphDatabase, NotificationMinimumSeverity

from deploy.neo4j.server import Server


def ask_each(server: Server, *texts: str) -> list[list[list[Any]]]:
    """The rows of some statements of the tests' own."""
    signed, silent = (server.user, server.password), NotificationMinimumSeverity.OFF
    with GraphDatabase.driver(server.bolt, auth=signed, notifications_min_severity=silent) as driver:
        return [[record.values() for record in driver.execute_query(text).records] for text in texts]  # type: ignore[call-overload]


def leftovers(server: Server) -> list[list[Any]]:
    """What is in the database and of no use any more: elements of other graphs, an unfinished build, marks for deletion."""
    live = "MATCH (live:Store {name: 'live'}) "
    asked = (
        live + "MATCH (n:Entity|Load) WHERE n.graph <> live.graph RETURN n.graph, labels(n), count(*)",
        live + "WHERE live.retired <> [] RETURN live.retired",
        "MATCH (store:Store) WHERE store.name <> 'live' RETURN properties(store)",
        "MATCH (note:Note) WHERE note.store <> 'live' RETURN properties(note)",
    )
    return [row for rows in ask_each(server, *asked) for row in rows]
