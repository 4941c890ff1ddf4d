"""A graph that knows medicines, their classes and conditions."""

from collections.abc import Callable

import pytest

from tests.recommender.conftest import Graph
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES


@pytest.fixture
def known(graph_of: Callable[..., Graph]) -> Graph:
    """Three medicines of two classes, and no patient."""
    return graph_of(KNOWLEDGE, NODES)
