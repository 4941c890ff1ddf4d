"""What words mean."""

import pytest

from graph.elements import NodeKind
from recommender.predictors.conditions.lexicon import Lexicon, Term, fold, key_of, lexicon_of, plain_words
from tests.recommender.conftest import Graph
from tests.recommender.predictors.conditions.shipped import shipped_lexicon, symptoms


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("tiredness", "tir"),
        ("tired", "tir"),
        ("dizziness", "dizz"),
        ("dizzy", "dizz"),
        ("diarrhoea", "diarrhea"),
        ("haematuria", "hematuria"),
        ("coughs", "cough"),
        ("coughing", "cough"),
        ("hurts", "pain"),
        ("belly", "belly"),
        ("tummy", "belly"),
        ("nose", "nose"),
        ("nasal", "nose"),
        ("bleed", "bleed"),
        ("bleeding", "bleed"),
        ("gas", "gas"),
    ],
)
def test_endings_and_british_spelling_fold(word: str, folded: str) -> None:
    assert fold(word) == (folded,)


def test_an_ache_is_a_pain_somewhere() -> None:
    assert fold("stomachache") == ("belly", "pain")
    assert fold("headaches") == ("head", "pain")
    assert fold("ache") == ("pain",)


def test_what_words_are_read_as_is_read_as_itself() -> None:
    for kept in plain_words()["same"]:
        assert fold(kept) == (kept,)


def test_the_order_of_words_and_the_small_words_do_not_matter() -> None:
    assert key_of("pain in the chest") == key_of("my chest hurts") == ("chest", "pain")


def test_a_name_wins_over_a_synonym_and_two_synonyms_mean_nothing() -> None:
    lexicon = Lexicon([Term(0, "Cough"), Term(1, "Cold", ("cough", "chill")), Term(2, "Fever", ("chill",))])

    assert lexicon.resolve("coughing") == 0
    assert lexicon.resolve("chill") is None
    assert lexicon.unclear() == [("chill",)]


def test_words_that_say_nothing_and_codes_are_no_names() -> None:
    lexicon = Lexicon([Term(0, "of the", ("R05",))])

    assert lexicon.resolve("of the") is None
    assert lexicon.resolve("R05") is None


def test_every_shipped_name_and_synonym_means_its_symptom_or_nothing() -> None:
    lexicon = shipped_lexicon()
    lost = [name for node, name in enumerate(symptoms()) if lexicon.resolve(name) not in (node, None)]

    assert lost == []
    assert len(lexicon.unclear()) <= 5
    assert sum(lexicon.resolve(name) is not None for name in symptoms()) >= 0.98 * len(symptoms())


@pytest.mark.parametrize("word", ["hypertension", "month", "three", "woman", "house", "tough", "splitting", "thirty"])
def test_right_words_are_not_mended(word: str) -> None:
    assert shipped_lexicon().mend(word) == word


def test_a_snapshot_gives_names_and_synonyms_but_no_foreign_ids(clinic: Graph) -> None:
    lexicon = lexicon_of(clinic.snapshot, NodeKind.SYMPTOM)

    assert lexicon.resolve("high_temperature") == clinic.number("Y:fever")
    assert lexicon.resolve("hedache") == clinic.number("Y:headache")
    assert lexicon.resolve("Influenza") is None
    assert lexicon_of(clinic.snapshot, NodeKind.CONDITION).resolve("the flu") == clinic.number("C:flu")
