"""Small fitted models of every form, on a table whose columns can change, are missing, and have categories."""

from dataclasses import replace

import numpy as np

from recommender.predictors.forms.encoder import fit_encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.form import Form
from recommender.predictors.forms.kernel import Kernel
from recommender.predictors.forms.layers import Layers
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.stack import Stack
from recommender.predictors.learning.boosted import fit_xgboost
from recommender.predictors.learning.calibrating import serving_calibration
from recommender.predictors.learning.export import tree_form
from recommender.predictors.learning.kernel_machine import centres_of
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.table import Column, ColumnKind, Table

FORMS = ("linear", "boosted", "forest", "kernel", "layers", "stack")


def patients(rows: int = 240, seed: int = 0) -> Table:
    """Pressure and smoking raise the risk, exercise lowers it, age cannot be changed; some weights are missing."""
    random = np.random.default_rng(seed)
    age, pressure = random.uniform(30, 85, rows), random.normal(135, 18, rows)
    smokes, sex = (random.random(rows) < 0.4).astype(float), random.integers(0, 2, rows).astype(float)
    diet = random.integers(0, 3, rows).astype(float)
    weight, height = random.normal(80, 12, rows), random.normal(172, 9, rows)
    weight[::9] = np.nan
    margin = (pressure - 135) / 12 + 1.5 * (smokes - 0.4) + (age - 57) / 25 - 0.6 * (diet - 1)
    target = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    columns = (
        Column("age", ColumnKind.NUMBER, unit="a", low=0, high=120, node="age"),
        Column("systolic", ColumnKind.NUMBER, unit="mm[Hg]", low=50, high=260, changeable=True, label="systolic pressure"),
        Column("smokes", ColumnKind.FLAG, changeable=True, label="smoking"),
        Column("sex", ColumnKind.CATEGORY, categories=("female", "male"), node="sex"),
        Column("diet", ColumnKind.CATEGORY, categories=("poor", "fair", "good"), changeable=True),
        Column("weight", ColumnKind.NUMBER, unit="kg", changeable=True, node="LOINC:29463-7"),
        Column("height", ColumnKind.NUMBER, unit="cm", node="LOINC:8302-2"),
    )
    made = (age, pressure, smokes, sex, diet, weight, height)
    values = {column.name: array for column, array in zip(columns, made, strict=True)}
    places = np.arange(rows)
    return with_derived(Table("made", columns, values, target, "an event", places, places + 2, synthetic=True))


def fitted(kind: str, table: Table | None = None, *, centres: int = 6) -> FittedModel:
    """A model of a form, calibrated on its own rows, which is enough to be explained."""
    table = table or patients()
    encoder = fit_encoder(table.columns, table.values)
    matrix = encoder.encode(table.values)
    form = _form(kind, matrix, table.target)
    folds = np.arange(len(table))[None, :] % 3
    calibration = serving_calibration(form.margins(matrix)[None, :], table.target, folds, bootstraps=20, seed=0)
    background, shares = centres_of(matrix, centres, 0)
    return FittedModel(encoder, form, calibration, 0.9, background, shares)


def _form(kind: str, matrix: np.ndarray, target: np.ndarray) -> Form:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    random, features = np.random.default_rng(3), matrix.shape[1]
    fitted_line = LogisticRegression().fit(matrix, target)
    line = Linear(fitted_line.coef_[0], np.array(fitted_line.intercept_[0]))
    settings = {"trees": 25, "learning_rate": 0.3, "max_depth": 3, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 1.0}
    boosted = fit_xgboost(matrix, target, settings, 0, classes=True)
    forest = tree_form(RandomForestClassifier(20, min_samples_leaf=5, random_state=0).fit(matrix, target))
    weights = (random.normal(size=(features, 5)), random.normal(size=(5, 1)))
    layers = Layers(weights, (np.zeros(5), np.array([0.2])), "tanh", np.zeros(features), np.ones(features))
    kernel = Kernel(matrix[:20], random.normal(size=20), np.array(0.1), np.array(-0.3))
    made: dict[str, Form] = {"linear": line, "boosted": boosted, "forest": forest, "kernel": kernel, "layers": layers}
    made["stack"] = Stack((line, boosted), np.array([0.7, 0.4]), np.array(0.1))
    made["mixed"] = Stack((line, forest), np.array([0.7, 0.4]), np.array(0.1))
    return made[kind]


def regression() -> FittedModel:
    """The linear model without calibration: its margin is the answer."""
    return replace(fitted("linear"), calibration=None)
