"""What predictors expect of a patient or a case; each is opened once, and anew when another version serves."""

import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from api.errors import NotFoundError
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.asking import OpenPredictor, asked_about, open_predictor
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.entries import Entry
from recommender.predictors.registry import NAMES, entry
from recommender.record import PatientRecord

OF_PEOPLE = tuple(name for name in NAMES if name != "tabular")
"""The predictors that are asked about a patient or a case; the one of any table is asked about rows, at the shell."""


class Predictions:
    """Asks predictors.

    Args:
        home: where their bundles are.
    """

    def __init__(self, home: Path) -> None:
        self._bundles = PredictorBundles(home)
        self._opened: dict[str, tuple[tuple[str, str], OpenPredictor]] = {}
        self._opening = threading.Lock()

    def names(self) -> list[dict[str, Any]]:
        """Every predictor with what it answers, and the bundle that serves, where one was trained."""
        serving = self._bundles.serving()
        return [
            {
                "name": name,
                "answers": (found := _entry(name)).words,
                "trained": name in serving,
                "bundle": serving.get(name) or None,
                "needs_training": not found.untrained,
            }
            for name in OF_PEOPLE
        ]

    def ask(
        self,
        name: str,
        snapshot: Snapshot,
        as_of: date,
        record: PatientRecord | None,
        case: Mapping[str, Any] | None = None,
        medicine: int | None = None,
        *,
        explain: bool = False,
    ) -> dict[str, Any]:
        """What a predictor expects; see :func:`recommender.predictors.asking.asked_about`.

        Raises:
            NotFoundError: when there is no such predictor.
            NotTrainedError: when it has to be trained first.
        """
        return asked_about(self._open(name, snapshot), snapshot, as_of, record, case, medicine, explain=explain)

    def card(self, name: str, snapshot: Snapshot) -> Mapping[str, Any]:
        """What a reader has to know before trusting a predictor.

        Raises:
            NotFoundError: when there is no such predictor, or it has no card.
            NotTrainedError: when it has to be trained first.
        """
        opened = self._open(name, snapshot)
        kept = opened.stored.notes.get("card") if opened.stored else None
        if kept is not None:
            return dict(kept)
        card = getattr(opened.predictor, "card", None)
        if card is None:
            raise NotFoundError("this predictor has no card")
        return dict(card.payload())

    def _open(self, name: str, snapshot: Snapshot) -> OpenPredictor:
        chosen = _entry(name)
        version = (snapshot.checksum, self._bundles.serving().get(name, ""))
        found = self._opened.get(name)
        if found is None or found[0] != version:
            # One at a time: opening takes longer than asking.
            with self._opening:
                found = (version, open_predictor(chosen, self._bundles, snapshot))
                self._opened[name] = found
        return found[1]


def _entry(name: str) -> Entry:
    if name not in OF_PEOPLE:
        raise NotFoundError("there is no such predictor")
    try:
        return entry(name)
    except PredictorError:
        raise NotFoundError("there is no such predictor") from None
