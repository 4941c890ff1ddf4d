"""Which conditions a presentation lets expect, and what to ask or measure next."""
