"""What the parts of the Neo4j store need of a server, so that none of them but the store itself knows the driver."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from graph.revision import Revision

T = TypeVar("T")
Rows: TypeAlias = Sequence[Sequence[Any]]
State: TypeAlias = dict[str, Any]
"""What a store's node says: the graph it points at, the knowledge's revision, a stamp that every write changes, and more."""

LIVE, BUILDING = "live", "building"
"""Names of the two stores of a database: the one that readers see, and the one that a build goes into."""
ATTEMPTS = 5
"""How often what changes while it is read is read again."""


class Run(Protocol):
    """Runs a statement of the catalogue within a transaction."""

    def __call__(self, name: str, /, **params: Any) -> Rows:
        """The rows, each with the columns of the statement's header."""
        ...


class Transactions(Protocol):
    """Runs work in transactions of a database, whose every part may be run twice without harm."""

    def read(self, work: Callable[[Run], T]) -> T:
        """What a transaction that only reads answers; it is run again when a connection is lost."""
        ...

    def change(self, work: Callable[[Run], T]) -> T:
        """What a transaction that writes answers; it is run again when a connection is lost, even if it had been committed."""
        ...

    def run(self, name: str, **params: Any) -> None:
        """Run a statement that makes transactions of its own."""
        ...


def revision_of(state: State) -> Revision:
    """The revision that a store's node holds."""
    return Revision(state["revision"], state["before"])


def set_revision(run: Run, store: str, revision: Revision) -> None:
    """Keep a revision on a store's node."""
    run("store/set_revision", store=store, revision=revision.current, before=revision.before)
