"""The model card of the prediction of conditions."""

from collections.abc import Mapping
from typing import Any

from recommender.predictors.conditions.fitting import FittedConditions
from recommender.predictors.shape import ModelCard

_LIMITS = (
    "no diagnosis: a list of what may be worth a look, for someone who can examine the patient",
    "it knows only conditions whose symptoms are in the graph, and their frequencies are mostly unreviewed",
    "frequency words stand for the bands of the Human Phenotype Ontology, which is an assumption",
    "free text is read by rules in English; doubtful symptoms are left out",
    "an emergency is not told from what is harmless: probability is not urgency",
)


def card_of(fitted: FittedConditions) -> ModelCard:
    """What a reader has to know of a fitted predictor."""
    made = dict(fitted.made)
    held = made.get("held_out", {})
    figures: dict[str, Any] = {}
    if isinstance(held, Mapping):
        figures = {name: held[name] for name in ("ece", "brier", "brier_skill", "log_loss") if name in held}
    learned = bool(made.get("learned"))
    promoted = (
        "shares of symptoms learned from episodes, shrunken towards the graph's knowledge"
        if learned
        else "the graph's knowledge alone: too few episodes to learn from"
    )
    return ModelCard(
        name="conditions",
        purpose="Which conditions that are not on file a patient's symptoms and results let expect, and what to ask next.",
        data={name: made[name] for name in ("episodes", "patients", "synthetic", "own_conditions") if name in made},
        promoted=promoted,
        figures=figures,
        limits=_LIMITS,
        made={name: made[name] for name in ("snapshot", "seed", "window_days", "silence") if name in made},
    )
