"""What the formulary in ``data/`` says: its tables hold together, and they agree with the published references."""
