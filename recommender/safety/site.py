"""A site's policy: what it has on its formulary, and which findings it takes more seriously than the rules do.

A policy makes safety stricter, never laxer: it is a TOML file such as ::

    formulary = ["lisinopril", "DrugBank:DB00945"]

    [[raise]]
    rule = "limit:age"
    from = "caution"
    to = "sign-off"
    medicine = "diphenhydramine"   # for this one alone; left out, for all

Whatever in it cannot be understood is refused when it is read, so that no line of it is silently without effect.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.errors import SiteError
from recommender.request import answer_id
from recommender.safety.finding import Finding, Proof, Screening, Severity

LIMITS = ("age", "sex", "pregnancy", "breast feeding", "renal", "hepatic", "result")
RULES = (
    "additive",
    "allergy",
    "contraindication",
    "duplicate",
    "formulary",
    "history",
    "interaction",
    *(f"limit:{kind}" for kind in LIMITS),
    "pharmacogenomics",
    "supply",
    "unresolved",
    "unverified",
)
"""The rules that findings name."""


@dataclass(frozen=True, slots=True)
class Raise:
    """One line of a policy: of this rule, what was so severe is more severe here.

    Attributes:
        rule: the rule that found it.
        origin: the severity that the rule gave.
        to: the severity here.
        medicine: number of the one medicine that it is about; None for all.
    """

    rule: str
    origin: Severity
    to: Severity
    medicine: int | None = None

    def fits(self, finding: Finding) -> bool:
        """Whether it is about the finding."""
        meant = self.medicine is None or self.medicine == finding.medicine
        return meant and self.rule == finding.proof.rule and self.origin is finding.severity


@dataclass(frozen=True, slots=True)
class Site:
    """What a site decided; by default nothing.

    Attributes:
        formulary: numbers of the medicines that it has; None when it keeps no list.
        raises: what it takes more seriously.
    """

    formulary: frozenset[int] | None = None
    raises: tuple[Raise, ...] = ()

    @property
    def digest(self) -> str:
        """Names the policy on its snapshot: part of an answer's id; empty where nothing was decided."""
        if self == NO_POLICY:
            return ""
        listed = None if self.formulary is None else sorted(self.formulary)
        return answer_id(listed, [[r.rule, str(r.origin), str(r.to), r.medicine] for r in self.raises])

    def raised(self, finding: Finding) -> Finding:
        """The finding as severe as it is here; of several lines that fit, the most severe counts."""
        fitting = [line for line in self.raises if line.fits(finding)]
        if not fitting:
            return finding
        line = min(fitting, key=lambda one: one.to.rank)
        proof = finding.proof
        said = {"kind": "SITE", "rule": line.rule, "from": str(line.origin), "to": str(line.to)}
        confirm = finding.confirm or f"that it may be given in spite of this: {finding.about or proof.conclusion}"
        return replace(
            finding,
            severity=line.to,
            sentence=f"{finding.sentence} This site makes it {_ARTICLES[line.to]}.",
            proof=replace(proof, also=(*proof.also, said)),
            confirm=confirm if line.to is Severity.SIGN_OFF else "",
        )

    def unlisted(self, screening: Screening) -> list[Finding]:
        """A finding about every candidate that is not on the formulary."""
        if self.formulary is None:
            return []
        return [_unlisted(screening.snapshot, m) for m in screening.candidates if m not in self.formulary]


NO_POLICY = Site()
_ARTICLES = {Severity.EXCLUDE: "an exclusion", Severity.SIGN_OFF: "a matter of sign-off", Severity.CAUTION: "a caution"}


def _unlisted(snapshot: Snapshot, medicine: int) -> Finding:
    about = "not on this site's formulary"
    conclusion = f"{snapshot.name(medicine)} is {about}"
    proof = Proof("formulary", {"kind": "SITE", "rule": "formulary"}, (medicine,), (), conclusion)
    return Finding(medicine, Severity.SIGN_OFF, f"{conclusion}.", proof, about, "that it can be obtained")


def read_site(path: Path, snapshot: Snapshot) -> Site:
    """The policy of a file; none when there is no file.

    Args:
        path: a TOML file.
        snapshot: where medicines are looked up.

    Raises:
        SiteError: for a file that cannot be read, an unknown key, rule or medicine, or a severity that is not raised.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Site()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SiteError(path, "", f"it cannot be read ({error})") from error
    reader = _Reader(path, snapshot)
    reader.check_keys("", content, ("formulary", "raise"))
    listed, lines = content.get("formulary"), content.get("raise", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise SiteError(path, "raise", "tables are expected: [[raise]]")
    return Site(
        None if listed is None else reader.formulary(listed),
        tuple(reader.line(f"raise {i}", line) for i, line in enumerate(lines, start=1)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the parts of one file."""

    path: Path
    snapshot: Snapshot

    def check_keys(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        """Refuse a key that nothing reads."""
        for key in table:
            if key not in known:
                raise SiteError(self.path, f"{place}: {key}" if place else key, f"no such key; known are {', '.join(known)}")

    def formulary(self, listed: object) -> frozenset[int]:
        """The medicines of a list of ids and names."""
        if not isinstance(listed, list):
            raise SiteError(self.path, "formulary", "a list of medicines is expected")
        return frozenset(self._medicine(f"formulary {i}", text) for i, text in enumerate(listed, start=1))

    def line(self, place: str, table: Mapping[str, Any]) -> Raise:
        """One ``[[raise]]``."""
        self.check_keys(place, table, ("rule", "from", "to", "medicine"))
        rule = table.get("rule")
        if rule not in RULES:
            raise SiteError(self.path, f"{place}: rule", f"one of {', '.join(RULES)} is expected")
        origin, to = (self._severity(f"{place}: {key}", table.get(key)) for key in ("from", "to"))
        if to.rank >= origin.rank:
            raise SiteError(self.path, f"{place}: to", f"a severity above {origin} is expected; a site raises, it never lowers")
        medicine = self._medicine(f"{place}: medicine", table["medicine"]) if "medicine" in table else None
        return Raise(rule, origin, to, medicine)

    def _severity(self, place: str, value: object) -> Severity:
        if value not in tuple(Severity):
            raise SiteError(self.path, place, f"one of {', '.join(Severity)} is expected")
        return Severity(str(value))

    def _medicine(self, place: str, value: object) -> int:
        found = self.snapshot.candidates(value, (NodeKind.MEDICINE,)) if isinstance(value, str) else ()
        if len(found) != 1:
            reason = "several medicines are called so; give the id of one" if found else "no medicine is called so"
            raise SiteError(self.path, place, f"{reason}: {value!r}")
        return found[0]
