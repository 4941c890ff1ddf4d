"""Who asked which answer, where it is about nobody on file: such an answer is for whoever asked it, and for nobody else."""

from api.askers.store import AskerStore

__all__ = ["AskerStore"]
