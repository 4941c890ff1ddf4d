import tomllib

from flask.testing import FlaskClient

from api.version import VERSION
from graph.config import PROJECT
from recommender.safety.finding import VERSION as RULES


def test_the_version_names_code_knowledge_and_rules(client: FlaskClient) -> None:
    found = client.get("/version").get_json()

    snapshot = client.get("/health/ready").get_json()["snapshot"]
    assert found == {"code": VERSION, "snapshot": snapshot, "bundle": None, "rules": RULES, "predictors": {}}


def test_the_code_has_the_version_of_the_project() -> None:
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"] == VERSION
