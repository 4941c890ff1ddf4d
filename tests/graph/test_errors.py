"""The error tree: one root, messages that say what to do, facts in attributes."""

import inspect

import pytest

from graph import errors
from graph.errors import AmbiguousNameError, RxpathError, SchemaError, SettingsError, UnknownNodeError

CLASSES = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == errors.__name__]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_descends_from_the_root_and_stands_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, RxpathError)
    assert error.__name__ in (errors.__doc__ or "")


def test_an_unknown_node_names_what_was_asked_for_and_what_is_near() -> None:
    error = UnknownNodeError("asprin", ["Aspirin", "Asparagine"])

    assert str(error) == "no node is called 'asprin'; did you mean Aspirin, Asparagine?"
    assert (error.name, error.nearest) == ("asprin", ("Aspirin", "Asparagine"))
    assert str(UnknownNodeError("asprin")) == "no node is called 'asprin'"


def test_an_ambiguous_name_lists_its_candidates() -> None:
    error = AmbiguousNameError("cold", ["C:cold", "S:cold"])

    assert str(error) == "'cold' fits 2 nodes (C:cold, S:cold); give the id"
    assert (error.name, error.candidates) == ("cold", ("C:cold", "S:cold"))


def test_a_schema_error_has_a_subject_a_code_and_a_reason() -> None:
    error = SchemaError("TREATS", "bad-ends", "it does not join X with Y")

    assert str(error) == "TREATS: it does not join X with Y"
    assert (error.subject, error.code, error.reason) == ("TREATS", "bad-ends", "it does not join X with Y")


def test_a_settings_error_names_the_variable() -> None:
    error = SettingsError("RXPATH_HOME", "it is a file")

    assert (str(error), error.setting) == ("RXPATH_HOME: it is a file", "RXPATH_HOME")
