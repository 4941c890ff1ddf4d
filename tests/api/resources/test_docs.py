import re

import pytest
from flask.testing import FlaskClient


def test_the_page_takes_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/docs")

    assert page.status_code == 200
    assert page.mimetype == "text/html"
    links = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert links
    for link in links:
        assert not re.match(r"[a-z]+:|//", link)
        with client.get("/" + link) as file:
            assert file.status_code == 200, link
    assert not re.search(r"https?://", page.get_data(as_text=True))


def test_the_policy_lets_the_page_work_and_nothing_else(client: FlaskClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in client.get("/docs").get_data(as_text=True)


def test_the_page_reads_the_document(client: FlaskClient) -> None:
    assert b"openapi.json" in client.get("/docs/start.js").data
    assert client.get("/openapi.json").get_json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["../../__init__.py", "%2e%2e/plugins.py", "/etc/passwd", "js"])
def test_no_other_file_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/docs/assets/{path}", follow_redirects=True).status_code == 404
