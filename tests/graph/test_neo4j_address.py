"""URLs of Neo4j databases."""

import pytest

from graph.connect import open_store
from graph.credentials import Credentials
from graph.errors import SettingsError
from graph.neo4j_address import Neo4jAddress

ADA = Credentials("ada", "s3cret")


@pytest.mark.parametrize(
    ("url", "server", "database"),
    [
        ("neo4j://localhost", "neo4j://localhost:7687", None),
        ("neo4j://localhost:7688/", "neo4j://localhost:7688", None),
        ("bolt://127.0.0.1:1/rx.path-2", "bolt://127.0.0.1:1", "rx.path-2"),
        ("neo4j+s://graph.example.org/patients", "neo4j+s://graph.example.org:7687", "patients"),
        ("bolt+ssc://[::1]:7687", "bolt+ssc://[::1]:7687", None),
    ],
)
def test_a_url_names_server_and_database(url: str, server: str, database: str | None) -> None:
    address = Neo4jAddress.parse(url, ADA)

    assert (address.server, address.database) == (server, database)


@pytest.mark.parametrize(
    "url",
    [
        "neo4j://",
        "neo4j://ada:s3cret@localhost",
        "neo4j://localhost:0",
        "neo4j://localhost:99999",
        "neo4j://localhost/a?b=c",
        "neo4j://localhost/x",
        "neo4j://local host",
        "neo4j+tls://localhost",
    ],
)
def test_another_form_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="neo4j://host:port/database") as caught:
        open_store(url, ADA) if url.startswith("neo4j+tls") else Neo4jAddress.parse(url, ADA)
    assert "s3cret" not in str(caught.value)


def test_a_password_is_needed() -> None:
    with pytest.raises(SettingsError, match="RXPATH_NEO4J_PASSWORD_FILE"):
        Neo4jAddress.parse("neo4j://localhost", Credentials("neo4j", ""))


def test_an_address_does_not_show_the_password() -> None:
    address = Neo4jAddress.parse("neo4j://localhost/rx-path", ADA)

    assert str(address) == "neo4j://localhost:7687/rx-path"
    assert "s3cret" not in repr(address)
