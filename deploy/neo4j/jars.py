"""The server's jars: fetched once by Maven, whole or not at all.

A folder of jars is named by the version and by a checksum of the pom, so that a changed pom fetches anew. Maven copies into a
folder beside it, which is renamed at the end; a list of the files and their sizes lies in it, so that one that lost a file is
noticed and fetched again. Processes that want the same jars wait for the first one.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from deploy.neo4j.errors import MissingToolError, ServerError

POM = Path(__file__).with_name("pom.xml")
LISTING = "jars.txt"
ENTRY_POINT = "META-INF/services/org.neo4j.server.startup.EntryPoint"


@dataclass(frozen=True, slots=True)
class Jars:
    """The jars of one version.

    Attributes:
        cache: folder that holds a folder of jars for each version.
        version: of the server; empty for the pom's own.
        browser: version of the Browser; empty for the pom's own.
    """

    cache: Path
    version: str = ""
    browser: str = ""

    @property
    def number(self) -> str:
        """The server's version, such as ``5.26.30``."""
        return self.version or re.findall(r"<neo4j\.version>(.*?)<", POM.read_text(encoding="utf-8"))[0]

    @property
    def folder(self) -> Path:
        """Where the jars of this version are, once they are fetched."""
        wanted = hashlib.sha256(f"{POM.read_text(encoding='utf-8')}\0{self.version}\0{self.browser}".encode()).hexdigest()
        return self.cache / f"lib-{self.number}-{wanted[:8]}"

    def are_whole(self) -> bool:
        """Whether all jars are there, as they were fetched."""
        try:
            listed = (self.folder / LISTING).read_text(encoding="utf-8")
            return listed == _listing(self.folder)
        except OSError:
            return False

    @property
    def classpath(self) -> str:
        """All of them, as Java takes them."""
        return f"{self.folder}/*"

    def entry_point(self) -> str:
        """The class that starts the server; its name differs between versions, and the jar says it to its own start script."""
        with ZipFile(self.folder / f"neo4j-{self.number}.jar") as jar:
            return jar.read(ENTRY_POINT).decode().strip()

    def fetch(self) -> Path:
        """Fetch what is missing; several processes may ask at once.

        Returns:
            The folder of the jars.

        Raises:
            MissingToolError: when there is no Maven.
            ServerError: when Maven cannot fetch them.
        """
        if self.are_whole():
            return self.folder
        self.cache.mkdir(parents=True, exist_ok=True)
        with _locked(self.cache / "fetch.lock"):
            if not self.are_whole():
                self._copy()
        return self.folder

    def _copy(self) -> None:
        """Let Maven copy the jars, then put them in their place at once."""
        part = self.folder.with_name(self.folder.name + ".part")
        for left in (part, self.folder):
            shutil.rmtree(left, ignore_errors=True)
        _maven(part, self._properties())
        # Written last: a folder without it is not whole.
        (part / LISTING).write_text(_listing(part), encoding="utf-8")
        part.rename(self.folder)

    def _properties(self) -> list[str]:
        named = {"neo4j.version": self.version, "browser.version": self.browser}
        return [f"-D{name}={value}" for name, value in named.items() if value]


def _maven(folder: Path, properties: list[str]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingToolError("Maven is not there: install it (Debian: apt install maven) so that `mvn` can fetch the server")
    # Maven's own checks: -C refuses a file that differs from its checksum.
    command = [
        maven,
        "-q",
        "-B",
        "-C",
        "-f",
        str(POM),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={folder}",
        *properties,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments, no shell
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line]
        reason = re.sub(r"^\[ERROR\] ", "", said[0]) if said else f"exit code {done.returncode}"
        raise ServerError(f"Maven could not fetch the server: {reason}", log=done.stdout[-4000:] + done.stderr[-4000:])


def _listing(folder: Path) -> str:
    return "".join(f"{path.stat().st_size} {path.name}\n" for path in sorted(folder.glob("*.jar")))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file; it falls when the process ends, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
