"""Indices that medicine computes from other values, each with its formula and source.

Each is computed from the values of its own row alone, so that nothing passes between rows and it may be done outside the folds.
An index is added where a table has all its inputs, in units that can be brought to those of the formula, and has not the index
itself; where an input of a row is missing, so is the index.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.predictors.tables.mapped import AGE, SEX, plain
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table
from recommender.predictors.tables.units import quantity_of
from recommender.safety.kidney import ADULT, ckd_epi_2021


@dataclass(frozen=True, slots=True)
class Input:
    """A column that a formula needs: known by its node, or by its name where no node stands for it.

    Attributes:
        node: what it measures; empty when only the name tells.
        unit: the formula's; empty for a number without one, or where any will do.
        name: how it is called where there is no node.
    """

    node: str = ""
    unit: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """An index.

    Attributes:
        column: what it becomes.
        inputs: what it is computed from.
        compute: from the inputs, each of shape (rows,), in the formula's units.
        formula: the same in words.
        source: where it comes from.
    """

    column: Column
    inputs: tuple[Input, ...]
    compute: Callable[..., Numbers]
    formula: str
    source: str


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    """One value over another; NaN where the other is 0 or less."""
    found: Numbers = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return found


def _egfr(creatinine: Numbers, age: Numbers, sex: Numbers) -> Numbers:
    """eGFR of adults; ``sex`` is 0 for a woman, 1 for a man and -1 where it is not known."""
    rows = zip(creatinine.tolist(), age.tolist(), sex.tolist(), strict=True)
    return np.array([ckd_epi_2021(c, a, female=s == 0) if c > 0 and a >= ADULT and s >= 0 else np.nan for c, a, s in rows])


def _column(name: str, unit: str, label: str, *, node: str = "", changeable: bool = True) -> Column:
    return Column(name, ColumnKind.NUMBER, unit=unit, changeable=changeable, node=node, derived=name, label=label)


SYSTOLIC, DIASTOLIC = Input("LOINC:8480-6", "mm[Hg]"), Input("LOINC:8462-4", "mm[Hg]")
CREATININE = Input("LOINC:2160-0", "mg/dL")
DERIVATIONS: tuple[Derivation, ...] = (
    Derivation(
        _column("bmi", "kg/m2", "body mass index", node="LOINC:39156-5"),
        (Input("LOINC:29463-7", "kg"), Input("LOINC:8302-2", "cm")),
        lambda weight, height: _ratio(weight * 10_000, height**2),
        "weight in kg / (height in m)²",
        "WHO 2000, Technical Report Series 894",
    ),
    Derivation(
        _column("pulse_pressure", "mm[Hg]", "pulse pressure"),
        (SYSTOLIC, DIASTOLIC),
        lambda systolic, diastolic: systolic - diastolic,
        "systolic - diastolic pressure",
        "Dart and Kingwell 2001, J Am Coll Cardiol 37:975, doi:10.1016/S0735-1097(01)01108-1",
    ),
    Derivation(
        _column("mean_arterial_pressure", "mm[Hg]", "mean arterial pressure", node="LOINC:8478-0"),
        (SYSTOLIC, DIASTOLIC),
        lambda systolic, diastolic: diastolic + (systolic - diastolic) / 3,
        "diastolic pressure + pulse pressure / 3",
        "Sesso et al. 2000, Hypertension 36:801, doi:10.1161/01.HYP.36.5.801",
    ),
    Derivation(
        _column("egfr", "mL/min/{1.73_m2}", "estimated glomerular filtration rate", node="LOINC:98979-8"),
        (CREATININE, Input(AGE), Input(SEX)),
        _egfr,
        "CKD-EPI 2021: 142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^-1.2 · 0.9938^age · 1.012 for a woman",
        "Inker et al. 2021, N Engl J Med 385:1737, doi:10.1056/NEJMoa2102953",
    ),
    Derivation(
        _column("cholesterol_hdl_ratio", "", "total over HDL cholesterol"),
        (Input("LOINC:2093-3", "mg/dL"), Input("LOINC:2085-9", "mg/dL")),
        _ratio,
        "total cholesterol / HDL cholesterol",
        "Kinosian, Glick and Garland 1994, Ann Intern Med 121:641, doi:10.7326/0003-4819-121-9-199411010-00002",
    ),
    Derivation(
        _column("urea_creatinine_ratio", "", "urea nitrogen over creatinine"),
        (Input("LOINC:3094-0", "mg/dL"), CREATININE),
        _ratio,
        "urea nitrogen / creatinine, both in mg/dL",
        "Matsue et al. 2017, J Card Fail 23:1 (prognosis in acute heart failure)",
    ),
    Derivation(
        _column("neutrophil_lymphocyte_ratio", "", "neutrophils over lymphocytes"),
        (Input("LOINC:751-8", "10*3/uL"), Input("LOINC:731-0", "10*3/uL")),
        _ratio,
        "neutrophil count / lymphocyte count",
        "Zahorec 2001, Bratisl Lek Listy 102:5",
    ),
    Derivation(
        _column("shock_index", "", "heart rate over systolic pressure"),
        (Input("LOINC:8867-4", "/min"), SYSTOLIC),
        _ratio,
        "heart rate / systolic pressure",
        "Allgöwer and Burri 1967, Dtsch Med Wochenschr 92:1947, doi:10.1055/s-0028-1106070",
    ),
    Derivation(
        _column("donations_a_month", "/mo", "donations a month since the first", changeable=False),
        (Input(name="Frequency"), Input(name="Time", unit="mo")),
        _ratio,
        "donations / months since the first",
        "by calculation (recency, frequency, monetary value, time: Yeh, Yang and Ting 2009, doi:10.1016/j.eswa.2008.07.018)",
    ),
    Derivation(
        _column("recency_share", "", "share of the donor's time since the last donation", changeable=False),
        (Input(name="Recency", unit="mo"), Input(name="Time", unit="mo")),
        _ratio,
        "months since the last / months since the first donation",
        "by calculation (Yeh, Yang and Ting 2009, doi:10.1016/j.eswa.2008.07.018)",
    ),
)
"""Every index that is known, in the order in which they are added."""


def with_derived(table: Table) -> Table:
    """The table with every index that it has the inputs of, behind its own columns."""
    made = derive(table.columns, table.values)
    own = tuple(column for column in table.columns if not column.derived)
    values = {column.name: table.values[column.name] for column in own} | {column.name: array for column, array in made}
    return replace(table, columns=(*own, *(column for column, _ in made)), values=values)


def derive(columns: Sequence[Column], values: Mapping[str, Numbers]) -> list[tuple[Column, Numbers]]:
    """The indices of these columns.

    Args:
        columns: those that were read.
        values: by column name, each of shape (rows,).
    """
    own = [column for column in columns if not column.derived]
    names = {plain(column.name) for column in own}
    nodes = {column.node for column in own} - {""}
    made = []
    for derivation in DERIVATIONS:
        if plain(derivation.column.name) in names or derivation.column.node in nodes:
            continue
        inputs = [_input(own, values, wanted) for wanted in derivation.inputs]
        given = [array for array in inputs if array is not None]
        if len(given) == len(inputs):
            made.append((derivation.column, derivation.compute(*given)))
    return made


def derived_row(columns: Sequence[Column], row: Mapping[str, float]) -> dict[str, float]:
    """One row with the indices that are among the columns computed from its own values.

    Args:
        columns: of a table that :func:`with_derived` made.
        row: the values by column name; NaN or nothing for what is missing.
    """
    values = {c.name: np.array([row.get(c.name, _absent(c))]) for c in columns if not c.derived}
    found = {column.name: float(array[0]) for column, array in derive(columns, values)}
    return dict(row) | {c.name: found[c.name] for c in columns if c.derived and c.name in found}


def _absent(column: Column) -> float:
    return -1.0 if column.kind is ColumnKind.CATEGORY else np.nan


def _input(columns: Sequence[Column], values: Mapping[str, Numbers], wanted: Input) -> Numbers | None:
    """The values of an input in the formula's unit, or nothing when the table has none that can be brought to it."""
    for column in columns:
        matches = column.node == wanted.node if wanted.node else plain(column.name) == plain(wanted.name)
        if matches and (factor := _factor(column, wanted)) is not None:
            array = values[column.name]
            return array if factor == 1 else array * factor
    return None


def _factor(column: Column, wanted: Input) -> float | None:
    if wanted.node == SEX:
        return 1.0 if column.categories[:2] == ("female", "male") else None
    if wanted.unit in ("", column.unit):
        return 1.0
    quantity = quantity_of(column)
    return quantity.factor(column.unit, wanted.unit) if quantity else None
