"""For whom and of what a question is asked: the arguments that recommend, explain, why-not, compare and what-if share."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from graph.config import GraphSettings
from graph.elements import KnowledgeLevel
from graph.pseudonyms import patient_id, read_patient_key
from recommender.errors import CaseError
from recommender.genotypes import read_calls
from recommender.request import Reader, Request


def add_whom(parser: argparse.ArgumentParser, *, nodes: bool = True) -> None:
    """Add the arguments.

    Args:
        parser: of the command.
        nodes: whether bare conditions and symptoms may be asked for, too.
    """
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--patient", metavar="ID", help="a patient's id, or the identifier that its source uses")
    whom.add_argument("--case", metavar="FILE", help="a case as JSON; - reads standard input")
    if nodes:
        whom.add_argument(
            "--node", action="append", metavar="ID", help="a condition or symptom by id, alias or name; repeatable"
        )
    parser.add_argument("--genotypes", metavar="FILE", help="calls that belong to the case: a gene, a tab, a diplotype a line")
    parser.add_argument("--top", type=int, default=10, metavar="N", help="how many suggestions at most (1 to 100)")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the answer (ISO; today)")
    parser.add_argument(
        "--min-level",
        choices=[str(level) for level in KnowledgeLevel],
        default=str(KnowledgeLevel.UNREVIEWED),
        help="edges known more weakly do not speak for a medicine; safety always uses all",
    )
    out = "whose edges do not speak for a medicine; repeatable"
    parser.add_argument("--exclude-source", action="append", default=[], metavar="SOURCE", help=out)
    only = "the only licences whose edges speak for a medicine; repeatable"
    parser.add_argument("--licence", action="append", default=[], metavar="LICENCE", help=only)


def add_reader(parser: argparse.ArgumentParser) -> None:
    """Add whom the sentences are for."""
    parser.add_argument(
        "--reader", choices=[str(r) for r in Reader], default=str(Reader.CLINICIAN), help="whom sentences are for"
    )


def request_of(given: argparse.Namespace, settings: GraphSettings) -> Request:
    """The request that the arguments make."""
    return Request(
        as_of=day_of(given.as_of),
        patient=patient_id(given.patient, read_patient_key(settings.patient_key)) if given.patient else None,
        case=_case(given),
        nodes=tuple(getattr(given, "node", None) or ()),
        top=given.top,
        min_level=KnowledgeLevel(given.min_level),
        explore=getattr(given, "explore", False),
        faithfulness=getattr(given, "faithfulness", False),
        exclude_sources=tuple(given.exclude_source),
        licences=tuple(given.licence),
        reader=Reader(getattr(given, "reader", Reader.CLINICIAN)),
        together=getattr(given, "together", False),
    )


def _case(given: argparse.Namespace) -> dict[str, Any] | None:
    """The case of the arguments, with the genotypes of their file."""
    if given.genotypes and not given.case:
        raise CaseError("/genotypes", "calls belong to a case; a patient's are loaded with the record")
    case = read_json_object(given.case) if given.case else None
    if case is not None and given.genotypes:
        calls = [{"gene": gene, "diplotype": diplotype} for gene, diplotype in read_calls(read_text(given.genotypes))]
        case["genotypes"] = [*case.get("genotypes", []), *calls]
    return case


def day_of(text: str | None) -> date:
    """The day that a text says; today when there is none.

    Raises:
        CaseError: when it is no ISO date.
    """
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise CaseError("/as_of", "an ISO date is expected") from None


def read_text(path: str) -> str:
    """The text of a file; ``-`` is standard input.

    Raises:
        CaseError: when it cannot be read; the file's content is never repeated.
    """
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError("", f"the file cannot be read: {error.strerror}") from error
    except ValueError as error:
        # What it holds instead is not repeated.
        raise CaseError("", f"the file is no text in UTF-8: {type(error).__name__}") from None


def read_json(path: str) -> Any:  # whatever JSON holds
    """What is in a file of JSON; see :func:`read_text`."""
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        # The parser's message would repeat a patient's values; its position does not.
        raise CaseError("", f"the file is no JSON: {type(error).__name__}") from None


def read_json_object(path: str) -> dict[str, Any]:
    """The JSON object in a file; see :func:`read_json`."""
    found = read_json(path)
    if not isinstance(found, dict):
        raise CaseError("", "an object is expected")
    return found
