"""Imports the engine anew, with another source text for one module, beside the one that is in use."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

ANEW = (
    "recommender.safety",
    "recommender.record",
    "recommender.case",
    "recommender.evidence",
    "graph.units",
    "graph.modifiers",
)
"""What is imported again: whatever a mistake may be made in, and what imports that."""


def source(module: str) -> str:
    """The source text of a module."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


class _Loader(InspectLoader):
    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text


class _Finder(MetaPathFinder):
    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        text = self._texts.get(fullname)
        return None if text is None else spec_from_loader(fullname, _Loader(text), origin=f"<{fullname}, changed>")


def _ours(name: str) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in ANEW)


@contextmanager
def anew(texts: Mapping[str, str]) -> Iterator[Callable[[str], ModuleType]]:
    """Import modules anew within the block; behind it the old ones are in use again.

    Args:
        texts: the source text of the modules that are changed, by name.

    Yields:
        What imports a module by its name.
    """
    before = {name: module for name, module in sys.modules.items() if _ours(name)}
    finder = _Finder(texts)
    _forget()
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module
    finally:
        sys.meta_path.remove(finder)
        _forget()
        sys.modules.update(before)
        for name, module in before.items():
            parent, _, own = name.rpartition(".")
            setattr(sys.modules[parent], own, module)


def _forget() -> None:
    for name in [name for name in sys.modules if _ours(name)]:
        del sys.modules[name]
