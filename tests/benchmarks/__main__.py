"""Runs every benchmark, or those that are named: ``python -m tests.benchmarks walk snapshot``."""

import importlib
import sys

NAMES = (
    "walk",
    "snapshot",
    "http",
    "shell",
    "load",
    "cohort",
    "neo4j",
    "embeddings",
    "training",
    "safety",
    "counterfactual",
    "predictors",
    "bodies",
)


def main(names: list[str]) -> int:
    """Print each row as it is measured."""
    if unknown := [name for name in names if name not in NAMES]:
        print(f"no benchmark {', '.join(unknown)}; known are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        for row in importlib.import_module(f"tests.benchmarks.benchmark_{name}").rows():
            print(f"{name}: {row}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
