"""Next visits in the shape of all predictors: chances, exact sums, a card, a bundle."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.sequence.fitting import fit_sequence
from recommender.predictors.sequence.predictor import SequencePredictor
from recommender.predictors.sequence.recurrent import Recurrent
from tests.recommender.predictors.sequence.wards import CODES, COUNTED, cycle, visit


@pytest.fixture(scope="module")
def counted() -> SequencePredictor:
    return SequencePredictor(fit_sequence(cycle(), COUNTED), "tag")


@pytest.fixture(scope="module")
def by_net(counted: SequencePredictor) -> SequencePredictor:
    random, codes = np.random.default_rng(0), len(counted.model.vocabulary)
    shapes = ((codes + 1, 9), (3, 9), (2, 9), (3, codes), (codes,))
    return replace(counted, model=replace(counted.model, net=Recurrent(*(random.normal(size=shape) for shape in shapes))))


AFTER_A = (visit(0, "C:c", "M:c"), visit(30, "C:a", "M:a"))


def test_the_likeliest_condition_is_the_one_that_follows(counted: SequencePredictor) -> None:
    found = counted.predict(AFTER_A)

    first = {kind: next(c for c in found.chances if c.level == kind) for kind in ("condition", "medicine")}
    assert (first["condition"].target, first["medicine"].target) == ("C:b", "M:b")
    assert all(c.low <= c.probability <= c.high for c in found.chances)
    assert [c.probability for c in found.chances] == sorted((c.probability for c in found.chances), reverse=True)
    assert first["condition"].probability > 0.8
    assert "by counts; the net is off, since it is not surely better" in found.notes
    assert "learned from synthetic patients" in found.notes


def test_no_visit_is_no_answer(counted: SequencePredictor) -> None:
    assert counted.predict(()).abstained == "no visit is known: nothing on file has a first day"
    with pytest.raises(PredictorError, match="nothing to explain"):
        counted.explain(())


def test_rare_codes_are_counted_and_not_named(counted: SequencePredictor) -> None:
    notes = counted.predict((visit(0, "C:a", "C:rare"),)).notes

    assert "1 of 2 codes of the visits are too rare to be known" in notes
    assert "C:rare" not in json.dumps(notes)


@given(st.lists(st.sets(st.sampled_from(sorted(CODES)), max_size=4), min_size=1, max_size=5), st.sampled_from(sorted(CODES)))
def test_contributions_of_counts_add_up(counted: SequencePredictor, visits: list[set[str]], target: str) -> None:
    history = tuple(visit(float(i), *names) for i, names in enumerate(visits))

    found = counted.explain(history, target)

    assert found.base + sum(c.amount for c in found.contributions) == pytest.approx(found.total)
    assert (found.method, found.target) == ("exact", target)
    assert len({c.feature for c in found.contributions}) == len(found.contributions)


def test_what_moved_a_chance_is_the_code_before_it(counted: SequencePredictor) -> None:
    found = counted.explain(AFTER_A, "C:b")

    amounts = {c.feature: (c.value, c.amount) for c in found.contributions}
    assert amounts["C:b"][0] == "never so far"
    assert amounts["C:a"][0] == "in the last visit"
    assert amounts["C:c"][0] == "before the last visit"
    assert amounts["C:a"][1] > 0
    with pytest.raises(PredictorError, match="does not know"):
        counted.explain(AFTER_A, "C:rare")


def test_contributions_of_a_net_add_up_exactly_for_few_codes(by_net: SequencePredictor) -> None:
    found = by_net.explain(AFTER_A, "C:b")
    margin = by_net._margins(AFTER_A)[by_net.model.vocabulary.place("C:b")]

    assert found.total == pytest.approx(margin)
    assert found.method == "exact"
    assert {c.feature for c in found.contributions} == {"C:a", "C:c", "M:a", "M:c"}


def test_it_comes_back_from_its_bundle(counted: SequencePredictor, by_net: SequencePredictor) -> None:
    for predictor, promoted in ((counted, "counts"), (by_net, "net")):
        notes = json.loads(json.dumps(predictor.notes() | {"promoted": promoted}))

        again = SequencePredictor.of(predictor.arrays(), notes, "tag")

        assert again.predict(AFTER_A) == predictor.predict(AFTER_A)
        assert again.card.payload() == json.loads(json.dumps(predictor.card.payload()))


@pytest.mark.parametrize("lost", ["counts.own", "calibration.scores"])
def test_a_bundle_that_lacks_a_part_is_refused(counted: SequencePredictor, lost: str) -> None:
    arrays = {name: array for name, array in counted.arrays().items() if name != lost}
    with pytest.raises(PredictorError, match="train again"):
        SequencePredictor.of(arrays, counted.notes(), "tag")


def test_a_bundle_whose_parts_do_not_fit_is_refused(counted: SequencePredictor) -> None:
    notes = counted.notes()
    with pytest.raises(PredictorError, match="do not fit together"):
        SequencePredictor.of(counted.arrays(), notes | {"vocabulary": notes["vocabulary"][1:]}, "tag")


def test_the_card_says_what_serves_and_how_little_few_people_tell(counted: SequencePredictor) -> None:
    card = counted.card

    assert card.promoted.startswith("counts: ")
    assert card.data["people"] == 40
    assert set(card.figures) >= {"condition", "medicine", "mean_ndcg_at_10", "differences", "calibration"}
    assert any("few" in limit for limit in card.limits)
