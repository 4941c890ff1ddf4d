"""Names: which spellings are one, and which nodes a name may mean."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.terms import TermIndex, nearest, normalise, term_hash
from tests.graph.building import SMALL_NODES, node


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Crohn’s disease (ILEUM) ", "crohns disease ileum"),
        ("Crohn's Disease, ileum", "crohns disease ileum"),
        ("Ménière", "meniere"),
        ("Me\u0301nie\u0300re", "meniere"),
        ("Sjögren‘s", "sjogrens"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁbrosis", "fibrosis"),
        ("５０ mg", "50 mg"),
        ("tab\tand\nline", "tab and line"),
        ("a_b-c/d", "a b c d"),
        ("sodium chloride 0.9%", "sodium chloride 0 9%"),
        ("A + B", "a + b"),
        ("Interferon α-2b", "interferon alpha 2b"),
        ("INTERFERON ALPHA 2B", "interferon alpha 2b"),
        ("β-blocker", "beta blocker"),
        ("Ω", "omega"),
        ("糖尿病", "糖尿病"),
        ("Диабет", "диабет"),
        ("", ""),
        ("?!", ""),
        ("\x00\ud800", ""),
    ],
)
def test_the_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


def test_names_that_differ_in_a_letter_of_any_script_stay_apart() -> None:
    names = ["interferon α", "interferon β", "interferon γ", "interferon", "糖尿病", "高血压", "Диабет", "Диета"]

    assert len({normalise(name) for name in names}) == len(names)


@given(text=st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_normalising_twice_changes_no_character_that_unicode_folds_or_decomposes() -> None:
    everything = map(chr, range(0x110000))
    special = [char for char in everything if char.casefold() != char or unicodedata.decomposition(char)]

    assert len(special) > 5_000
    assert [hex(ord(char)) for char in special if normalise(normalise(char)) != normalise(char)] == []


@given(text=st.text(st.characters(max_codepoint=127)))
def test_the_quick_way_for_ascii_agrees_with_the_general_one(text: str) -> None:
    assert normalise(text) == normalise(text + "\u0301")  # an accent alone leaves no trace


@given(words=st.lists(st.text("abcdéΩ糖7", min_size=1), min_size=1), gap=st.text(" -_/,.;\t", min_size=1))
def test_what_parts_the_words_does_not_matter(words: list[str], gap: str) -> None:
    assert normalise(gap.join(words)) == normalise(" ".join(words).upper()) == normalise(f"{gap}{' '.join(words)}{gap}")


def test_the_hash_of_a_term_is_the_same_in_every_process() -> None:
    code = "from graph.terms import term_hash; print(term_hash('ä'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert int(other.stdout) == term_hash("ä")
    assert 0 <= term_hash("ä") < 2**64


def test_an_index_knows_ids_names_and_aliases() -> None:
    index = TermIndex(item for item in SMALL_NODES if item.name)

    for text in ("M:aspirin", "ASPIRIN", "acetylsalicylic-acid", "Compound::DB00945"):
        assert list(index.candidates(text)) == ["M:aspirin"]
    assert list(index.candidates("unknown")) == []


def test_a_name_of_several_nodes_has_them_all_in_order() -> None:
    index = TermIndex([node("S:cold", "Cold"), node("C:cold", "COLD"), node("C:copd", "COPD", ("cold",))])

    assert list(index.candidates("cold")) == ["C:cold", "C:copd", "S:cold"]


def test_names_without_a_letter_mean_nothing() -> None:
    index = TermIndex([node("M:a", "?"), node("M:b", "!", ("",)), node("patient:1")])

    for text in ("?", "!", "", "..."):
        assert list(index.candidates(text)) == []


def test_the_nearest_names_come_best_first() -> None:
    index = TermIndex([node("M:a", "Metformin"), node("M:b", "Methotrexate"), node("M:c", "Metoprolol"), node("patient:1")])

    assert index.nearest("metfromin")[0] == "Metformin"
    assert list(index.nearest("xyzzy")) == []
    assert list(index.nearest("")) == []
    assert len(index.nearest("metform", limit=1)) == 1


@given(names=st.lists(st.text(max_size=8), max_size=6), text=st.text(max_size=8))
def test_near_names_are_among_the_names(names: list[str], text: str) -> None:
    assert set(nearest(text, names)) <= set(names)
