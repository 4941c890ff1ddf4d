"""Suggestions as a set: which are alternatives, which may be taken together, and a choice that is safe as a whole."""
