"""``neo4j-admin`` on a server's home: the first password, the bulk import, dumps."""

import os
import subprocess
from collections.abc import Sequence

from deploy.neo4j.errors import ServerError
from deploy.neo4j.home import Home, write_secret
from deploy.neo4j.java import OPENED

# The tool itself, not its launcher: that one starts a second Java, with all arguments on a command line that others can list.
TOOL = "org.neo4j.cli.AdminTool"


def run_admin(java: str, classpath: str, home: Home, arguments: Sequence[str]) -> str:
    """Run a command of ``neo4j-admin``; no list of processes shows its arguments, they go through a file.

    Args:
        java: path of a ``java``.
        classpath: the jars.
        home: the server's folder.
        arguments: such as ``database import full neo4j --nodes=…``.

    Returns:
        What it printed.

    Raises:
        ServerError: when it fails, with what it said.
    """
    words = ["-cp", classpath, *OPENED, TOOL, *arguments]
    file = home.path / "admin.arguments"
    write_secret(file, "".join(f"{_quoted(word)}\n" for word in words))
    # Java reads arguments in the encoding of the locale.
    environment = os.environ | {"NEO4J_HOME": str(home.path), "NEO4J_CONF": str(home.conf), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run([java, f"@{file}"], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    finally:
        file.unlink()
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        reason = said[-1].strip() if said else f"exit code {done.returncode}"
        raise ServerError(f"neo4j-admin {' '.join(arguments[:2])} failed: {reason}", log=done.stdout + done.stderr)
    return done.stdout


def set_first_password(java: str, classpath: str, home: Home, password: str) -> None:
    """Set the password of the user neo4j, before the first start."""
    # The tool takes what stands after @ for a file; doubled it is the character.
    word = f"@{password}" if password.startswith("@") else password
    run_admin(java, classpath, home, ("dbms", "set-initial-password", "--", word))


def _quoted(word: str) -> str:
    """A word of a file of Java's arguments: https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#java-command-line-argument-files."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
