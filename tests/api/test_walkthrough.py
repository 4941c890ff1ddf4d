"""docs/api.md: its blocks run one after another against a real server."""

import re
import subprocess
from pathlib import Path

from graph.config import PROJECT
from tests.api.served import COMMAND, ENVIRONMENT, NAME, serve
from tests.api.small import PASSWORD, build

PAGE = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")


def test_a_whole_visit_goes_as_the_page_says(tmp_path: Path) -> None:
    home = build(tmp_path / "home")
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)
    add = [*COMMAND, "user", "add", "root", "--role", "admin", "--password-stdin"]
    environment = ENVIRONMENT | {"RXPATH_HOME": str(home)}
    subprocess.run(add, input=PASSWORD.encode(), cwd=PROJECT, env=environment, check=True, capture_output=True)

    with serve(home, {}) as address:
        settings = environment | {"API": address, "PASSWORD": PASSWORD}
        script = "set -eux -o pipefail\n" + "\n".join(blocks)
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120)

    assert len(blocks) >= 8
    assert done.returncode == 0, done.stderr[-3000:]
    assert "is contraindicated in" in done.stdout
    assert "\nsame\n" in done.stdout
    assert "\nTrue\n" in done.stdout


def test_the_page_uses_the_names_of_the_tests_service() -> None:
    assert NAME in PAGE
