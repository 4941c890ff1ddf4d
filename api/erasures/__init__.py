"""Erasures that patients ask for, and the list of those that were carried out."""

from api.erasures.erased import ErasedList
from api.erasures.requests import ErasureRequest, ErasureRequests
from api.erasures.tables import ErasureRequestRow

__all__ = ["ErasedList", "ErasureRequest", "ErasureRequestRow", "ErasureRequests"]
