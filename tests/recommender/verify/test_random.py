"""Random people and random small reference tables: whatever the engine proves, the verifier finds proved."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.verify.court import Court
from tests.recommender.conftest import REFERENCE, Build
from tests.recommender.safety.test_oracle import World, facts, nodes, person, reference
from tests.recommender.verify.scenes import proofs


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_every_proof_is_valid(build: Build, seed: int) -> None:
    world = World(seed)
    people = {f"patient:{i}": world.patient() for i in range(8)}
    known = [fact for i, patient in people.items() for fact in facts(patient, i)]
    persons = {i: person(patient) for i, patient in people.items()}
    with build([*REFERENCE, *reference(world.table), *known], nodes(world.table) | persons) as graph:
        court = Court(graph.store)
        for i in people:
            for proof in proofs(graph, patient=i):
                verdict = court.verify(proof)
                assert verdict.valid, [check for check in verdict.checks if not check.ok]
