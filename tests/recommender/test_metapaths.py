"""The table of metapaths: what it may hold, and what the shipped one holds."""

import string
from pathlib import Path

import pytest

from graph.elements import EdgeKind, NodeKind
from recommender.errors import MetapathError
from recommender.explain import DIRECT_CODES
from recommender.metapaths import MAX_STEPS, Step, parse_steps, read_metapaths

ROW = """
[[metapath]]
code = "{code}"
path = "{path}"
weight = {weight}
sentence = "{sentence}"
"""
GOOD = {
    "code": "CrCtM",
    "path": "Condition -RESEMBLES- Condition <-TREATS- Medicine",
    "weight": "0.5",
    "sentence": "{2} treats {1}, which resembles {0}",
}


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "metapaths.toml"
    path.write_text("".join(ROW.format(**row) for row in rows), encoding="utf-8")
    return path


def test_steps_are_read_as_they_are_walked() -> None:
    steps = parse_steps("Condition  -RESEMBLES- Condition\n <-TREATS- Medicine -IN_CLASS-> DrugClass")

    condition, medicine = NodeKind.CONDITION, NodeKind.MEDICINE
    assert steps == (
        Step(EdgeKind.RESEMBLES, True, condition, condition),
        Step(EdgeKind.TREATS, False, condition, medicine),
        Step(EdgeKind.IN_CLASS, True, medicine, NodeKind.DRUG_CLASS),
    )


def test_a_step_backwards_and_back_again_is_the_step() -> None:
    for step in parse_steps("Condition -RESEMBLES- Condition <-TREATS- Medicine -IN_CLASS-> DrugClass"):
        assert step.reverse.reverse == step
        assert (step.reverse.source, step.reverse.target) == (step.target, step.source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not of the form"),
        ("-TREATS-> Condition", "is not of the form"),
        ("Condition TREATS Medicine", "is not of the form"),
        ("Condition <-TREATS- Medicine and more", "is not of the form"),
        ("Condition <-treats- Medicine", "is not of the form"),
        ("Condition <-HEALS- Medicine", "'HEALS' is not a valid EdgeKind"),
        ("Illness <-TREATS- Medicine", "'Illness' is not a valid NodeKind"),
        ("Condition <-TREATS- Remedy", "'Remedy' is not a valid NodeKind"),
        ("Condition -TREATS-> Medicine", "the schema has no edge"),
        ("Gene <-TREATS- Medicine", "the schema has no edge"),
        ("Condition -TREATS- Medicine", "the schema has no edge"),
        ("Condition <-TREATS-> Medicine", "the schema has no edge"),
        ("Condition <-RESEMBLES- Condition", "the schema has no edge"),
        ("Condition -RESEMBLES-> Condition", "the schema has no edge"),
        ("Condition <-RESEMBLES-> Condition", "the schema has no edge"),
        # Its edges may stand either way round in the store, and a walk reads one relation.
        ("Substance -CROSS_REACTS_WITH- DrugClass", "the schema has no edge"),
    ],
)
def test_steps_that_cannot_be_walked_are_refused(text: str, reason: str) -> None:
    with pytest.raises(MetapathError) as caught:
        parse_steps(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": "Condition <-TREATS- Medicine"}, "2 to 4 steps that end in Medicine"),
        ({"path": "Medicine -BINDS-> Gene <-ASSOCIATES- Condition"}, "2 to 4 steps that end in Medicine"),
        ({"path": " -RESEMBLES- ".join(["Medicine"] * (MAX_STEPS + 2))}, "2 to 4 steps that end in Medicine"),
        ({"path": "Condition <-TREATS- Gene <-BINDS- Medicine"}, "the schema has no edge"),
        ({"weight": "-0.1"}, "weight from 0 to 100"),
        ({"weight": "100"}, "weight from 0 to 100"),
        ({"weight": "nan"}, "weight from 0 to 100"),
        ({"weight": "true"}, "weight from 0 to 100"),
        ({"weight": '"0.5"'}, "weight from 0 to 100"),
        ({"sentence": "{3} treats {0}"}, "a sentence with the nodes {0} to {2}"),
        ({"sentence": "{name} treats {0}"}, "a sentence with the nodes {0} to {2}"),
        ({"sentence": "{2} treats {0"}, "a sentence with the nodes {0} to {2}"),
        ({"code": 'X"\nnote = "more'}, "exactly code, path, weight and sentence"),
    ],
)
def test_a_row_that_says_something_else_is_refused(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    with pytest.raises(MetapathError) as caught:
        read_metapaths(table(tmp_path, GOOD | {"code": "Other"}, GOOD | change))
    assert reason in str(caught.value)


def test_a_code_stands_once(tmp_path: Path) -> None:
    with pytest.raises(MetapathError, match="a code stands twice"):
        read_metapaths(table(tmp_path, GOOD, GOOD | {"weight": "0.1"}))


@pytest.mark.parametrize(
    "content",
    [b"", b"[[metapath]", b"\xff\xfe", b"metapath = 5", b'metapath = ["CrCtM"]', b'[metapath]\ncode = "CrCtM"'],
    ids=["empty", "broken", "no text", "a number", "a list of texts", "one table"],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metapaths.toml"
    path.write_bytes(content)
    with pytest.raises(MetapathError):
        read_metapaths(path)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MetapathError, match=r"metapaths\.toml cannot be read"):
        read_metapaths(tmp_path / "metapaths.toml")


def test_rows_are_read_in_their_order(tmp_path: Path) -> None:
    first, second = read_metapaths(table(tmp_path, GOOD, GOOD | {"code": "Other", "weight": "2"}))

    assert (first.code, first.weight, first.start) == ("CrCtM", 0.5, NodeKind.CONDITION)
    assert (second.code, second.weight, len(second.steps)) == ("Other", 2.0, 2)


# The shipped table


def test_every_sentence_names_all_nodes_of_its_path() -> None:
    for metapath in read_metapaths():
        fields = {name for _, name, _, _ in string.Formatter().parse(metapath.sentence) if name is not None}
        assert fields == {str(i) for i in range(len(metapath.steps) + 1)}, metapath.code
        names = [f"node {i}" for i in range(len(metapath.steps) + 1)]
        assert all(name in metapath.sentence.format(*names) for name in names)


def test_a_code_spells_its_path() -> None:
    # One capital a node kind and one small letter an edge kind: every letter stands for one kind, every kind has one letter.
    meant: dict[str, set[str]] = {}
    spelled: dict[str, set[str]] = {}
    for metapath in read_metapaths():
        words = [str(metapath.steps[0].source)]
        for step in metapath.steps:
            words += [str(step.kind), str(step.target)]
        assert len(metapath.code) == len(words), metapath.code
        for letter, word in zip(metapath.code, words, strict=True):
            meant.setdefault(letter, set()).add(word)
            spelled.setdefault(word, set()).add(letter)
            assert letter.isupper() == (word in set(NodeKind))

    assert all(len(words) == 1 for words in meant.values()), meant
    assert all(len(letters) == 1 for letters in spelled.values()), spelled
    assert spelled["TREATS"] == {DIRECT_CODES[EdgeKind.TREATS][1]}
    assert spelled["PALLIATES"] == {DIRECT_CODES[EdgeKind.PALLIATES][1]}


def test_every_path_starts_from_evidence_and_is_no_other() -> None:
    found = read_metapaths()

    assert {metapath.start for metapath in found} == {NodeKind.CONDITION, NodeKind.SYMPTOM}
    assert len({metapath.steps for metapath in found}) == len(found)
    assert not {metapath.code for metapath in found} & set(DIRECT_CODES.values())
