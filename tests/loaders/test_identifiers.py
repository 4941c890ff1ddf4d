"""Direct identifiers: found by their headers, withheld, counted, and nowhere to be seen afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.identifiers import identifier_columns, is_identifier
from tests.loaders.conftest import Loaders
from tests.loaders.small import COHORT, FORMULARY

SECRETS = ("Meyer", "Anna", "0151-5550123", "anna@example.org", "123-45-6789", "Lindenweg", "04177", "MRN-77")
HEADERS = """
name Name first_name LastName maiden-name full_name address Street city county zip ZIPCODE postal_code phone home_phone mobile
fax email e-mail SSN social_security_number mrn medical_record_number passport drivers_license health_plan_number account_no
ip_address website photo_url lat LON latitude birthplace birth_place
"""
PATIENTS = """patient_id,First Name,lastName,home_phone,E-Mail,SSN,street_address,zip,birth_date,sex
MRN-77,Anna,Meyer,0151-5550123,anna@example.org,123-45-6789,Lindenweg 4,04177,1980-05-06,female
MRN-78,Anna,Meyer,,,,,,1980-13-45,female
MRN-79,Anna,Meyer,0151-5550123
"""


@pytest.mark.parametrize("header", HEADERS.split())
def test_a_direct_identifier_is_known_by_its_header(header: str) -> None:
    assert is_identifier(header)


@pytest.mark.parametrize(
    "header", ["condition", "birth_date", "sex", "medicine", "patient_id", "value", "unit", "race", "zipper", "rename", "note"]
)
def test_other_columns_are_not_withheld(header: str) -> None:
    assert not is_identifier(header)


def test_a_column_that_is_read_for_another_purpose_is_not_withheld() -> None:
    assert identifier_columns(["id", "Name", "phone"], ["id", "name"]) == {"phone"}


def test_identifiers_are_withheld_and_counted(loaders: Loaders, files: Callable[..., Path]) -> None:
    code, outcome = loaders("build", files({**FORMULARY, "patient.csv": PATIENTS}))

    (found,) = [f for f in outcome["files"] if f["file"] == "patient.csv"]
    assert code == 1
    assert (found["read"], found["accepted"], found["quarantined"], found["withheld"]) == (3, 1, 2, 9)
    assert outcome["total"]["withheld"] == 9
    assert "unused-column" not in found["codes"]


def test_identifiers_are_nowhere_below_the_home(loaders: Loaders, files: Callable[..., Path]) -> None:
    loaders("build", files({**FORMULARY, "patient.csv": PATIENTS}))
    written = b"".join(path.read_bytes() for path in loaders.home.rglob("*") if path.is_file())

    assert [secret for secret in SECRETS if secret.encode() in written] == []
    assert b"[withheld]" in written


def test_a_medicines_name_is_no_identifier(loaders: Loaders, files: Callable[..., Path]) -> None:
    _, outcome = loaders("build", files({**FORMULARY, **COHORT}))

    assert outcome["total"]["withheld"] == 0
