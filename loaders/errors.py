"""Errors of the loaders.

The tree::

    RxpathError
    └── LoadError   a load cannot begin, or has nothing to load

What is wrong in single rows is no error but a report (:mod:`graph.row_report`): a load goes on without them.
"""

from graph.errors import RxpathError


class LoadError(RxpathError):
    """A load cannot begin, or has nothing to load; the message says which file or option is at fault."""
