from hypothesis import given
from hypothesis import strategies as st

from api.audit import Subject
from graph.elements import NodeId

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(TEXTS, TEXTS.filter(bool))
def test_what_is_sealed_is_read_with_the_same_salt_alone(patient: str, text: str) -> None:
    subject, other = Subject.of(NodeId(patient)), Subject.of(NodeId(patient))

    sealed = subject.sealed(text)

    assert subject.opened(sealed) == text
    assert other.opened(sealed) == ""
    assert sealed != subject.sealed(text)
    assert subject.opened("A" + sealed[1:] if sealed[0] != "A" else "B" + sealed[1:]) == ""


@given(TEXTS, TEXTS)
def test_a_hidden_text_is_the_same_word_for_the_same_patient_alone(one: str, other: str) -> None:
    subject = Subject.of(NodeId("patient:1"))

    assert (subject.hidden("account", one) == subject.hidden("account", other)) == (one == other)
    assert subject.hidden("account", one) != subject.hidden("address", one)
    assert Subject.of(NodeId("patient:1")).hidden("account", one) != subject.hidden("account", one)


def test_a_name_comes_of_patient_and_salt() -> None:
    one = Subject.of(NodeId("patient:1"))

    assert Subject.of(NodeId("patient:1"), one.salt) == one
    assert Subject.of(NodeId("patient:2"), one.salt).name != one.name
    assert one.sealed("") == ""
