"""What an answer says of each medicine, rule by rule, in the form in which a vignette expects it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.consultation import Consultation
from recommender.safety.finding import Severity
from tests.recommender.vignettes.reading import Vignette

EXPECTED = {
    "excluded": ("exclude",),
    "sign_off": ("sign-off",),
    "cautioned": ("caution",),
    "noted": ("note",),
    "flagged": ("exclude", "sign-off", "caution"),
    "not_flagged": ("note", ""),
}
"""What a rule may say of a medicine, by the field of a vignette that names it."""


@dataclass(frozen=True)
class Answered:
    """An answer, read.

    Attributes:
        severities: by medicine and rule, the most severe.
        suggested: what stands above the line.
        waiting: what needs a sign-off.
        cautioned: what has a caution about something on file; one about something missing is asked of everybody.
        unresolved: names that nothing is called by.
    """

    severities: Mapping[tuple[str, str], str]
    suggested: frozenset[str]
    waiting: frozenset[str]
    cautioned: frozenset[str]
    unresolved: tuple[str, ...]

    def known(self, name: str) -> bool:
        """Whether the answer says anything of a medicine."""
        return name in self.suggested or name in self.waiting or any(name == medicine for medicine, _ in self.severities)

    def excluded(self, name: str) -> bool:
        """Whether any rule excludes a medicine."""
        return any(name == medicine and said == "exclude" for (medicine, _), said in self.severities.items())

    def mistakes(self, vignette: Vignette) -> Iterator[str]:
        """Every expectation that does not hold, in words."""
        if list(self.unresolved) != vignette.unresolved:
            yield f"unresolved: {self.unresolved}"
        for field, allowed in EXPECTED.items():
            for rule, names in getattr(vignette, field).items():
                for name in names:
                    said = self.severities.get((name, rule), "")
                    if said not in allowed or not self.known(name):
                        yield f"{name} is to be {field} by {rule}: {said or 'nothing is said'}"
        for name in vignette.not_excluded:
            if self.excluded(name) or not self.known(name):
                yield f"{name} is not to be excluded: {self._said(name)}"
        for name in vignette.suggested:
            if name not in self.suggested or name in self.cautioned:
                yield f"{name} is to be suggested: {self._said(name)}"

    def _said(self, name: str) -> dict[str, str]:
        return {rule: said for (medicine, rule), said in self.severities.items() if medicine == name}


def read_answer(of: Consultation, body: Mapping[str, Any]) -> Answered:
    """Read an answer.

    Args:
        of: what was worked out for it: all findings, also those that an answer leaves out of what is excluded anyway.
        body: the answer.
    """
    name, severities, cautioned = of.snapshot.name, dict[tuple[str, str], str](), set[str]()
    for medicine in of.established:
        for finding in of.findings(medicine):  # the most severe first
            severities.setdefault((name(medicine), finding.proof.rule), str(finding.severity))
            if finding.severity is Severity.CAUTION and finding.proof.fact["kind"] != "MISSING":
                cautioned.add(name(medicine))
    lists = ("recommendations", "needs_sign_off")
    suggested, waiting = (frozenset(item["medicine"]["name"] for item in body[key]) for key in lists)
    unresolved = tuple(item["text"] for item in body["unresolved"])
    return Answered(severities, suggested, waiting, frozenset(cautioned), unresolved)
