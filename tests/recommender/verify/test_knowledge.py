"""Names are read as the engine reads them, by other code."""

from hypothesis import example, given
from hypothesis import strategies as st

from graph.terms import normalise
from recommender.verify.knowledge import folded

ODD = st.sampled_from(list("Crohn’s'ʼ éÄßµαΩς5+%-/()_.,\u0301\u3099ー中ﬁ²"))


@given(st.text(ODD) | st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FFF)))
@example("  Crohn’s disease (ILEUM) ")
@example("interferon β-1a")
@example("LAMBDA λ")
def test_a_spelling_is_folded_as_the_engine_does(text: str) -> None:
    assert folded(text) == normalise(text)
