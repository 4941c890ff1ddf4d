"""The commands of ``python -m recommender``: their arguments, what they call, and the form in which they print it."""
