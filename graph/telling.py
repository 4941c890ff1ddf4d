"""What is told to a store live, patient by patient, beside what loads bring; and whom a store must never learn of again.

A telling changes the record of one patient in one transaction: whoever tells is shown the record as it is, inside that
transaction, and decides. What was told outlives every later load and build: elements that were told are never stale, a load
does not write over a node that was told, an edge that was withdrawn is not written again, and neither is anything of a patient
who was erased. For that a store keeps *marks*: of a withdrawn edge a hash of its key, of an erased patient the keyed id and
nothing else. A mark must name somebody, or the next load of the same file would bring the person back; the id is a keyed
hash, which leads to nobody who has not both the key and the source's identifier. Tellings are numbered, so that a build which
takes a store's place can be given what was told while it ran. They never change the revision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeAlias

from graph.elements import Edge, Node, NodeId, Provenance

TOLD = Provenance("rxpath-service", "1", "")
"""Where an element comes from that was told to the service and stands in no file."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What becomes of one patient's record.

    Attributes:
        node: the patient, in the place of what the node said before; None leaves it.
        edges: what is on file from now on, each in the place of one of the same key.
        withdrawn: marks (see :func:`mark_of`) of edges that go, and that no load brings again.
        ends: nodes that edges end at, written where the store has them no more.
    """

    node: Node | None = None
    edges: Sequence[Edge] = ()
    withdrawn: frozenset[str] = frozenset()
    ends: Sequence[Node] = ()


Decide: TypeAlias = Callable[[Node | None, Sequence[Edge]], Telling]
"""Is shown the patient (None when there is none) and the edges on file in the order of their keys, and says what becomes of
them; an error that it raises leaves everything as it was. It may be called again when a transaction has to be."""


def mark_of(edge: Edge) -> str:
    """The mark of an edge that is withdrawn: a hash of its key."""
    return blake2b("\0".join(edge.key).encode(errors="surrogatepass"), digest_size=16).hexdigest()


class LiveRecords(Protocol):
    """Keeps what is told of patients outside of loads. Every method may raise StoreUnavailableError."""

    def tell(self, patient: NodeId, decide: Decide) -> None:
        """Change one patient's record in one transaction, as whoever is shown it decides; nobody else writes meanwhile.

        Raises:
            ErasedPatientError: when the patient was erased.
            UnknownNodeError: when there is no such patient, and none is told.
            SchemaError: when what is told breaks the schema, or an edge's end is not in the store (code ``unknown-end``).
        """
        ...

    def forget(self, patient: NodeId) -> int:
        """Erase a patient with all edges, of the store and of a staging, and keep a mark so that no load brings them back.

        Returns:
            How many edges went; doing so again is no error.
        """
        ...

    def is_erased(self, patient: NodeId) -> bool:
        """Whether the patient was erased."""
        ...
