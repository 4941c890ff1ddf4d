"""The page on security: each test that it names exists, and its table of roles is the code's."""

import re
from pathlib import Path

from api.shell.roles import role_lines
from graph.config import PROJECT

PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)

    assert len(named) > 40
    for file, name in named:
        found = [*Path(PROJECT, "tests").rglob(file)]
        texts = [path.read_text(encoding="utf-8") for path in found if path.as_posix().endswith(f"/{file}")]
        assert any(f"def {name}(" in text for text in texts), f"{file}::{name}"


def test_the_table_of_roles_is_the_codes() -> None:
    shown = PAGE.partition("<!-- roles -->\n")[2].partition("<!-- /roles -->")[0]

    assert shown.splitlines() == list(role_lines())


def test_every_threat_of_the_list_has_a_row() -> None:
    assert {f"API{i}" for i in range(1, 11)} <= set(re.findall(r"^\| (API\d+) ", PAGE, re.M))
