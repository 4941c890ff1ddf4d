from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.references import codes


def test_icd_codes_have_their_dots(shared: Path) -> None:
    assert codes.icd10cm_codes(shared) == {"I10", "I11", "I11.0"}


def test_medicines_lead_to_their_ingredient(shared: Path) -> None:
    assert codes.drugbank_ingredients(shared)["DB00001"] == "AAAAAAAAAA"


def test_an_rxnorm_concept_may_have_several_ingredients(shared: Path) -> None:
    assert codes.rxnorm_ingredients(shared) == {"11": {"AAAAAAAAAA"}, "12": {"BBBBBBBBBB", "DDDDDDDDDD"}}


def test_hetionet_ids_are_those_of_the_kind_alone(shared: Path) -> None:
    assert codes.hetionet_ids(shared, "Symptom") == {"D000001"}
    assert codes.hetionet_ids(shared, "Side Effect") == {"C0000001"}


def test_disease_terms(shared: Path) -> None:
    assert codes.disease_ontology_ids(shared) == {"DOID:1", "DOID:2"}
    assert codes.mondo_ids(shared) == {"MONDO:0000001", "MONDO:0000002"}


def test_mesh_terms_come_from_mondo_the_disease_ontology_and_hetionet(shared: Path) -> None:
    assert codes.mesh_ids(shared) == {"MESH:D000001", "MESH:D000002", "MESH:D000003"}


@pytest.mark.parametrize("code", ["2160-0", "2345-7", "718-7", "4548-4", "98979-8", "30525-0"])
def test_real_loinc_codes_have_the_right_check_digit(code: str) -> None:
    assert codes.is_loinc(code)


@pytest.mark.parametrize("code", ["", "2160", "2160-", "-0", "2160-00", "LOINC:2160-0", "２160-0x"])
def test_what_is_no_loinc_code(code: str) -> None:
    assert not codes.is_loinc(code)


@given(st.integers(1, 9_999_999), st.integers(0, 9))
def test_one_check_digit_in_ten_is_right(body: int, digit: int) -> None:
    right = [last for last in range(10) if codes.is_loinc(f"{body}-{last}")]

    assert len(right) == 1
    assert codes.is_loinc(f"{body}-{digit}") == (digit == right[0])


@given(st.integers(1, 9_999_999), st.integers(0, 6), st.integers(1, 9))
def test_a_single_wrong_digit_is_noticed(body: int, place: int, step: int) -> None:
    digits = str(body)
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    (last,) = [last for last in range(10) if codes.is_loinc(f"{digits}-{last}")]

    assert not codes.is_loinc(f"{wrong}-{last}")
