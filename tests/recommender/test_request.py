"""What may be asked, and what of it names the answer."""

from dataclasses import replace
from typing import Any

import pytest

from graph.elements import KnowledgeLevel, NodeId
from recommender.errors import CaseError
from recommender.request import MAX_TOP, Request, answer_id
from tests.recommender.conftest import TODAY

PLAIN = Request(TODAY, nodes=("C:x",))


@pytest.mark.parametrize(
    "changed",
    [
        {"as_of": TODAY.replace(year=2020)},
        {"nodes": ("C:y",)},
        {"nodes": (), "patient": NodeId("patient:p")},
        {"nodes": (), "case": {}},
        {"top": 1},
        {"min_level": KnowledgeLevel.ASSERTION},
        {"explore": True},
        {"exclude_sources": ("one",)},
        {"licences": ("CC0-1.0",)},
        {"nodes": (), "case": {}, "together": True},
    ],
)
def test_everything_that_is_asked_names_the_answer(changed: dict[str, Any]) -> None:
    assert answer_id(replace(PLAIN, **changed).payload()) != answer_id(PLAIN.payload())


def test_nobody_explores_without_asking() -> None:
    assert PLAIN.payload()["explore"] is False


@pytest.mark.parametrize("wrong", [{"nodes": ()}, {"case": {}}, {"top": 0}, {"top": MAX_TOP + 1}, {"together": True}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CaseError):
        replace(PLAIN, **wrong)
