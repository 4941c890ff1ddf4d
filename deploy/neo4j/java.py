"""Which Java runs the server, and whether it is recent enough."""

import os
import re
import shutil
import subprocess

from deploy.neo4j.errors import MissingToolError

# https://neo4j.com/docs/operations-manual/current/installation/requirements/: 5.x wants 17, the versions named by year 21.
OLDEST, OLDEST_BY_YEAR = 17, 21
FIRST_YEAR = 2025
PACKAGES = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent", "java.lang")
# Parts of Java that the server reaches into, as its own start script says.
OPENED = (*(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in PACKAGES), "--enable-native-access=ALL-UNNAMED")


def find_java(wanted: str, version: str) -> str:
    """Find a Java that runs this version of the server.

    Args:
        wanted: path of a ``java``; empty for the one of JAVA_HOME, else of PATH.
        version: of the server, such as ``5.26.30`` or ``2025.01.0``.

    Raises:
        MissingToolError: when there is none, or it is too old.
    """
    needed = OLDEST if int(version.split(".")[0]) < FIRST_YEAR else OLDEST_BY_YEAR
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(wanted or (f"{home}/bin/java" if home else "java"))
    advice = f"install Java {needed} or later (Debian: apt install openjdk-{needed}-jre-headless)"
    if found is None:
        raise MissingToolError(f"Java is not there: {advice}")
    # It says its version on the standard error.
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - a program that was found
    number = re.search(r'version "(?:1\.)?(\d+)', said)
    if number is None or int(number[1]) < needed:
        shown = f"Java {number[1]}" if number else "no usable Java"
        raise MissingToolError(f"{found} is {shown}, and Neo4j {version} needs {needed}: {advice}")
    return found
