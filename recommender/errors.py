"""Errors of the recommender.

The tree::

    RxpathError
    └── RecommenderError
        ├── AnswerLogError      the answers that were given cannot be read or written now
        ├── BundleError         a bundle cannot be read, or is of another snapshot
        ├── CaseError           a case or a request cannot be understood
        ├── EvaluationError     what is to be judged cannot be
        ├── MetapathError       the table of metapaths or weights is unusable
        ├── PredictorError      a predictor cannot be fitted, read or asked so
        │   ├── NotTrainedError a predictor has to be trained first
        │   └── TableError      a table, its mapping or its target cannot be used
        ├── SiteError           a site's policy cannot be understood
        ├── TrainingError       nothing can be learned from this graph
        └── UnknownPatientError no such patient in the store

Finding no safe medicine is an answer, not an error.
"""

from pathlib import Path

from graph.errors import RxpathError


class RecommenderError(RxpathError):
    """The root of the recommender's errors."""


class AnswerLogError(RecommenderError):
    """The answers that were given cannot be read or written now; trying again later may help."""


class CaseError(RecommenderError):
    """A case or a request cannot be understood.

    Attributes:
        pointer: JSON pointer (RFC 6901) to the field that is wrong.
        reason: what is expected there; never the value itself.
    """

    def __init__(self, pointer: str, reason: str) -> None:
        self.pointer = pointer
        self.reason = reason
        super().__init__(f"{pointer or '/'}: {reason}")


class MetapathError(RecommenderError):
    """The table of metapaths or weights is unusable."""


class PredictorError(RecommenderError):
    """A predictor cannot be fitted, read or asked so; the message says what is missing."""


class NotTrainedError(PredictorError):
    """A predictor has to be trained first."""


class TableError(PredictorError):
    """A table, its mapping or its target cannot be used; the message says which column or row, and never repeats a value."""


class BundleError(RecommenderError):
    """A bundle is damaged, of another format, or was trained on another snapshot; training again helps."""


class EvaluationError(RecommenderError):
    """What is to be judged cannot be: a file of pairs is wrong, or has one class only; the message says where."""


class SiteError(RecommenderError):
    """A site's policy cannot be understood; mending the file helps.

    Attributes:
        path: the file.
        place: which part of it, as ``raise 2: to``; empty for the whole file.
        reason: what is wrong there.
    """

    def __init__(self, path: Path, place: str, reason: str) -> None:
        self.path = path
        self.place = place
        self.reason = reason
        super().__init__(f"{path}: {place}: {reason}" if place else f"{path}: {reason}")


class TrainingError(RecommenderError):
    """Nothing can be learned from this graph or these numbers; the message says what is missing."""


class UnknownPatientError(RecommenderError):
    """No patient of this id is in the store; the id itself is not repeated."""

    def __init__(self) -> None:
        super().__init__("no such patient in the store; load the record, or give a case")
