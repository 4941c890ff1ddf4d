"""Answers to requests that may come twice: what was done under an idempotency key is done once, and answered again the same."""

from api.replays.store import Kept, ReplayStore

__all__ = ["Kept", "ReplayStore"]
