"""One module for each format: which files it knows, what is wrong with their rows, and what nodes and edges they make."""
