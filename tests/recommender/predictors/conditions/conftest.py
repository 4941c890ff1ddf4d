"""The small clinic, once without patients and once with them, and what was fitted to these."""

from collections.abc import Iterator

import pytest

from recommender.predictors.conditions.config import ConditionsConfig, read_config
from recommender.predictors.conditions.fitting import FittedConditions, fit_conditions
from tests.recommender.conftest import Build, Graph
from tests.recommender.predictors.conditions.clinic import EDGES, NODES, people


@pytest.fixture(scope="session")
def config() -> ConditionsConfig:
    """The settings in use."""
    return read_config()


@pytest.fixture(scope="session")
def clinic(build: Build) -> Iterator[Graph]:
    """The graph alone."""
    with build(EDGES, NODES) as graph:
        yield graph


@pytest.fixture(scope="session")
def village(build: Build) -> Iterator[Graph]:
    """The graph with 300 people."""
    edges, nodes = people(300)
    with build([*EDGES, *edges], NODES | nodes) as graph:
        yield graph


@pytest.fixture(scope="session")
def fitted(village: Graph, config: ConditionsConfig) -> FittedConditions:
    """What the 300 people teach."""
    return fit_conditions(village.store, village.snapshot, config)
