"""Sentences for analysts and patients: made from the path object, plain where they must be, and nothing else changes."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import textstat

from recommender import sentences
from recommender.metapaths import read_metapaths
from recommender.request import Reader
from recommender.safety.finding import Severity
from recommender.safety.screen import RULES
from recommender.sentences import read_sentences, retell
from tests.recommender.questions.small import GraphOf, recommender_on, request

GRADE = 8
NAMES = {
    "medicine": "Nifedipine",
    "start": "high blood pressure",
    "fact": "high blood pressure",
    "other": "Losartan",
    "named": "asthma",
}


def told(graph_of: GraphOf, reader: Reader, **values: Any) -> dict[str, Any]:
    return recommender_on(graph_of).recommend(request(reader=reader, **values)).body


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf of a JSON value with the way to it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
    else:
        for key, part in items:
            yield from leaves(part, (*path, key))


def test_nothing_but_sentences_depends_on_the_reader(graph_of: GraphOf) -> None:
    plain, *others = (dict(leaves(told(graph_of, reader))) for reader in Reader)

    for other in others:
        changed = {path[-1] for path in plain.keys() | other.keys() if plain.get(path) != other.get(path)}
        assert changed <= {"id", "reader", "sentence", "notice", "confirm"}


def test_a_patient_reads_why_in_plain_words(graph_of: GraphOf) -> None:
    body = told(graph_of, Reader.PATIENT)

    first = body["recommendations"][0]["paths"][0]["sentence"]
    assert first == "lisinopril is used for Hypertension. It is one of the first choices. This is a strong reason."
    [excluded] = body["excluded"]
    assert excluded["sentence"] == "You should not take enalapril. The reason is angioedema."
    assert body["notice"].endswith("Do not start or stop a medicine on your own.")


def test_no_figure_is_told_to_a_patient(graph_of: GraphOf) -> None:
    texts = [value for path, value in leaves(told(graph_of, Reader.PATIENT)) if path[-1] == "sentence" and "proof" not in path]

    assert texts
    assert not any(character.isdigit() for text in texts for character in text)


def test_who_takes_a_medicine_is_not_told_to_stop(graph_of: GraphOf) -> None:
    case = {"age": 50, "sex": "male", "conditions": ["Hypertension"], "medicines": ["losartan"]}
    body = told(graph_of, Reader.PATIENT, patient=None, case=case)

    [own] = [e for e in body["excluded"] if e["medicine"]["id"] == "M:losartan"]
    assert own["sentence"] == "You take losartan now. Go on as your doctor told you."


def test_an_analyst_reads_the_metapath_and_its_share(graph_of: GraphOf) -> None:
    item = told(graph_of, Reader.ANALYST)["recommendations"][0]

    path = item["paths"][0]
    assert path["sentence"].startswith("lisinopril treats Hypertension (first line) [CtM, +")
    assert path["sentence"].endswith("weakest assertion from test].")


def test_every_rule_and_every_severity_has_its_words() -> None:
    words = read_sentences("en")["patient"]

    for rule in RULES:
        assert any(key.partition(":")[0] == rule.name for key in words["reason"]), rule.name
    assert set(words["finding"]) == set(words["alert"]) == {str(severity) for severity in Severity}


def test_every_metapath_is_told_by_its_code_or_by_what_lies_between() -> None:
    words = read_sentences("en")["patient"]["path"]

    for metapath in read_metapaths():
        between = metapath.steps[0].target
        assert metapath.code in words or str(between) in words or between == "Anatomy", metapath.code


def templates() -> list[str]:
    return [text for path, text in leaves(dict(read_sentences("en")["patient"])) if isinstance(text, str)]


@pytest.mark.parametrize("text", templates())
def test_a_patient_can_read_it(text: str) -> None:
    sentence = text.format(**NAMES)

    assert textstat.flesch_kincaid_grade(sentence) <= GRADE, sentence


def test_another_language_is_one_more_file(graph_of: GraphOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (Path(sentences.__file__).parent / "sentences.en.toml").read_text(encoding="utf-8")
    (tmp_path / "sentences.xx.toml").write_text(text.replace("You should not take {medicine}.", "Nee, {medicine}."), "utf-8")
    body = told(graph_of, Reader.CLINICIAN)
    monkeypatch.setattr(sentences, "FOLDER", tmp_path)

    assert retell(body, Reader.PATIENT, "xx")["excluded"][0]["sentence"].startswith("Nee, enalapril.")


def test_the_words_stand_in_the_file_alone() -> None:
    source = Path(sentences.__file__).read_text(encoding="utf-8")
    templates_used = tomllib.loads((Path(sentences.__file__).parent / "sentences.en.toml").read_text(encoding="utf-8"))

    assert set(templates_used) == {"analyst", "patient"}
    for text in templates():
        assert text not in source
