"""Reading the published references."""
