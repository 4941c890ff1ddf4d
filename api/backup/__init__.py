"""Backups of everything that cannot be computed again, and the way back."""
