"""Verifies every proof of a document, and says what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graph.store import GraphStore
from recommender.verify.court import Court
from recommender.verify.verdict import Verdict

if TYPE_CHECKING:
    from rich.console import Console

MARKS = ("rule", "medicine", "fact", "conclusion", "hash")
"""An object that has these fields, or all of them but one, is a proof: one that lost a field is not passed over."""


def verify_proof(proof: Any, store: GraphStore, case: Mapping[str, Any] | None = None) -> Verdict:  # whatever JSON holds
    """Whether a proof is valid.

    Args:
        proof: the JSON object.
        store: the graph as it is now, with its patients.
        case: the case that it is of, where it is of no patient.
    """
    return Court(store, case).verify(proof)


def proofs_in(document: Any) -> Iterator[Mapping[str, Any]]:  # whatever JSON holds
    """Every proof in a document, in its order: the document itself, those of a list, or those of an answer."""
    if isinstance(document, Mapping):
        if sum(mark in document for mark in MARKS) >= len(MARKS) - 1:
            yield document
        else:
            for value in document.values():
                yield from proofs_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from proofs_in(value)


def run_verify(document: Any, store: GraphStore, case: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Verify every proof of a document; one that stands in it twice is verified once.

    Args:
        document: what JSON held.
        store: the graph as it is now, with its patients.
        case: the case that the document is about.

    Returns:
        ``valid`` (whether there is any proof and all are valid), counts of ``proofs`` and of ``invalid`` ones, ``verdicts``.
    """
    court, verdicts, seen = Court(store, case), [], set()
    for proof in proofs_in(document):
        if (key := repr(proof)) not in seen:
            seen.add(key)
            verdicts.append(court.verify(proof))
    invalid = sum(not verdict.valid for verdict in verdicts)
    return {
        "valid": bool(verdicts) and not invalid,
        "proofs": len(verdicts),
        "invalid": invalid,
        "verdicts": [verdict.payload() for verdict in verdicts],
    }


def render_verify(report: Mapping[str, Any], console: "Console") -> None:
    """Print a report: what is wrong first, each with its reasons, then how many of each rule are valid."""
    from rich.markup import escape

    for verdict in report["verdicts"]:
        if not verdict["valid"]:
            console.print(f"[bold]INVALID[/bold] {escape(_head(verdict))}")
            for check in verdict["checks"]:
                if not check["ok"]:
                    console.print(f"  {escape(check['what'])}: {escape(check['reason'])}", soft_wrap=True)
    if report["proofs"] == 1 and report["valid"]:
        [verdict] = report["verdicts"]
        console.print(f"valid: {escape(_head(verdict))}")
        for check in verdict["checks"]:
            console.print(f"  {escape(check['what'])}: {escape(check['reason'])}", soft_wrap=True)
        return
    if not report["proofs"]:
        console.print("no proof in it")
        return
    valid = Counter(verdict["rule"] for verdict in report["verdicts"] if verdict["valid"])
    told = ", ".join(f"{rule} {count}" for rule, count in sorted(valid.items()))
    console.print(
        f"{report['proofs'] - report['invalid']} of {report['proofs']} proofs valid" + escape(f" ({told})" if told else "")
    )


def _head(verdict: Mapping[str, Any]) -> str:
    assumed = f", if {' and '.join(verdict['assumes'])} were taken" if verdict["assumes"] else ""
    return (
        f"{verdict['severity'] or 'nothing'} of {verdict['medicine'] or 'nothing'} by {verdict['rule'] or 'no rule'}{assumed}"
    )
