"""The raw tables, read with the csv module alone: what stands in them, and the closures that every rule needs.

Nothing here knows the engine. Where the tables name a tree or a combination, everything that follows from it is written out:
all nodes above a condition, all medicines inside a medicine.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Row = Mapping[str, str]
PARTS = ("", "derived")


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of a table, which may lie in two files."""
    for path in (folder / part / f"{name}.csv" for part in PARTS):
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                yield from csv.DictReader(stream)


def split(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def closure(step: Mapping[str, Iterable[str]], start: str) -> frozenset[str]:
    """Everything that can be reached, the start among it."""
    found, fresh = {start}, {start}
    while fresh:
        fresh = {b for a in fresh for b in step.get(a, ())} - found
        found |= fresh
    return frozenset(found)


@dataclass(frozen=True)
class Medicine:
    """One row of medicine.csv, with the ATC classes of the fourth level that its codes are in."""

    id: str
    name: str
    ingredients: frozenset[str]
    atc: tuple[str, ...]
    routes: tuple[str, ...]

    @property
    def classes(self) -> frozenset[str]:
        """Ids of the chemical subgroups."""
        return frozenset(f"ATC:{code[:5]}" for code in self.atc)


@dataclass(frozen=True)
class Limit:
    """One row of limit.csv."""

    medicine: str
    kind: str
    test: str
    comparator: str
    value: str
    unit: str
    absolute: bool
    missing: str
    max_age: int


@dataclass(frozen=True)
class Contra:
    """One row of contraindication.csv."""

    medicine: str
    condition: str
    absolute: bool
    history: bool


@dataclass(frozen=True)
class Interaction:
    """One row of interaction.csv."""

    medicines: tuple[str, str]
    severity: str
    modifiers: tuple[str, ...]


@dataclass(frozen=True)
class LabTest:
    """One row of lab_test.csv: other units with the factor that leads to the test's own."""

    id: str
    name: str
    unit: str
    others: Mapping[str, float]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        found[a].add(b)
    return dict(found)


class Tables:
    """Everything that the oracle knows, by id."""

    def __init__(self, folder: Path) -> None:
        def pairs(name: str, a: str, b: str) -> list[tuple[str, str]]:
            return [(row[a], row[b]) for row in rows(folder, name) if row[a] and row[b]]

        self.medicines = {
            row["id"]: Medicine(
                row["id"], row["name"], frozenset(split(row["ingredients"])), split(row["atc"]), split(row["route"])
            )
            for row in rows(folder, "medicine")
        }
        self.parents = _grouped(
            [*pairs("condition", "id", "parent"), *pairs("drug_class", "id", "parent"), *pairs("allergy_class", "id", "parent")]
        )
        self.children = _grouped((b, a) for a, found in self.parents.items() for b in found)
        self.conditions = [row["id"] for row in rows(folder, "condition")]
        self.drug_classes = [row["id"] for row in rows(folder, "drug_class")]
        self.allergy_classes = [row["id"] for row in rows(folder, "allergy_class")]
        self.substances = [row["id"] for row in rows(folder, "substance")]
        self.ingredients = [row["id"] for row in rows(folder, "ingredient")]
        self.members = _grouped(pairs("allergy_class_member", "class", "ingredient"))
        self.groups = _grouped(pairs("allergy_class_member", "ingredient", "class"))
        self.crossing = [(row["class_a"], row["class_b"], row["strength"]) for row in rows(folder, "cross_reactivity")]
        self.contras = [
            Contra(row["medicine"], row["condition"], row["strength"] == "absolute", row["applies"] == "history")
            for row in rows(folder, "contraindication")
        ]
        self.interactions = [
            Interaction((row["medicine_a"], row["medicine_b"]), row["severity"], split(row.get("modifiers") or ""))
            for row in rows(folder, "interaction")
        ]
        self.points: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows(folder, "additive_effect"):
            known = self.points[row["side_effect"]]
            known[row["medicine"]] = max(known.get(row["medicine"], 0), int(row["points"]))
        self.limits = list(map(_limit, rows(folder, "limit")))
        self.tests = {row["id"]: _test(row) for row in rows(folder, "lab_test")}
        self.genes = {row["id"]: row["gene"] for row in rows(folder, "phenotype")}
        self.unclear = {row["id"] for row in rows(folder, "phenotype") if row["indeterminate"] == "yes"}
        self.advice = [(row["phenotype"], row["medicine"], row["action"]) for row in rows(folder, "pharmacogenomics")]

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """For each node of a tree: itself and everything above it."""
        every = {*self.parents, *self.children, *self.conditions, *self.drug_classes, *self.allergy_classes}
        return {node: closure(self.parents, node) for node in every}

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """For each node of a tree: itself and everything below it."""
        return {node: closure(self.children, node) for node in self.above}

    @cached_property
    def inside(self) -> dict[str, frozenset[str]]:
        """For each medicine: itself, and where it has several ingredients every medicine of one of them alone."""
        alone: dict[str, set[str]] = defaultdict(set)
        for medicine in self.medicines.values():
            if len(medicine.ingredients) == 1:
                alone[next(iter(medicine.ingredients))].add(medicine.id)
        return {
            m.id: frozenset({m.id}.union(*(alone[i] for i in m.ingredients) if len(m.ingredients) > 1 else ()))
            for m in self.medicines.values()
        }

    @cached_property
    def holders(self) -> dict[str, frozenset[str]]:
        """For each medicine: itself and the combinations that it is inside of."""
        found = _grouped((inner, outer) for outer, inners in self.inside.items() for inner in inners)
        return {inner: frozenset(outers) for inner, outers in found.items()}

    @cached_property
    def subgroups(self) -> dict[str, frozenset[str]]:
        """For each medicine its chemical subgroups and those of what is inside it, but for catch-alls (ending in X)."""
        return {
            medicine: frozenset(
                group
                for inner in inners
                for group in self.medicines[inner].classes
                if len(group) == len("ATC:A01AA") and not group.endswith("X")
            )
            for medicine, inners in self.inside.items()
        }

    @cached_property
    def having(self) -> dict[str, set[str]]:
        """For each ingredient and each chemical subgroup the medicines that have it."""
        pairs = [(node, m.id) for m in self.medicines.values() for node in m.ingredients | self.subgroups[m.id]]
        return _grouped(pairs)

    @cached_property
    def bounds(self) -> dict[Limit, list[Limit]]:
        """The limits that are alike but for medicine, strength and what follows from a missing value, by one of them."""
        found: dict[tuple[str, ...], list[Limit]] = defaultdict(list)
        for row in self.limits:
            found[row.kind, row.test, row.comparator, row.value, row.unit, str(row.max_age)].append(row)
        return {alike[0]: alike for alike in found.values()}

    @cached_property
    def interacting(self) -> dict[str, list[tuple[str, Interaction]]]:
        """For each medicine: with what it interacts, and the row."""
        found: dict[str, list[tuple[str, Interaction]]] = defaultdict(list)
        for row in self.interactions:
            for one, other in (row.medicines, row.medicines[::-1]):
                found[one].append((other, row))
        return dict(found)


def _limit(row: Row) -> Limit:
    return Limit(
        row["medicine"],
        row["kind"],
        row["test"],
        row["comparator"],
        row["value"],
        row["unit"],
        row["strength"] == "absolute",
        row["missing"],
        int(row["max_age_days"] or 365),
    )


def _test(row: Row) -> LabTest:
    others = dict(text.rsplit("=", 1) for text in split(row["other_units"]))
    return LabTest(row["id"], row["name"], row["unit"], {unit: float(factor) for unit, factor in others.items()})
