from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_a_name_finds_its_medicine_with_its_codes(client: FlaskClient, as_role: AsRole) -> None:
    assert client.get("/v1/medicines?q=zestr", headers=as_role(Role.USER)).get_json() == {
        "items": [
            {
                "id": "RxNorm:29046",
                "name": "Lisinopril",
                "codes": {"atc": ["C09AA03"], "rxcui": "29046"},
                "matched": "Zestril",
            }
        ],
        "nearest": [],
    }


def test_codes_that_are_not_known_are_left_out(client: FlaskClient, as_role: AsRole) -> None:
    items = client.get("/v1/medicines?q=losartan", headers=as_role(Role.ADMIN)).get_json()["items"]

    assert items == [{"id": "RxNorm:52175", "name": "Losartan", "codes": {}, "matched": "Losartan"}]


def test_what_nothing_is_called_is_answered_with_the_nearest(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.get("/v1/medicines?q=amoxicilin+x", headers=as_role(Role.ANALYST))

    assert answer.get_json() == {"items": [], "nearest": ["Amoxicillin"]}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/q"),
        ("q=", "/q"),
        (f"q={'x' * 101}", "/q"),
        ("q=a&limit=0", "/limit"),
        ("q=a&limit=101", "/limit"),
        ("q=a&x=1", "/x"),
    ],
)
def test_wrong_parameters_are_pointed_at(client: FlaskClient, as_role: AsRole, query: str, pointer: str) -> None:
    found = problem_of(client.get(f"/v1/medicines?{query}", headers=as_role(Role.USER)), 422)

    assert [e["pointer"] for e in found["errors"]] == [pointer]


def test_pages_of_a_search_follow_each_other(client: FlaskClient, as_role: AsRole) -> None:
    def ids(query: str) -> list[str]:
        answer = client.get(f"/v1/medicines?q=a&{query}", headers=as_role(Role.USER))
        return [item["id"] for item in answer.get_json()["items"]]

    assert ids("limit=2") + ids("limit=2&offset=2") + ids("limit=100&offset=4") == ids("limit=100")
    assert len(ids("limit=100")) == 5
    assert ids("offset=1000") == []


@pytest.mark.parametrize("name", ["RxNorm:29046", "lisinopril", "ZESTRIL", " prinivil "])
def test_a_medicine_is_shown_by_id_name_or_synonym(client: FlaskClient, as_role: AsRole, name: str) -> None:
    found = client.get(f"/v1/medicines/{name}", headers=as_role(Role.USER)).get_json()

    assert found["id"] == "RxNorm:29046"
    assert found["kind"] == "Medicine"
    assert found["synonyms"] == ["Prinivil", "Zestril"]
    assert found["codes"] == {"atc": ["C09AA03"], "rxcui": "29046"}
    assert (found["source"], found["source_version"], found["licence"]) == ("test", "1", "CC0-1.0")
    assert [(g["kind"], g["way"], g["node_kind"], g["count"]) for g in found["neighbourhood"]] == [
        ("HAS_INGREDIENT", "out", "Ingredient", 1),
        ("RESEMBLES", "out", "Medicine", 1),
        ("TREATS", "out", "Condition", 1),
    ]


def test_what_safety_rests_on_stands_apart(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.CLINICIAN)
    propranolol, losartan, metformin, amoxicillin = (
        client.get(f"/v1/medicines/{name}", headers=headers).get_json()
        for name in ("propranolol", "losartan", "metformin", "amoxicillin")
    )

    (contraindication,) = propranolol["contraindications"][0]["items"]
    assert contraindication["node"]["name"] == "Asthma"
    assert contraindication["edges"][0]["properties"] == {"reason": "bronchospasm", "strength": "absolute"}
    (interaction,) = losartan["interactions"][0]["items"]
    assert interaction["node"]["name"] == "Lisinopril"
    assert interaction["edges"][0]["licence"] == "CC0-1.0"
    assert interaction["edges"][0]["knowledge_level"] == "assertion"
    assert metformin["limits"][0]["items"][0]["node"]["id"] == "rx:creatinine"
    assert amoxicillin["side_effects"][0]["items"][0]["node"]["id"] == "rx:bleeding"
    assert not {"CONTRAINDICATED_IN", "INTERACTS_WITH", "LIMITED_BY", "ADDS_TO"} & {
        group["kind"] for medicine in (propranolol, losartan, metformin, amoxicillin) for group in medicine["neighbourhood"]
    }


def test_a_medicine_that_is_not_known_is_a_404_that_repeats_nothing(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.get("/v1/medicines/Zebrafever", headers=as_role(Role.USER))

    problem_of(answer, 404)
    assert "Zebra" not in answer.get_data(as_text=True)


def test_a_condition_is_no_medicine(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get("/v1/medicines/hypertension", headers=as_role(Role.USER)), 404)


def test_who_has_the_answer_is_told_so(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.USER)
    first = client.get("/v1/medicines/lisinopril", headers=headers)
    again = client.get("/v1/medicines/lisinopril", headers={**headers, "If-None-Match": first.headers["ETag"]})
    other = client.get("/v1/medicines/losartan", headers={**headers, "If-None-Match": first.headers["ETag"]})
    nobody = client.get("/v1/medicines/lisinopril", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200
    assert nobody.status_code == 401
