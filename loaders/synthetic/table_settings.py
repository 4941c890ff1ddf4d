"""What the files of generated tables say: ``data/synthetic/recovery.toml`` and ``blood.toml``.

How a column, a term and an amount are to be understood stands at the head of their sections in ``recovery.toml``. Unknown and
missing keys are refused, and so is a name that stands for no column.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.synthetic.tables import CohortError

MALE = "male"
"""The name by which a term asks for the sex: 1 for a man, 0 for a woman."""
TERMS = ("linear", "above", "below", "square", "step", "product", "both", "logarithm")


PAIRS = ("product", "both")
"""Terms that two columns make."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that is measured.

    Attributes:
        name: in the header.
        mean: at the age of 60, of women; the median where ``log`` is set.
        deviation: standard deviation around everything else; of the logarithm where ``log`` is set.
        low, high: where values are cut.
        decimals: that are written.
        log: whether all but the mean are added to the logarithm.
        male: added for men.
        per_year: added for each year above 60.
        loads: what share of the deviation each latent number makes.
        of: what is added for each unit of another column above it in the file.
        missing: share of rows whose cell is empty.
    """

    name: str
    mean: float
    deviation: float
    low: float
    high: float
    decimals: int
    log: bool = False
    male: float = 0.0
    per_year: float = 0.0
    loads: Mapping[str, float] = field(default_factory=dict)
    of: Mapping[str, float] = field(default_factory=dict)
    missing: float = 0.0

    @property
    def own(self) -> float:
        """Share of the deviation that is noise."""
        return float((1 - sum(load**2 for load in self.loads.values())) ** 0.5)


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a sum; ``kind`` is one of ``TERMS``."""

    kind: str
    column: str
    weight: float
    at: float = 0.0
    scale: float = 1.0
    by: str = ""
    by_at: float = 0.0
    by_scale: float = 1.0
    most: float = float("inf")


@dataclass(frozen=True, slots=True)
class Label:
    """What may happen: its column, the column of its true probability, and the log-odds."""

    name: str
    truth: str
    intercept: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that follows from the rest.

    Attributes:
        name: of its column.
        intercept, terms: the logarithm of its mean.
        deviation: of its logarithm around that.
        low, high: where it is cut.
        decimals: that are written.
        truth: column of its mean before the cuts; empty for none.
        minus: taken off before the cuts.
        within: the amount that it does not exceed; empty for none.
    """

    name: str
    intercept: float
    terms: tuple[Term, ...]
    deviation: float
    low: float
    high: float
    decimals: int
    truth: str = ""
    minus: float = 0.0
    within: str = ""


@dataclass(frozen=True, slots=True)
class TableSettings:
    """One generated table.

    Attributes:
        latents: names of the standard normal numbers behind the columns.
        columns: in the order of the file; the first is the age.
        label: what may happen.
        amounts: behind the label.
        women: share of women; None for a table without a sex.
    """

    latents: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    label: Label
    amounts: tuple[Amount, ...] = ()
    women: float | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """The columns of the file."""
        sex = () if self.women is None else ("sex",)
        amounts = [name for amount in self.amounts for name in (amount.name, amount.truth) if name]
        measured = (column.name for column in self.columns)
        return (*sex, *measured, self.label.name, self.label.truth, *amounts, "synthetic")

    @classmethod
    def read(cls, path: Path) -> "TableSettings":
        """Read one file.

        Raises:
            CohortError: when it is missing, is no TOML, or says something that cannot be.
        """
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            label = content.pop("outcome")
            amounts = [_with_terms(Amount, amount) for amount in content.pop("amount", [])]
            columns = tuple(TableColumn(**column) for column in content.pop("column"))
            latents = tuple(content.pop("latents"))
            made = cls(latents, columns, _with_terms(Label, label), tuple(amounts), **content)
        except KeyError as error:
            raise CohortError(path.name, f"the section or key {error} is missing") from None
        except (OSError, TypeError, ValueError) as error:
            raise CohortError(path.name, str(error)) from None
        _check(path.name, made)
        return made


def _with_terms(kind: Any, content: Mapping[str, Any]) -> Any:  # a Label or an Amount, whichever is asked for
    rest = {key: value for key, value in content.items() if key != "term"}
    return kind(terms=tuple(Term(**term) for term in content.get("term", ())), **rest)


def _check(file: str, made: TableSettings) -> None:
    known = [MALE] if made.women is not None else []
    for column in made.columns:
        _refuse(file, column.name, column.loads, made.latents)
        _refuse(file, column.name, column.of, known)
        if sum(load**2 for load in column.loads.values()) > 1:
            raise CohortError(file, f"{column.name}: the squares of its loads add up to more than 1")
        if column.low > column.high or not 0 <= column.missing < 1 or (column.log and column.mean <= 0):
            raise CohortError(file, f"{column.name}: low, high, missing or mean is out of range")
        known.append(column.name)
    _check_terms(file, made.label.name, made.label.terms, known)
    known += [made.label.name, made.label.truth]
    for amount in made.amounts:
        _check_terms(file, amount.name, amount.terms, known)
        _refuse(file, amount.name, [amount.within] if amount.within else [], known)
        known.append(amount.name)
    if made.columns[0].name != "age":
        raise CohortError(file, "the first column has to be the age")


def _check_terms(file: str, name: str, terms: Sequence[Term], known: Sequence[str]) -> None:
    for term in terms:
        _refuse(file, name, [term.kind], TERMS)
        _refuse(file, name, [term.column, *([term.by] if term.kind in PAIRS else [])], known)


def _refuse(file: str, name: str, given: Iterable[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(given).difference(known)):
        raise CohortError(file, f"{name}: {', '.join(unknown)} is none of {', '.join(known)}")
