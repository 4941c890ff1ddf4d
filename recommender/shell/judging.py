"""``evaluate --predictions``: answers with what predictors say and without, on patients that they have not learned of."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recommender.shell.opening import opened, progress_bar

MOST = 300
"""Records of each part and task that are answered, where there are more: each is answered ten times over."""


def judged_predictions(as_of: date) -> dict[str, Any]:
    """The figures of :func:`recommender.judge.predictions.judge_predictions` on the patients of the store.

    Predictors are fitted anew, on a part of the patients, and thrown away again; those that serve are not touched. What
    outcomes add for all people is counted on the same part, so that both sides of the comparison know as much.
    """
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.judge.parted import LearnedOf, Part, fit_part, hidden_of
    from recommender.judge.predictions import judge_predictions
    from recommender.outcomes import read_outcomes, shifts
    from recommender.predictors.bundles import PredictorBundles
    from recommender.predictors.foresight import foresight_of
    from recommender.request import Request
    from recommender.service import Recommender

    with opened() as (settings, store, snapshot), TemporaryDirectory() as folder, progress_bar() as progress:
        home = Path(folder)
        refused = fit_part(store, snapshot, as_of, PredictorBundles(home), progress)
        foresight, likeness = foresight_of(home, snapshot)
        bundle = find_bundle(settings.home / FOLDER, snapshot)
        if bundle:
            bundle = replace(bundle, shifts=shifts(read_outcomes(LearnedOf(store), snapshot)))
        recommender = Recommender(
            store, snapshot, settings.home, bundle=bundle, foresight=foresight, likeness=likeness, compiled=False
        )
        cohort = {part: hidden_of(store, snapshot, part, MOST) for part in (Part.CHOSEN, Part.SHOWN)}
        # A case of nobody: the record is given, and the request says the day alone.
        request = Request(as_of=as_of, case={})
        found = judge_predictions(recommender, cohort, request, refused, progress)
    return {"as_of": as_of.isoformat(), **found}
