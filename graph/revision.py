"""How a store names the state of its knowledge: the rules that every adapter follows.

While a load writes knowledge the name is an unfinished one, another after every batch. A load that turns out to have changed
nothing returns to the name before it, so that nothing is compiled again.
"""

from dataclasses import dataclass
from secrets import token_hex

from graph.store import UNFINISHED


@dataclass(frozen=True, slots=True)
class Revision:
    """The name of the knowledge.

    Attributes:
        current: what it is called now; ``empty`` when nothing was ever loaded.
        before: what it was called before the unfinished load, if that name still fits when the load changes nothing.
    """

    current: str
    before: str

    def begin(self, tag: int) -> "Revision":
        """The name after a load has written a batch of knowledge."""
        before = self.before
        if not self._is_of(tag):
            # What another load has written and not finished has no name to go back to.
            before = "" if self.current.startswith(UNFINISHED) else self.current
        return Revision(f"{UNFINISHED}-{tag}-{token_hex(8)}", before)

    def end(self, tag: int, *, changed: bool) -> "Revision":
        """The name after a load is finished, which changed knowledge or did not."""
        if not (changed or self._is_of(tag)):
            return self
        return Revision(("" if changed else self.before) or f"load-{tag}-{token_hex(8)}", self.before)

    def _is_of(self, tag: int) -> bool:
        return self.current.startswith(f"{UNFINISHED}-{tag}-")
