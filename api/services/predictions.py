"""The predictors that are asked about people; each is opened once, and anew when another version serves."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.errors import NotFoundError
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.asking import OpenPredictor, open_predictor
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.entries import Entry
from recommender.predictors.registry import NAMES, entry

OF_PEOPLE = tuple(name for name in NAMES if name != "tabular")
"""The predictors that are asked about a patient or a case; the one of any table is asked about rows, at the shell."""


class Predictions:
    """Opens predictors.

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

    def card(self, name: str, snapshot: Snapshot) -> Mapping[str, Any]:
        """What a reader has to know before trusting a predictor.

        Raises:
            NotFoundError: when there is no such predictor, or it has no card.
            NotTrainedError: when it has to be trained first.
        """
        opened = self.opened(name, snapshot)
        kept = opened.stored.notes.get("card") if opened.stored else None
        if kept is not None:
            return dict(kept)
        card = getattr(opened.predictor, "card", None)
        if card is None:
            raise NotFoundError("this predictor has no card")
        return dict(card.payload())

    def opened(self, name: str, snapshot: Snapshot) -> OpenPredictor:
        """A predictor that can be asked.

        Raises:
            NotFoundError: when there is no such predictor.
            NotTrainedError: when it has to be trained first.
        """
        chosen = _entry(name)
        version = (snapshot.checksum, self._bundles.serving().get(name, ""))
        # One at a time: opening takes longer than asking, and who waited finds it open.
        with self._opening:
            found = self._opened.get(name)
            if found is None or found[0] != version:
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
