from pathlib import Path

import pytest

from loaders.references.guidelines import Advice, advice_of, cpic_recommendations

STANDARD, LESS, MORE, OTHER, MEASURE = Advice


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Use abacavir per standard dosing guidelines", {STANDARD}),
        ("Initiate therapy with recommended starting dose.", {STANDARD}),
        ("No reason to withhold rasburicase based on G6PD status.", {STANDARD}),
        ("There is no need to avoid prescribing of atazanavir.", {STANDARD}),
        ("Allopurinol is contraindicated.", {OTHER}),
        ("Abacavir is not recommended", {OTHER}),
        ("Consider 25% reduction of recommended starting dose.", {LESS}),
        ("Consider starting at 30-70% of target dose.", {LESS}),
        ("Increase starting dose 1.5 to 2 times recommended starting dose.", {MORE}),
        ("Prescribe a lower dose or consider an alternative statin.", {LESS, OTHER}),
        ("Enzyme activity must be measured.", {MEASURE}),
        ("No recommendation due to lack of evidence; an alternative may be reasonable.", set()),
        ("", set()),
        ("Discuss with the patient.", set()),
    ],
)
def test_which_way_a_text_points(text: str, advice: set[Advice]) -> None:
    assert advice_of(text) == advice


def test_a_sentence_under_a_condition_counts_only_alone() -> None:
    assert advice_of("Use standard dosing. If no response, consider alternative analgesics.") == {STANDARD}
    assert advice_of("If patient is naive, do not use carbamazepine.") == {OTHER}


def test_a_recommendation_for_two_medicines_is_two(shared: Path) -> None:
    records = [one.record for one in cpic_recommendations(shared)]

    assert records[:2] == ["PA1/alpha/Poor Metabolizer", "PA1/beta/Poor Metabolizer"]


def test_the_phenotype_is_that_of_the_one_gene_that_the_group_is_about(shared: Path) -> None:
    phenotypes = {one.record: one.phenotype for one in cpic_recommendations(shared)}

    assert phenotypes["PA1/alpha/Poor Metabolizer"] == "cyp2d6 poor metabolizer"
    assert phenotypes["PA2/gamma/CYP2C19 Poor Metabolizer"] == "cyp2c19 poor metabolizer"
    assert phenotypes["PA2/gamma/CYP2C19 Poor Metabolizer CYP2D6 Poor Metabolizer"] == ""
    assert phenotypes["PA2/gamma/CYP2D6 Ultrarapid Metabolizer or CYP2D6 Normal Metabolizer"] == ""
    assert phenotypes["PA3/gamma/Favorable"] == "ifnl3 favorable"
