"""One proof before its judge: the chain as words, and what the store and the person's file say about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graph.elements import Node
from recommender.verify.knowledge import Knowledge
from recommender.verify.person import OnFile, Person
from recommender.verify.proof import FactClaim, NodeClaim, Proof
from recommender.verify.verdict import NotProvedError

BOTH_WAYS = ("INTERACTS_WITH", "CROSS_REACTS_WITH")
"""Edge kinds that read the same from either end."""
INSIDE = "(?:HAS_INGREDIENT> <HAS_INGREDIENT )?"
"""The end of a chain: from a single medicine to a combination that holds its ingredient."""


@dataclass(frozen=True)
class Trial:
    """What a rule's checker is given.

    Attributes:
        proof: what is claimed.
        knowledge: what the store holds.
        person: what is on file.
    """

    proof: Proof
    knowledge: Knowledge
    person: Person

    @cached_property
    def steps(self) -> str:
        """The chain in words: ``IS_A> <CONTRAINDICATED_IN `` goes up by IS_A, then against a contraindication.

        Raises:
            NotProvedError: when an edge does not join its neighbours in the chain.
        """
        proof, words = self.proof, []
        if len(proof.nodes) != len(proof.edges) + 1 and proof.nodes:
            raise NotProvedError(f"{len(proof.nodes)} nodes and {len(proof.edges)} edges are no chain")
        if proof.edges and not proof.nodes:
            raise NotProvedError("edges without nodes are no chain")
        for edge, here, there in zip(proof.edges, proof.nodes, proof.nodes[1:], strict=False):
            if (edge.start, edge.end) == (here.id, there.id):
                words.append(edge.kind if edge.kind in BOTH_WAYS else f"{edge.kind}>")
            elif (edge.start, edge.end) == (there.id, here.id):
                words.append(edge.kind if edge.kind in BOTH_WAYS else f"<{edge.kind}")
            else:
                raise NotProvedError(f"an edge {edge.kind} does not join {here.name} with {there.name}")
        return "".join(f"{word} " for word in words)

    def follow(self, pattern: str) -> None:
        """Hold the chain against what the rule allows, from the fact to the medicine.

        Raises:
            NotProvedError: when it is another way.
        """
        if not self.proof.nodes or self.proof.nodes[-1] != self.proof.medicine:
            raise NotProvedError(f"the chain does not end in {self.proof.medicine.name}")
        if not re.fullmatch(pattern, self.steps):
            raise NotProvedError(f"the rule allows no such way: {self.steps.strip() or 'no edge at all'}")

    def alone(self) -> None:
        """Hold that the chain is the medicine alone.

        Raises:
            NotProvedError: when it is longer.
        """
        self.follow("")

    def start_at_fact(self) -> NodeClaim:
        """The node of the fact, which the chain has to start from.

        Raises:
            NotProvedError: when it starts elsewhere.
        """
        node = self.proof.fact.node
        if node is None or not self.proof.nodes or self.proof.nodes[0] != node:
            raise NotProvedError("the chain does not start from the fact")
        return node

    def end_inside(self) -> None:
        """Where the chain ends with the way into a combination: hold that it is one, and the other a single medicine.

        Raises:
            NotProvedError: when it is not so.
        """
        if self.steps.endswith("HAS_INGREDIENT> <HAS_INGREDIENT "):
            self.holds(self.proof.nodes[-1].id, self.proof.nodes[-3].id)

    def holds(self, combination: str, single: str) -> None:
        """Hold that the second medicine has one ingredient alone, and the first more.

        Raises:
            NotProvedError: when it is not so.
        """
        if len(self.ingredients(single)) != 1 or len(self.ingredients(combination)) < 2:
            raise NotProvedError(f"{self.name(combination)} is no combination that {self.name(single)} is a part of")

    def ingredients(self, medicine: str) -> set[str]:
        """Ids of a medicine's ingredients."""
        return self.knowledge.ends(medicine, "HAS_INGREDIENT")

    def place(self, kind: str) -> int:
        """Where in the chain the first edge of a kind stands; behind its end when there is none."""
        return next((i for i, edge in enumerate(self.proof.edges) if edge.kind == kind), len(self.proof.edges))

    def node(self, node_id: str) -> Node:
        """A node of the store.

        Raises:
            NotProvedError: when there is none.
        """
        if (found := self.knowledge.node(node_id)) is None:
            raise NotProvedError(f"the store has no node {node_id}")
        return found

    def name(self, node_id: str) -> str:
        """The name of a node."""
        return self.node(node_id).name

    def fact_of(self, kind: str, *, active: bool = True) -> FactClaim:
        """The proof's fact, which has to be of this kind.

        Raises:
            NotProvedError: when it is another, or does not hold on the day although it has to.
        """
        fact = self.proof.fact
        if fact.kind != kind or fact.node is None:
            raise NotProvedError(f"the rule rests on {kind}, not on {fact.kind}")
        if active and not fact.active:
            raise NotProvedError("the fact does not hold on that day")
        return fact

    def newest(self, tests: set[str]) -> list[OnFile]:
        """Results of some tests, the newest first; those of one day in the order in which they are on file.

        One without a date is the newest in a case, and the oldest in a record.
        """
        found = [fact for fact in self.person.of("HAS_RESULT") if fact.node in tests]
        undated = "9999-12-31" if self.proof.patient is None else ""
        return sorted(found, key=lambda fact: str(fact.properties.get("date") or undated), reverse=True)

    def is_claimed(self, fact: OnFile) -> bool:
        """Whether something on file is the proof's fact."""
        return same_fact(self.proof.fact, fact)

    def rests_on(self, kind: str, more: Mapping[str, object]) -> bool:
        """Whether the proof's fact is of this kind, no edge at the patient, and says just this."""
        fact = self.proof.fact
        return fact.node is None and fact.kind == kind and same_values(dict(fact.more), dict(more))


def same_fact(claim: FactClaim, fact: OnFile) -> bool:
    """Whether a claim is what is on file, word for word."""
    return (claim.kind, claim.node.id if claim.node else "", claim.record, claim.active) == (
        fact.kind,
        fact.node,
        fact.record,
        fact.active,
    ) and same_values(claim.properties, fact.properties)


def same_values(claimed: object, found: object) -> bool:
    """Whether two JSON values are the same, also in their types: true is not 1, but 5 and 5.0 are one number."""
    if isinstance(claimed, bool) or isinstance(found, bool):
        return claimed is found
    if isinstance(claimed, dict) and isinstance(found, dict):
        return claimed.keys() == found.keys() and all(same_values(claimed[key], found[key]) for key in found)
    return claimed == found
