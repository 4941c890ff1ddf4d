"""The table of signs: whole, of known tests and conditions, and read as it says."""

from pathlib import Path

import pytest

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.blood_risk.signs import TABLE, read_signs, sign_of
from recommender.predictors.blood_risk.tiers import Tier
from tests.data.reading import DATA, EVIDENCE, ids, lines, upwards
from tests.recommender.predictors.blood_risk.clinic import SIGNS, SUGAR

HEADER = ("test", "side", "value", "condition", "tier")
HBA1C = "LOINC:4548-4"


def test_the_table_has_its_columns_and_is_sorted_by_its_key() -> None:
    header, *body = lines(DATA / TABLE)
    keys = [tuple(cells[:3]) for cells in body]

    assert tuple(header) == HEADER + EVIDENCE
    assert keys == sorted(set(keys))


def test_every_row_names_a_test_with_a_range_and_a_condition_that_something_helps_with() -> None:
    helped = {cells[1] for cells in lines(DATA / "care_help.csv")}
    for sign in read_signs():
        assert sign.test in Reference.of_tables().tests
        assert sign.condition in ids("condition")
        assert helped & set(upwards(sign.condition)), sign.condition


def test_a_row_is_checked_with_its_place_or_unreviewed_without() -> None:
    for sign in read_signs():
        if sign.level == "unreviewed":
            assert (sign.source, sign.locator) == ("general-clinical-knowledge", "")
        else:
            assert sign.level == "checked"
            assert sign.locator.startswith("https://")
        assert sign.licence


def test_further_out_is_never_less_advice() -> None:
    for sign in read_signs():
        for other in read_signs():
            if (sign.test, sign.above) == (other.test, other.above) and sign.holds(other.value):
                assert other.tier >= sign.tier or not sign.above


@pytest.mark.parametrize(
    ("value", "condition"), [(5.6, None), (5.7, "ICD10CM:R73.03"), (6.4, "ICD10CM:R73.03"), (6.5, "ICD10CM:E11")]
)
def test_hba1c_points_at_prediabetes_and_then_at_diabetes(value: float, condition: str | None) -> None:
    sign = sign_of(read_signs(), HBA1C, value)

    assert (sign.condition if sign else None) == condition


def test_below_means_below() -> None:
    signs = [sign for sign in read_signs() if not sign.above]

    assert signs
    assert not any(sign.holds(sign.value) for sign in signs)
    assert all(sign.holds(sign.value - 0.001) for sign in signs)


def test_of_several_signs_the_gravest_is_shown() -> None:
    sign = sign_of(SIGNS, SUGAR, 300)

    assert sign is not None
    assert sign.tier is Tier.CONSULT
    assert sign.payload()["when"] == "at least 126"
    assert sign_of(SIGNS, SUGAR, 99) is None


@pytest.mark.parametrize("cell", ["sideways", "many", "nothing", "nobody"])
def test_a_row_that_says_nothing_is_named(tmp_path: Path, cell: str) -> None:
    (tmp_path / "sources.csv").write_text("source,title,version,licence,url\nbook,Book,,CC0-1.0,\n", encoding="utf-8")
    row = ["LOINC:1", "above", "5", "C:x", "consult", "checked", "book", "p", ""]
    row[{"sideways": 1, "many": 2, "nothing": 4, "nobody": 6}[cell]] = cell
    text = ",".join(HEADER + EVIDENCE) + "\n" + ",".join(row) + "\n"
    (tmp_path / TABLE).write_text(text, encoding="utf-8")

    with pytest.raises(PredictorError, match=r"result_sign\.csv: line 2"):
        read_signs(tmp_path)
