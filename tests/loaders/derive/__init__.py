"""Making the derived tables."""
