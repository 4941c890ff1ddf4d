"""Errors of the graph layer, and the root of every error that Rxpath raises on purpose.

The tree::

    RxpathError
    ├── UnknownNodeError        no node has this id, alias or name
    ├── ErasedPatientError      the patient was erased, and nothing may be told of them
    ├── AmbiguousNameError      a name fits several nodes
    ├── SchemaError             an element or a value breaks the schema
    ├── SettingsError           a setting has an unusable value
    ├── UnknownQueryError       no such file in cypher/
    ├── QuestionError           a question cannot be understood
    ├── StoreUnavailableError   the store cannot be opened, read or written now
    └── SnapshotError           a snapshot is missing, damaged or of another store

Every message says what is wrong and what to do; the facts stand in attributes. No message carries a patient's data.
"""

from collections.abc import Sequence


class RxpathError(Exception):
    """The root: catch it at an entry point to tell our own errors from defects."""


class UnknownNodeError(RxpathError):
    """No node has this id, alias or name.

    Attributes:
        name: what was asked for.
        nearest: names that are spelled alike, best first; may be empty.
    """

    def __init__(self, name: str, nearest: Sequence[str] = ()) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        hint = f"; did you mean {', '.join(self.nearest)}?" if self.nearest else ""
        super().__init__(f"no node is called {name!r}{hint}")


class ErasedPatientError(RxpathError):
    """The patient was erased, and nothing may be told of them any more; the id is not repeated."""

    def __init__(self) -> None:
        super().__init__("the patient was erased, and nothing is kept of them")


class AmbiguousNameError(RxpathError):
    """A name fits several nodes, and choosing one would be a guess.

    Attributes:
        name: what was asked for.
        candidates: ids of the nodes that carry this name.
    """

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        self.name = name
        self.candidates = tuple(candidates)
        super().__init__(f"{name!r} fits {len(self.candidates)} nodes ({', '.join(self.candidates)}); give the id")


class SchemaError(RxpathError):
    """An element or a value breaks the schema.

    Attributes:
        subject: the element's id or kind (never a patient's value).
        code: a short stable code such as ``unknown-property`` for reports.
    """

    def __init__(self, subject: str, code: str, reason: str) -> None:
        self.subject = subject
        self.code = code
        self.reason = reason
        super().__init__(f"{subject}: {reason}")


class SettingsError(RxpathError):
    """A setting has an unusable value.

    Attributes:
        setting: name of the environment variable.
    """

    def __init__(self, setting: str, reason: str) -> None:
        self.setting = setting
        super().__init__(f"{setting}: {reason}")


class UnknownQueryError(RxpathError):
    """No file in ``cypher/`` has this name, or its header is unusable."""


class QuestionError(RxpathError):
    """A question in a query language cannot be understood."""


class StoreUnavailableError(RxpathError):
    """The store cannot be opened, read or written now; trying again later may help."""


class SnapshotError(RxpathError):
    """A snapshot is missing, damaged, of another format, or not of this store."""
