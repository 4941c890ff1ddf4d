"""Recovery for the shell: how it is fitted on a table, read again, asked about rows, and how it plans the ward they make."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress
from recommender.predictors.explaining.row import Wanted, explain_row
from recommender.predictors.recovery.config import read_recovery
from recommender.predictors.recovery.predictor import NAME as RECOVERY
from recommender.predictors.recovery.predictor import RecoveryPredictor
from recommender.predictors.recovery.stays import BED, CARE, read_stays
from recommender.predictors.recovery.ward_plan import ward_plan
from recommender.predictors.shape import Predictor
from recommender.predictors.table_fits import expected, learned
from recommender.predictors.tables.cell_file import read_cells
from recommender.predictors.tables.table import Table

STAYS = "stays"
"""Setting of recovery: the file whose columns ``stay_days`` and ``icu_days`` tell how long the rows of the table stayed."""


def recovery_entry() -> Entry:
    """Who of the patients in hospital will recover."""
    return Entry(
        RECOVERY,
        "who of the patients in hospital will recover",
        _read,
        lambda predictor, question: [("", question.row)],
        fit_table=_fit,
        columns=lambda predictor: cast(RecoveryPredictor, predictor).table.model.columns,
        answers=lambda predictor, table: expected(cast(RecoveryPredictor, predictor).table, table),
        drifted=lambda predictor, table: [found.payload() for found in cast(RecoveryPredictor, predictor).table.drifted(table)],
        of_table=_planned,
        own_settings=_stays_beside,
    )


def _read(stored: StoredBundle | None, snapshot: Snapshot | None) -> Predictor:
    if stored is None:
        raise PredictorError(f"{RECOVERY} answers with a bundle only")
    found = RecoveryPredictor.of(stored.arrays, stored.notes, stored.tag)
    told = replace(found.table, explainer=partial(explain_row, wanted=Wanted.ABOVE))
    return cast(Predictor, replace(found, table=told))


def _fit(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    rest = dict(settings)
    path = rest.pop(STAYS, None)
    if path is not None and not isinstance(path, str):
        raise PredictorError(f"settings: {STAYS}: the path of a file is expected")
    stays = read_stays(Path(path)) if path else None
    predictor, fitted = RecoveryPredictor.fit(table, read_recovery().changed(rest), stays, progress)
    return learned(predictor, fitted, len(table))


def _stays_beside(path: Path) -> dict[str, Any]:
    """The table itself as the file of the stays, where it has their columns."""
    return {STAYS: str(path)} if {BED, CARE} <= set(read_cells(path).header) else {}


def _planned(predictor: Predictor, table: Table, days: int) -> dict[str, Any]:
    """The plan of the ward that the table's rows make; of a predictor without stays, that there is none."""
    recovery = cast(RecoveryPredictor, predictor)
    if recovery.stays is None:
        return {"plan": None, "notes": [f"no beds are planned: {RECOVERY} was fitted without {BED} and {CARE}"]}
    return {"plan": ward_plan(recovery, table, days).payload()}
