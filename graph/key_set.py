"""Remembers which keys were seen, in eight bytes each, so that a table of millions of rows has its duplicates found."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_ODD = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class KeySet:
    """A set of keys that can be added to and asked, many at a time.

    A key is a row of columns, known by a 64-bit hash: among fifteen million keys two different ones agree with a chance of 1 in
    160,000.
    """

    def __init__(self) -> None:
        self._sorted: Hashes = np.empty(0, np.uint64)

    def __len__(self) -> int:
        return len(self._sorted)

    def clear(self) -> None:
        """Forget all keys."""
        self._sorted = np.empty(0, np.uint64)

    def contain(self, *columns: Sequence[Hashable]) -> NDArray[np.bool_]:
        """For each row of the columns whether it was seen, shape (rows,)."""
        return self._found(_hashes(columns))

    def add(self, *columns: Sequence[Hashable]) -> NDArray[np.bool_]:
        """For each row whether it is new, shape (rows,), a repeated one the first time only; all are seen from now on."""
        hashes = _hashes(columns)
        fresh, first = np.unique(hashes, return_index=True)
        known = self._found(fresh)
        new = np.zeros(len(hashes), bool)
        new[first] = ~known
        # Two sorted runs, which a stable sort merges, in place because the set may be large.
        self._sorted = np.concatenate((self._sorted, fresh[~known]))
        self._sorted.sort(kind="stable")
        return new

    def _found(self, hashes: Hashes) -> NDArray[np.bool_]:
        if not len(self._sorted):
            return np.zeros(len(hashes), bool)
        places = np.minimum(np.searchsorted(self._sorted, hashes), len(self._sorted) - 1)
        return np.equal(self._sorted[places], hashes)


def _hashes(columns: Sequence[Sequence[Hashable]]) -> Hashes:
    """A hash of each row: Python's hashes of its values, mixed by the finaliser of splitmix64 (Steele et al. 2014)."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = mixed * _ODD[0] + np.fromiter(map(hash, column), np.int64, len(column)).view(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _ODD[0]
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _ODD[1]
        mixed ^= mixed >> np.uint64(31)
    return mixed
