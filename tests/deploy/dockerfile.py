"""Reads deploy/Dockerfile and .dockerignore as far as they go: instructions, settings, and which files reach the image."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile of one stage.

    Attributes:
        instructions: name and argument of each, in order.
    """

    instructions: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path = PROJECT / "deploy" / "Dockerfile") -> "Dockerfile":
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
        whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
        return cls(tuple((name, argument) for name, _, argument in (line.partition(" ") for line in whole.splitlines())))

    def of(self, name: str) -> list[str]:
        return [argument for given, argument in self.instructions if given == name]

    def one(self, name: str) -> str:
        (argument,) = self.of(name)
        return argument

    @cached_property
    def environment(self) -> dict[str, str]:
        pairs = (word.partition("=") for argument in self.of("ENV") for word in shlex.split(argument))
        return {name: value for name, _, value in pairs}

    @cached_property
    def copied(self) -> dict[str, str]:
        """Where each file or folder of the project goes, from the working folder."""
        words = [argument.split() for argument in self.of("COPY")]
        assert all(len(word) == 2 for word in words), "the form COPY one-source target is expected"
        return {source: source if target == "./" else target.rstrip("/") for source, target in words}

    @cached_property
    def command(self) -> list[str]:
        return [str(word) for word in json.loads(self.one("CMD"))]

    @cached_property
    def health(self) -> list[str]:
        return [str(word) for word in json.loads(self.one("HEALTHCHECK").partition(" CMD ")[2])]


def reaches_the_build(path: str) -> bool:
    """Whether .dockerignore lets a file of the project through: the last pattern that fits it or a folder above it decides."""
    parts = PurePosixPath(path).parts
    above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    kept = True
    for pattern in _patterns():
        keeps, form = pattern.startswith("!"), _form(pattern.removeprefix("!"))
        if any(form.fullmatch(name) for name in above):
            kept = keeps
    return kept


def _patterns() -> Iterator[str]:
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _form(pattern: str) -> re.Pattern[str]:
    assert not set(pattern) & set("?[\\"), "only * and ** are read here"
    return re.compile(re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*"))
