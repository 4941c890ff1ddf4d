"""``predict``: what a predictor expects of a patient, a case, or each row of a table."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.config import GraphSettings
from recommender.errors import PredictorError
from recommender.shell.opening import opened, print_json
from recommender.shell.whom import day_of, read_json_object

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from recommender.predictors.bundles import PredictorBundles, StoredBundle
    from recommender.predictors.entries import Entry
    from recommender.predictors.shape import Predictor
    from recommender.predictors.tables.mapped import TableMapping
    from recommender.predictors.tables.table import Table

DAYS = 7
"""How many days ahead a ward is planned where none are named."""


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the command's parser."""
    predict = commands.add_parser("predict", help="what a predictor expects: conditions, blood-risk, recovery, outcome, ...")
    predict.set_defaults(run=_predict)
    predict.add_argument("predictor", metavar="NAME", help="of the predictor; tabular is the one of any table")
    whom = predict.add_mutually_exclusive_group(required=True)
    whom.add_argument("--patient", metavar="ID", help="a patient's id, or the identifier that its source uses")
    whom.add_argument("--case", metavar="FILE", help="a case as JSON; - reads standard input")
    whom.add_argument("--table", type=Path, metavar="FILE", help="a table, each row of which is asked about")
    predict.add_argument("--mapping", type=Path, metavar="FILE", help="what the table's columns hold; that of the training")
    predict.add_argument("--days", type=int, metavar="N", help="how many days ahead a ward's table is planned (7)")
    predict.add_argument("--medicine", metavar="ID", help="whose outcome is asked about, by id, alias or name")
    predict.add_argument("--as-of", metavar="DATE", help="the day of the answer (ISO; today)")
    predict.add_argument("--explain", action="store_true", help="what moved each answer, too")
    predict.add_argument("--json", action="store_true", help="everything as JSON")


def _predict(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.registry import entry
    from recommender.shell.predictor_tables import render_predictions

    chosen = entry(given.predictor)
    if stray := [name for name in ("mapping", "days") if getattr(given, name) is not None and not given.table]:
        raise PredictorError(f"--{stray[0]} belongs to --table")
    if given.days is not None and chosen.of_table is None:
        raise PredictorError(f"--days belongs to a predictor that plans; {chosen.name} does not")
    bundles = PredictorBundles(GraphSettings.from_environment().home)
    told = _of_table(given, chosen, bundles) if given.table else _of_record(given, chosen, bundles)
    if given.json:
        print_json(told)
    else:
        render_predictions(told, Console(highlight=False))
    return 0


def _of_table(given: argparse.Namespace, chosen: "Entry", bundles: "PredictorBundles") -> dict[str, Any]:
    from recommender.predictors.asking import answers_of, open_predictor
    from recommender.predictors.entries import Question
    from recommender.predictors.tables.mapping import read_mapping
    from recommender.predictors.tables.reading import read_table

    if chosen.columns is None or given.medicine:
        raise PredictorError(f"{chosen.name} is asked about a patient or a case, not about the rows of a table")
    serving = open_predictor(chosen, bundles, None)
    stored, predictor = serving.stored, serving.predictor
    mapping = read_mapping(given.mapping) if given.mapping else _mapping(chosen, stored, given.table)
    read, report = read_table(given.table, mapping, labelled=False)
    table, notes = _known_columns(read, chosen, predictor)
    whole = chosen.of_table(predictor, table, DAYS if given.days is None else given.days) if chosen.of_table else {}
    asked = (
        chosen.given(predictor, Question(row=table.row(place), read=read.row(place), columns=read.columns))
        for place in range(len(table))
    )
    rows = [
        {"row": int(line)} | answer
        for line, whats in zip(table.rows, asked, strict=True)
        for answer in answers_of(chosen, predictor, whats, explain=given.explain)
    ]
    return {
        "predictor": chosen.name,
        "bundle": stored.tag if stored else "",
        "table": report.payload(),
        **whole,
        "notes": list(dict.fromkeys((*report.notes, *notes, *whole.get("notes", ())))),
        "predictions": rows,
    }


def _mapping(chosen: "Entry", stored: "StoredBundle | None", path: Path) -> "TableMapping | None":
    """What a table holds by what is known: that of the training; for whom rules answer, too, that of the table comes first."""
    from recommender.predictors.promotion import mapping_of
    from recommender.predictors.tables.cell_file import read_cells
    from recommender.predictors.tables.mapping import known_mapping

    trained = mapping_of(stored) if stored else None
    return (known_mapping(read_cells(path).header) or trained) if chosen.untrained else trained


def _known_columns(read: "Table", chosen: "Entry", predictor: "Predictor") -> "tuple[Table, tuple[str, ...]]":
    """The table in the columns that a predictor was fitted on, with notes on what it lacks."""
    from recommender.predictors.tables.aligning import aligned

    columns = chosen.columns(predictor) if chosen.columns else ()
    if chosen.untrained and {column.name for column in columns}.isdisjoint(read.values):
        notes = (f"nothing of it is what {chosen.name} was fitted on: rules alone answer",) if columns else ()
        return replace(read, columns=(), values={}), notes
    return aligned(read, columns)


def _of_record(given: argparse.Namespace, chosen: "Entry", bundles: "PredictorBundles") -> dict[str, Any]:
    from graph.pseudonyms import patient_id, read_patient_key
    from recommender.predictors.asking import asked_about, open_predictor
    from recommender.record import read_record

    day = day_of(given.as_of)
    case = read_json_object(given.case) if given.case else None
    with opened() as (settings, store, snapshot):
        asked = open_predictor(chosen, bundles, snapshot)
        record = None
        if given.patient:
            record = read_record(store, snapshot, patient_id(given.patient, read_patient_key(settings.patient_key)), day)
        medicine = _medicine(given.medicine, snapshot) if given.medicine else None
        return asked_about(asked, snapshot, day, record, case, medicine, explain=given.explain)


def _medicine(text: str, snapshot: "Snapshot") -> int:
    """The medicine that is called so."""
    from graph.elements import NodeKind

    found = snapshot.candidates(text, (NodeKind.MEDICINE,))
    if len(found) != 1:
        raise PredictorError("--medicine: the id or the name of one medicine of the graph is expected")
    return found[0]
