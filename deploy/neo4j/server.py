"""The server's process: made ready once, started, stopped, killed, asked for its log.

A server keeps nothing in this process: two objects of the same home, here or in another program, are the same server.

    server = Server.prepared(Path("home"), Jars(Path("cache")))
    server.start()
    ...
    server.stop()
"""

import shlex
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.neo4j.admin import run_admin, set_first_password
from deploy.neo4j.answering import answers_statement, speaks_bolt
from deploy.neo4j.errors import PortTakenError, ServerError
from deploy.neo4j.home import LOOPBACK, USER, Home, free_port, is_free, new_password
from deploy.neo4j.jars import Jars
from deploy.neo4j.java import OPENED, find_java
from deploy.neo4j.process import POLL_SECONDS, Process

CONSOLE = "console.log"
LOG_CHARACTERS = 4000
# A busy machine takes a minute, an idle one ten seconds.
START_SECONDS = 180.0
STOP_SECONDS = 30.0
UNAUTHORIZED = 401


class Server:
    """A Neo4j server on loopback, with a home of its own.

    Args:
        home: folder of the server.
        jars: the jars it runs from.
        java: path of a ``java``; empty for the one of JAVA_HOME, else of PATH.
    """

    def __init__(self, home: Path, jars: Jars, java: str = "") -> None:
        self.home = Home(home.absolute())
        self.jars = jars
        self.java = java
        self._process = Process(self.home.path / "run.lock")

    @classmethod
    def prepared(
        cls,
        home: Path,
        jars: Jars,
        *,
        java: str = "",
        password: str = "",
        bolt_port: int | None = None,
        http_port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> "Server":
        """Fetch the jars, write the settings and set the password; what is there already stays.

        Args:
            home: folder of the server.
            jars: the jars it runs from.
            java: path of a ``java``.
            password: of the user neo4j; empty for a generated one. A server keeps the one it got first.
            bolt_port: port of Bolt; 0 for any free one, None for what the settings say (at first 7687).
            http_port: port of the Browser; likewise (at first 7474).
            settings: lines of ``neo4j.conf``, by name.

        Raises:
            ServerError: when Java or Maven is missing, the jars cannot be fetched, or the password is refused.
        """
        server = cls(home, jars, java)
        find_java(java, jars.number)
        jars.fetch()
        server.home.write_settings(_ports(bolt_port, http_port) | dict(settings or {}))
        known = server.home.password()
        if known and password not in ("", known):
            raise ServerError(f"this server has a password already, in {server.home.password_file}; change it in the Browser")
        if not server.home.has_accounts():
            server._set_password(known or password or new_password())
        return server

    @property
    def bolt(self) -> str:
        """The address for drivers."""
        return f"neo4j://{LOOPBACK}:{self.home.port('bolt')}"

    @property
    def http(self) -> str:
        """The address of HTTP; the Browser is at ``/browser/``."""
        return f"http://{LOOPBACK}:{self.home.port('http')}"

    @property
    def user(self) -> str:
        """The one user."""
        return USER

    @property
    def password(self) -> str:
        """The user's password."""
        return self.home.password()

    def start(self, wait: float = START_SECONDS) -> None:
        """Start the server and wait until it answers a statement; nothing happens when it runs.

        Args:
            wait: seconds; 0 to come back at once.

        Raises:
            PortTakenError: when another program has a port.
            ServerError: when it ends or does not answer in time; with the last lines of its log.
        """
        if self.running():
            return
        for connector in ("bolt", "http"):
            if not is_free(port := self.home.port(connector)):
                raise PortTakenError(
                    f"port {port} ({connector}) is taken by another program: stop it, or choose another with --{connector}-port"
                )
        self._launch()
        if wait:
            self.wait(wait)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server answers a statement."""
        until = time.monotonic() + seconds
        while not self.answering():
            if not self.running():
                raise ServerError("the server ended while it started; its log says why", log=self.log_text())
            if time.monotonic() > until:
                raise ServerError(f"the server did not answer within {seconds:g} s", log=self.log_text())
            time.sleep(POLL_SECONDS)

    def answering(self) -> bool:
        """Whether the server answers now. One that refuses our password answers: somebody changed it."""
        if not speaks_bolt(self.home.port("bolt")):
            return False
        if self.home.setting("server.http.enabled") == "false":
            return True
        return answers_statement(self.home.port("http"), self.password) in (200, 202, UNAUTHORIZED)

    def running(self) -> bool:
        """Whether the process is there, also one that another program started."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """Number of the running process; None when there is none."""
        return self._process.pid()

    def stop(self, wait: float = STOP_SECONDS) -> None:
        """Ask the server to end, and kill it when it has not after ``wait`` seconds."""
        if not self._process.end(signal.SIGTERM, wait):
            self.kill()

    def kill(self) -> None:
        """End the process at once, as a power cut does."""
        self._process.end(signal.SIGKILL, STOP_SECONDS)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def admin(self, *arguments: str) -> str:
        """Run ``neo4j-admin`` on this home, such as ``database import full neo4j …`` with the server stopped.

        Returns:
            What it printed.

        Raises:
            ServerError: when it fails.
        """
        return run_admin(self._java(), self.jars.classpath, self.home, arguments)

    def log_text(self) -> str:
        """The last of what the server wrote."""
        logs = (self.home.logs / name for name in ("neo4j.log", CONSOLE))
        return "".join(log.read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:] for log in logs if log.is_file())

    def _java(self) -> str:
        return find_java(self.java, self.jars.number)

    def _set_password(self, password: str) -> None:
        self.home.write_password(password)
        set_first_password(self._java(), self.jars.classpath, self.home, password)

    def _launch(self) -> None:
        """Start the process."""
        command = [self._java(), *self._options(), *OPENED, "-cp", self.jars.classpath, self.jars.entry_point()]
        command += [f"--home-dir={self.home.path}", f"--config-dir={self.home.conf}"]
        self._process.launch(command, self.home.logs / CONSOLE)

    def _options(self) -> list[str]:
        """Options of Java that the server's own start script would read from the settings."""
        first, most = (self.home.setting(f"server.memory.heap.{name}_size") for name in ("initial", "max"))
        return [
            f"-Xms{first}",
            f"-Xmx{most}",
            "-Dfile.encoding=UTF-8",
            *shlex.split(" ".join(self.home.settings("server.jvm.additional"))),
        ]


def _ports(bolt: int | None, http: int | None) -> dict[str, str]:
    """The settings of the ports; 0 is any free one."""
    changed: dict[str, str] = {}
    for connector, wanted in (("bolt", bolt), ("http", http)):
        if wanted is not None:
            address = f"{LOOPBACK}:{wanted or free_port()}"
            changed |= {f"server.{connector}.{name}_address": address for name in ("listen", "advertised")}
    return changed
