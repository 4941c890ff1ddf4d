"""Makes the rows of the formulary that follow from references: ``data/derived/``, one module a table.

Every module has a ``TABLE``, its ``COLUMNS`` and ``rows(shared, data)``; the same inputs always give the same bytes.
"""

from loaders.derive.files import derive

__all__ = ["derive"]
