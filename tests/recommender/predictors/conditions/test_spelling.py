"""Slips of the pen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.conditions.spelling import Speller, distance

WORDS = st.text("abcde", max_size=8)
KNOWN = ("headache", "vomiting", "fever", "cough", "breathlessness", "rash", "hypotension")


def plain_distance(one: str, other: str) -> int:
    """Optimal string alignment by its definition, over the whole table."""
    table = [[max(i, j) if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(WORDS, WORDS, st.integers(0, 3))
def test_the_distance_is_that_of_the_whole_table(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(plain_distance(one, other), most + 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("haedache", "headache"),
        ("headach", "headache"),
        ("vomitting", "vomiting"),
        ("fevre", "fever"),
        ("breatlessnes", "breathlessness"),
        ("headache", "headache"),
    ],
)
def test_a_slip_is_mended(written: str, meant: str) -> None:
    assert Speller(KNOWN).mend(written) == meant


@pytest.mark.parametrize("written", ["cugh", "rush", "tough", "forever", "fev3r", "", "hypertension"])
def test_what_is_short_or_begins_otherwise_or_is_another_word_stays(written: str) -> None:
    assert Speller(KNOWN, guarded=("hypertension",)).mend(written) == written


def test_what_is_as_near_to_two_words_stays() -> None:
    assert Speller(("sneezing", "sneering")).mend("sneeging") == "sneeging"


@given(st.sampled_from([word for word in KNOWN if len(word) >= 6]), st.data())
def test_a_swap_of_two_letters_behind_the_first_is_always_mended(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    assert Speller(KNOWN).mend(swapped) == word
