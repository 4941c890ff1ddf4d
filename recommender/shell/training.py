"""``train --predictor``: fits a predictor on a table or on the records of the store, and keeps it if it may serve.

What a table's rows were is not kept, only keyed marks of them: an update is therefore given the rows again, as the whole table
(``--table ALL --update``) or as the former table and a file of new rows (``--table FORMER --update NEW``).
"""

import argparse
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.config import GraphSettings
from recommender.errors import PredictorError
from recommender.shell.opening import opened, print_json, progress_bar

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from graph.store import GraphStore
    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.entries import Entry
    from recommender.predictors.promotion import TableOptions

WHOLE = Path()
"""What ``--update`` without a file stands for: the new rows are in the table itself."""
OF_A_TABLE = ("table", "mapping", "target", "positive", "settings", "update")


def add_options(train: argparse.ArgumentParser) -> None:
    """Add what belongs to predictors to the parser of ``train``."""
    of = train.add_argument_group("predictors")
    of.add_argument("--predictor", metavar="NAME", help="fit this predictor instead; tabular takes any table")
    of.add_argument("--table", type=Path, metavar="FILE", help="the table to be learned from (CSV, also .csv.gz)")
    of.add_argument("--mapping", type=Path, metavar="FILE", help="what its columns hold (TOML); known tables need none")
    of.add_argument("--target", default="", metavar="COLUMN", help="the column to be predicted")
    of.add_argument("--positive", default="", metavar="VALUE", help="the value of it that counts as 1")
    of.add_argument("--settings", type=Path, metavar="FILE", help="settings of the fit that differ from the usual ones (TOML)")
    of.add_argument(
        "--update",
        type=Path,
        nargs="?",
        const=WHOLE,
        metavar="FILE",
        help="fit again with new rows (of FILE, or in the table itself), and promote the new one only where it is not worse",
    )
    of.add_argument("--roll-back", action="store_true", help="let the version of the predictor serve that did so before")


def wanted(given: argparse.Namespace) -> bool:
    """Whether a predictor is to be trained.

    Raises:
        PredictorError: when options of a predictor are given and no predictor is named.
    """
    if given.predictor:
        return True
    stray = [f"--{name}" for name in (*OF_A_TABLE, "roll_back") if getattr(given, name)]
    if stray:
        raise PredictorError(f"{stray[0].replace('_', '-')} belongs to --predictor NAME")
    return False


def train_predictor(given: argparse.Namespace) -> int:
    """Train, update or roll back one predictor."""
    from rich.console import Console

    from recommender.shell.predictor_tables import render_roll_back, render_trained

    if given.roll_back:
        told = _roll_back(given)
        render = render_roll_back
    else:
        told = _fit(given)
        render = render_trained
    if given.json:
        print_json(told)
    else:
        render(told, Console(highlight=False))
    return 0


def _roll_back(given: argparse.Namespace) -> dict[str, Any]:
    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.registry import entry

    if stray := [name for name in OF_A_TABLE if getattr(given, name)]:
        raise PredictorError(f"--roll-back takes no --{stray[0]}")
    name = entry(given.predictor).name
    bundles = PredictorBundles(GraphSettings.from_environment().home)
    tag = bundles.roll_back(name)
    return {"predictor": name, "bundle": tag, "history": [change.payload() for change in bundles.history(name)]}


def _fit(given: argparse.Namespace) -> dict[str, Any]:
    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.promotion import TableOptions, fit_and_keep, update
    from recommender.predictors.registry import entry

    chosen = entry(given.predictor)
    options = TableOptions(given.table or WHOLE, given.mapping, given.target, given.positive, _settings(given.settings))
    if chosen.fit_table is None:
        return _fit_with_graph(given, chosen, options)
    if given.table is None:
        raise PredictorError(f"{chosen.name} learns from a table: --table FILE is expected")
    bundles = PredictorBundles(GraphSettings.from_environment().home)
    with progress_bar() as progress:
        if given.update is None:
            return fit_and_keep(chosen, bundles, options, progress)
        new = None if given.update == WHOLE else given.update
        return update(chosen, bundles, options, new, progress)


def _fit_with_graph(given: argparse.Namespace, chosen: "Entry", options: "TableOptions") -> dict[str, Any]:
    """Fit a predictor that needs the graph: on the records of the store, or on a table that it reads itself."""
    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.promotion import fit_on_file, fit_on_records

    read_itself = chosen.fit_file is not None and given.table is not None
    allowed = ("table", "mapping") if read_itself else ()
    if stray := [name for name in OF_A_TABLE if getattr(given, name) and name not in allowed]:
        of = "reads a table by its --mapping alone" if read_itself else "learns from the records of the store"
        raise PredictorError(f"{chosen.name} {of}, and takes no --{stray[0]}")
    with opened() as (settings, store, snapshot), progress_bar() as progress:
        bundles = PredictorBundles(settings.home)
        if read_itself:
            return fit_on_file(chosen, bundles, options, snapshot, progress)
        told = fit_on_records(chosen, bundles, store, snapshot, date.today(), progress)
        if chosen.name == "groups":
            told["mirrored"] = _mirror_groups(bundles, store, snapshot)
        return told


def _mirror_groups(bundles: "PredictorBundles", store: "GraphStore", snapshot: "Snapshot") -> dict[str, int]:
    """Write the groups to the store, so that analysts see them; how many edges came and went."""
    from recommender.likeness import mirror_groups
    from recommender.predictors.foresight import likeness_of

    counts = mirror_groups(likeness_of(bundles.read("groups"), snapshot), store)
    return {"created": counts.created, "changed": counts.changed, "removed": counts.removed}


def _settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PredictorError(f"{path}: the settings cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PredictorError(f"{path}: the settings are no TOML in UTF-8: {error}") from error
