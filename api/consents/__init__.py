"""The history of consent: who gave or withdrew which purpose, and when. What holds now stands on the patient, in the graph."""

from api.consents.change import ConsentChange
from api.consents.history import ConsentHistory

__all__ = ["ConsentChange", "ConsentHistory"]
