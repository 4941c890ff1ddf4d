"""A proof that was made on one store is verified on the other alike."""

from contextlib import closing

import pytest

from graph.connect import open_store
from recommender.verify import verify_proof
from tests.recommender.conftest import Build, write
from tests.recommender.verify.limit_scenes import LIMIT_SCENES
from tests.recommender.verify.rule_scenes import RULE_SCENES
from tests.recommender.verify.scenes import proof_of


@pytest.mark.neo4j
def test_neo4j_verifies_as_the_embedded_store_does(neo4j_url: str, build: Build) -> None:
    with closing(open_store(neo4j_url)) as store:
        for scene in {scene.rule: scene for scene in (*RULE_SCENES, *LIMIT_SCENES)}.values():
            with build(scene.everything, scene.known) as graph:
                proof = proof_of(scene, graph)
                write(store, scene.everything, scene.known, alone=True)
                assert verify_proof(proof, store, scene.case) == verify_proof(proof, graph.store, scene.case)
                assert verify_proof(proof, store, scene.case).valid
                stale = [row for row in scene.everything if "patient:p" not in row]
                write(store, stale, scene.known, alone=True)
                assert verify_proof(proof, store, scene.case).valid is ("patient:p" not in str(scene.edges))
