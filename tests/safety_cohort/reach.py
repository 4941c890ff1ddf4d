"""Rows of the tables that are worth steering towards, because few are reached by chance."""

from collections import defaultdict
from functools import cached_property

from tests.safety_cohort.measures import FEEDING, PREGNANCY, PREGNANT_ONLY
from tests.safety_cohort.tables import Contra, Interaction, Limit, Tables
from tests.safety_cohort.therapies import LOCAL_CODES, ONE_AT_A_TIME, is_local


class Reach:
    """What patients are steered towards, each kind of row worked out once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def with_children(self) -> list[str]:
        """Contraindicated conditions that have others below them."""
        return sorted({c.condition for c in self._tables.contras if len(self._tables.below[c.condition]) > 1})

    @cached_property
    def allergens(self) -> list[list[str]]:
        """Allergens by kind: those that others are tied to more often."""
        tables = self._tables
        grouped = [i for i in tables.ingredients if i in tables.groups]
        above = [node for node in (*tables.allergy_classes, *tables.drug_classes) if len(tables.below[node]) > 1]
        ids = list(tables.medicines)
        return [tables.ingredients, grouped, grouped, tables.allergy_classes, above, tables.drug_classes, ids]

    @cached_property
    def historic(self) -> list[Contra]:
        """Contraindications that count ever after."""
        return [c for c in self._tables.contras if c.history]

    @cached_property
    def combined_contras(self) -> list[Contra]:
        """Contraindications of what is inside a combination."""
        return [c for c in self._tables.contras if len(self._tables.holders[c.medicine]) > 1]

    @cached_property
    def combined_interactions(self) -> list[Interaction]:
        """Interactions of what is inside a combination."""
        return [i for i in self._tables.interactions if any(len(self._tables.holders[m]) > 1 for m in i.medicines)]

    def has_local(self, medicine: str) -> bool:
        """Whether a medicine has a route by which it acts where it is applied."""
        known = self._tables.medicines[medicine]
        return any(is_local(known, route) for route in LOCAL_CODES)

    @cached_property
    def local_interactions(self) -> list[Interaction]:
        """Interactions of medicines that may be applied locally."""
        return [i for i in self._tables.interactions if any(map(self.has_local, i.medicines))]

    @cached_property
    def absorbed(self) -> list[tuple[str, str]]:
        """Interacting medicines with a route by which others act where they are applied, and they do not."""
        known = self._tables.medicines
        pairs = {(m, route) for m in self._tables.interacting for route in known[m].routes}
        return sorted((m, route) for m, route in pairs if route in LOCAL_CODES and not is_local(known[m], route))

    @cached_property
    def modified(self) -> dict[str, list[Interaction]]:
        """Interactions with modifiers, by what these look at."""
        found: dict[str, list[Interaction]] = defaultdict(list)
        for row in self._tables.interactions:
            for kind in {text.split()[0] for text in row.modifiers}:
                found[kind].append(row)
        return dict(found)

    @cached_property
    def one_at_a_time(self) -> list[str]:
        """Medicines of classes of which no second is added."""
        groups = {f"ATC:{code}" for code in ONE_AT_A_TIME}
        return [m.id for m in self._tables.medicines.values() if m.classes & groups]

    @cached_property
    def combinations(self) -> list[str]:
        """Medicines of several ingredients."""
        return [m.id for m in self._tables.medicines.values() if len(m.ingredients) > 1]

    @cached_property
    def shared(self) -> list[str]:
        """Medicines that are inside a combination."""
        return [m for m, holders in self._tables.holders.items() if len(holders) > 1]

    @cached_property
    def limits(self) -> dict[str, list[Limit]]:
        """Limits by kind."""
        found: dict[str, list[Limit]] = defaultdict(list)
        for limit in self._tables.limits:
            found[limit.kind].append(limit)
        return dict(found)

    @cached_property
    def expecting(self) -> list[list[str]]:
        """Diagnoses that say that a patient is pregnant or breast feeding, and some beside them that do not."""
        below = self._tables.below
        alone = [node for block in PREGNANT_ONLY for node in below.get(block, ())]
        return [sorted(below[FEEDING]), sorted(below[PREGNANCY]), sorted(alone), ["ICD10CM:O03", "ICD10CM:O80"]]

    @cached_property
    def advice(self) -> list[list[str]]:
        """Phenotypes that a guideline speaks of, by what it says."""
        found: dict[str, list[str]] = defaultdict(list)
        for phenotype, _, action in self._tables.advice:
            found[action].append(phenotype)
        return [found[action] for action in sorted(found)]
