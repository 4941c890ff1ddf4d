"""A graph that knows what the crowd's columns are."""

from collections.abc import Callable

import pytest

from tests.recommender.conftest import Graph
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES


@pytest.fixture
def known(graph_of: Callable[..., Graph]) -> Graph:
    """Conditions, a test and medicines, and no patient."""
    return graph_of(KNOWLEDGE, NODES)
