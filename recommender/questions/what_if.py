"""What if: a fact added, removed or changed, a medicine started or stopped; nothing is written to the record.

A change is a case that is laid over what is on file: its lists are added, its single values take the place of those on file,
and ``remove`` names nodes whose facts are left out. What follows is worked out anew, whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.answer import Recommendation
from recommender.case import read_case
from recommender.errors import CaseError
from recommender.record import PatientRecord
from recommender.request import Request
from recommender.service import Recommender

REMOVE = "remove"


def what_if(recommender: Recommender, request: Request, change: Mapping[str, Any]) -> dict[str, Any]:
    """What a change would move; see :func:`difference`, with ``changed``, the facts that came and went, in words.

    Raises:
        CaseError: when the change is empty or cannot be understood, or the request is for no patient.
    """
    if not change:
        raise CaseError("", "a change is expected: something added, removed, started or stopped")
    if request.nodes:
        raise CaseError("", "a patient or a case is expected")
    record = recommender.record(request)
    other = changed(record, change, recommender.snapshot, request.as_of)
    found = difference(recommender.recommend(request, record), recommender.recommend(request, other))
    return {"changed": _told(record, other, recommender.snapshot), **found}


def _told(before: PatientRecord, after: PatientRecord, snapshot: Snapshot) -> dict[str, list[str]]:
    names = [{(str(f.kind), snapshot.name(f.node)) for f in record.facts} for record in (before, after)]
    return {
        "added": [f"{kind} {name}" for kind, name in sorted(names[1] - names[0])],
        "removed": [f"{kind} {name}" for kind, name in sorted(names[0] - names[1])],
    }


def changed(record: PatientRecord, change: Mapping[str, Any], snapshot: Snapshot, as_of: date | None = None) -> PatientRecord:
    """What would be on file after a change.

    Args:
        record: what is on file.
        change: a case, with ``remove`` as a further field: names or ids of nodes whose facts are left out, stopped
            medicines among them.
        snapshot: where names are looked up.
        as_of: the day of the answer.

    Raises:
        CaseError: when the change cannot be understood, or removes what is not on file.
    """
    removed = change.get(REMOVE, [])
    if not isinstance(removed, list) or not all(isinstance(name, str) for name in removed):
        raise CaseError(f"/{REMOVE}", "a list of names is expected")
    told = {key: value for key, value in change.items() if key != REMOVE}
    added = read_case(told, snapshot, as_of)
    facts = list(record.facts)
    for i, name in enumerate(removed):
        nodes = set(snapshot.candidates(name))
        kept = [fact for fact in facts if fact.node not in nodes]
        if len(kept) == len(facts):
            raise CaseError(f"/{REMOVE}/{i}", "nothing on file is called so")
        facts = kept
    # A result of today speaks for itself: without a date it would stand behind every dated one.
    return replace(
        record,
        age=record.age if added.age is None else added.age,
        sex=added.sex or record.sex,
        pregnant=record.pregnant if added.pregnant is None else added.pregnant,
        breast_feeding=record.breast_feeding if added.breast_feeding is None else added.breast_feeding,
        avoid_routes=tuple(dict.fromkeys((*record.avoid_routes, *added.avoid_routes))),
        facts=(*_without_replaced(facts, added), *added.facts),
        unresolved=(*record.unresolved, *added.unresolved),
    )


def _without_replaced(facts: Sequence[Any], added: PatientRecord) -> list[Any]:
    """Facts on file, less the results of tests that the change measures anew."""
    measured = {fact.node for fact in added.of(EdgeKind.HAS_RESULT)}
    return [fact for fact in facts if not (fact.kind is EdgeKind.HAS_RESULT and fact.node in measured)]


def difference(before: Recommendation, after: Recommendation) -> dict[str, Any]:
    """What moves from one answer to another.

    Returns:
        ``moved`` (medicines whose list, rank or score differs, each with ``before`` and ``after`` as ``{list, rank, score}`` or
        null), ``paths`` (of medicines in both: those that appear and disappear), ``exclusions`` that fall and arise,
        ``alerts`` that fall and arise, and both answers' ids.
    """
    places = [_places(answer.body) for answer in (before, after)]
    named = places[0] | places[1]
    moved = [
        {"medicine": item["medicine"], "before": _place(places[0].get(key)), "after": _place(places[1].get(key))}
        for key, item in named.items()
        if _place(places[0].get(key)) != _place(places[1].get(key))
    ]
    paths = [found for key in places[0] if key in places[1] and (found := _paths(places[0][key], places[1][key]))]
    excluded = [{(e["medicine"]["id"], e["rule"], e["sentence"]): e for e in a.body["excluded"]} for a in (before, after)]
    alerts = [{(a["rule"], a["sentence"]): a for a in answer.body["alerts"]} for answer in (before, after)]
    return {
        "before": before.id,
        "after": after.id,
        "moved": sorted(moved, key=lambda m: (m["after"] is None, (m["after"] or m["before"])["rank"])),
        "paths": paths,
        "exclusions": {"fall": _left(*excluded), "arise": _left(*excluded[::-1])},
        "alerts": {"fall": _left(*alerts), "arise": _left(*alerts[::-1])},
    }


def _places(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        item["medicine"]["id"]: item | {"place": {"list": word, "rank": item["rank"], "score": item["score"]}}
        for word in ("recommendations", "needs_sign_off", "exploratory")
        for item in body[word] or ()
    }


def _place(item: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(item["place"]) if item else None


def _paths(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    drawn = [{path["drawn"]: path["contribution"] for path in item["paths"]} for item in (before, after)]
    appear = [{"drawn": d, "contribution": c} for d, c in drawn[1].items() if d not in drawn[0]]
    disappear = [{"drawn": d, "contribution": c} for d, c in drawn[0].items() if d not in drawn[1]]
    return {"medicine": after["medicine"], "appear": appear, "disappear": disappear} if appear or disappear else None


def _left(these: Mapping[Any, Any], those: Mapping[Any, Any]) -> list[Any]:
    return [value for key, value in these.items() if key not in those]
