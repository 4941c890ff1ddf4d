"""What a free text says of symptoms."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.conditions.reading_text import MOST_TEXT, Mention, Standing, read_text, summary
from tests.recommender.predictors.conditions.shipped import sentences, shipped_lexicon, symptoms

SENTENCES = sentences()
# Without a question mark or an ellipsis, so that sentences may stand in any order.
WHOLE = [text if text.endswith((".", "?")) else f"{text}." for text, *_ in SENTENCES]


def read(text: str) -> tuple[Mention, ...]:
    return read_text(text, shipped_lexicon())


def named(mentions: Sequence[Mention], standing: Standing) -> frozenset[str]:
    return frozenset(symptoms()[node] for node, said in summary(mentions).items() if said is standing)


def test_there_are_enough_sentences() -> None:
    assert len(SENTENCES) >= 60


@pytest.mark.parametrize(("text", "present", "absent"), SENTENCES, ids=[text for text, *_ in SENTENCES])
def test_a_sentence_says_what_is_there_and_what_is_not(text: str, present: frozenset[str], absent: frozenset[str]) -> None:
    found = read(text)

    assert (named(found, Standing.PRESENT), named(found, Standing.ABSENT)) == (present, absent)


@pytest.mark.parametrize(
    ("text", "name", "standing"),
    [
        ("Possible fever.", "Fever", Standing.UNCERTAIN),
        ("Return if fever or chest pain.", "Chest pain", Standing.UNCERTAIN),
        ("Rash suspected.", "Rash", Standing.UNCERTAIN),
        ("History of seizures.", "Seizures", Standing.PAST),
        ("Palpitations years ago.", "Palpitations", Standing.PAST),
        ("Family history of seizures.", "Seizures", Standing.FAMILY),
        ("My mother had palpitations.", "Palpitations", Standing.FAMILY),
        ("Seizures run, well: tremor runs in the family.", "Tremor", Standing.FAMILY),
        ("3 day history of cough.", "Cough", Standing.PRESENT),
    ],
)
def test_doubt_the_past_and_the_family_are_told_apart(text: str, name: str, standing: Standing) -> None:
    assert name in named(read(text), standing)


def test_a_mention_tells_where_it_stands() -> None:
    text = "Since Monday a TERRIBLE haedache, no fever."
    first, second = read(text)

    assert text[first.start : first.end] == "haedache"
    assert text[second.start : second.end] == "fever"
    assert "haedache" not in repr((first, second))


def test_the_longest_name_counts() -> None:
    assert named(read("chest pain on exertion"), Standing.PRESENT) == {"Chest pain on exertion"}
    assert named(read("sharp pain in the chest on breathing"), Standing.PRESENT) == {"Sharp chest pain on breathing"}


def test_what_is_there_somewhere_is_there() -> None:
    assert named(read("No fever on Monday. Fever since Tuesday."), Standing.PRESENT) == {"Fever"}
    assert named(read("Fever since Tuesday. No fever on Monday."), Standing.ABSENT) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t",
        "I went to my brother's house for three months and drank tea with the doctor.",
        "The woman would like to know the price of thirty tablets.",
        "☃ 🤒 -- ''' ’’’ ???",
        "no no no not never without",
        "\x00\ud800",
    ],
)
def test_a_text_without_symptoms_says_nothing(text: str) -> None:
    assert read(text) == ()


def test_letters_beyond_the_most_are_not_read() -> None:
    assert read("x " * (MOST_TEXT // 2) + "fever") == ()
    assert len(read("fever. " * 20_000)) <= MOST_TEXT // 7 + 1


@given(st.permutations(range(len(WHOLE))).map(lambda order: order[:6]), st.integers(0, 2**16))
def test_the_order_of_sentences_does_not_matter(chosen: list[int], seed: int) -> None:
    texts = [WHOLE[i] for i in chosen]
    shuffled = random.Random(seed).sample(texts, len(texts))

    assert summary(read(" ".join(texts))) == summary(read(" ".join(shuffled)))


@given(st.text(max_size=200))
def test_any_text_is_read_and_spans_lie_within_it(text: str) -> None:
    found = read(text)

    assert all(0 <= mention.start < mention.end <= len(text) for mention in found)
    assert [mention.start for mention in found] == sorted(mention.start for mention in found)


@given(st.sampled_from(["Fever", "Cough", "Headache", "Rash", "Dizziness", "Vomiting", "Chest pain", "Itching"]))
def test_a_name_alone_is_there_and_with_a_no_it_is_not(name: str) -> None:
    assert named(read(f"I have {name.lower()}"), Standing.PRESENT) == {name}
    for denied in ("no {}", "denies {}", "without any {}", "{} has resolved", "I do not have {} any more", "never had {}"):
        assert named(read(denied.format(name.lower())), Standing.ABSENT) == {name}
