"""Verifies proofs: a second program that trusts nothing of what made them.

It reads the proof's JSON, the store through its port, and the case where the proof is of one; it has its own hash, its own
reading of what is on file, and its own arithmetic for every rule, and shares no code with the engine. A proof is valid when its
hash is right, its nodes and edges stand in the store now as they are cited, its facts are on file, and its rule gives the
severity and the conclusion that it claims.
"""

from recommender.verify.report import proofs_in, render_verify, run_verify, verify_proof

__all__ = ["proofs_in", "render_verify", "run_verify", "verify_proof"]
