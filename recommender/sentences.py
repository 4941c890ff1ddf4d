"""Tells an answer to an analyst or to the patient, each sentence made from the path or finding itself.

The words stand in ``sentences.en.toml`` alone, so that another language is one more file. Nothing is told by medicine: a
sentence is chosen by the metapath or the rule, the strength in words by the share of the score. Nothing but sentences changes.
A clinician reads what paths and findings say themselves.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from recommender.request import Reader

FOLDER = Path(__file__).parent
STRONG, SOME = 0.5, 0.15
"""Shares of what speaks for a medicine from which a path is told as a strong reason, and as one of a few."""
LISTS = ("recommendations", "needs_sign_off", "exploratory")

Templates = Mapping[str, Any]


@cache
def read_sentences(language: str) -> Templates:
    """The templates of a language, by reader."""
    return tomllib.loads((FOLDER / f"sentences.{language}.toml").read_text(encoding="utf-8"))


def retell(body: Mapping[str, Any], reader: Reader, language: str = "en") -> dict[str, Any]:
    """An answer's body with the sentences of its reader.

    Args:
        body: as it was composed; it stays as it is.
        reader: for whom.
        language: of a file ``sentences.LANGUAGE.toml``.
    """
    if reader is Reader.CLINICIAN:
        return dict(body)
    words = read_sentences(language)[reader]
    tell = _Patient(words) if reader is Reader.PATIENT else _Analyst(words)
    told = dict(body)
    for name in LISTS:
        if body[name] is not None:
            told[name] = [tell.suggestion(item, body["intercept"]) for item in body[name]]
    if body.get("together"):
        told["together"] = tell.together(body["together"])
    told["excluded"] = [tell.finding(entry, entry["medicine"]["name"]) for entry in body["excluded"]]
    told["alerts"] = [tell.alert(alert) for alert in body["alerts"]]
    told["notice"] = tell.notice(body)
    return told


class _Analyst:
    """An analyst's sentences: the path's own, with its figures and its weakest step."""

    def __init__(self, words: Templates) -> None:
        self._words = words

    def suggestion(self, item: Mapping[str, Any], intercept: float) -> dict[str, Any]:
        """A suggestion with its paths told."""
        paths = [dict(path) | {"sentence": self._path(path, item)} for path in item["paths"]]
        return dict(item) | {"paths": paths}

    def _path(self, path: Mapping[str, Any], item: Mapping[str, Any]) -> str:
        weakest = path["weakest"]
        said: str = self._words["path"].format(
            sentence=path["sentence"].removesuffix("."),
            metapath=path["metapath"],
            contribution=f"{path['contribution']:+.2f}",
            score=f"{item['score']:.2f}",
            level=weakest["knowledge_level"],
            source=weakest["source"],
        )
        return f"{said}."

    def finding(self, finding: Mapping[str, Any], medicine: str) -> dict[str, Any]:
        """A finding as it stands."""
        return dict(finding)

    def alert(self, alert: Mapping[str, Any]) -> dict[str, Any]:
        """An alert as it stands."""
        return dict(alert)

    def together(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """A set to be used together as it stands."""
        return dict(found)

    def notice(self, body: Mapping[str, Any]) -> str:
        """The answer's own notice."""
        return str(body["notice"])


class _Patient(_Analyst):
    """The patient's sentences: short, in plain words, without figures."""

    def suggestion(self, item: Mapping[str, Any], intercept: float) -> dict[str, Any]:
        """A suggestion with its paths and cautions told."""
        name, whole = item["medicine"]["name"], item["score"] - intercept
        paths = [dict(path) | {"sentence": self._plain(path, whole)} for path in item["paths"]]
        cautions = [self.finding(f, name) for f in item["cautions"]]
        return dict(item) | {"paths": paths, "cautions": cautions} | self._marks(item)

    def _marks(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """What a suggestion says of the others, where it does."""
        marked: dict[str, Any] = {}
        for key, word, inner in (("alternatives", "instead", "findings"), ("usable_with", "both", "cautions")):
            if item.get(key) is not None:
                marked[key] = [self._mark(mark, item["medicine"]["name"], word, inner) for mark in item[key]]
        return marked

    def _mark(self, mark: Mapping[str, Any], medicine: str, word: str, inner: str) -> dict[str, Any]:
        said = self._words["pair"][word].format(medicine=medicine, other=mark["medicine"]["name"])
        told = {inner: [self._pair(finding, said) for finding in mark[inner]]}
        return dict(mark) | told | ({"sentence": said} if "sentence" in mark else {})

    def _pair(self, finding: Mapping[str, Any], said: str) -> dict[str, Any]:
        confirm = self._words["sign_off"] if finding["confirm"] else None
        return dict(finding) | {"sentence": said, "confirm": confirm}

    def together(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """A set to be used together, in plain words."""
        return dict(found) | {name: self._set(found[name]) for name in ("chosen", "greedy")}

    def _set(self, found: Mapping[str, Any]) -> dict[str, Any]:
        medicines = [
            dict(item) | {"cautions": [self.finding(f, item["medicine"]["name"]) for f in item["cautions"]]}
            for item in found["medicines"]
        ]
        words, cautions = self._words["pair"], []
        for caution in found["cautions"]:
            first, *others = (node["name"] for node in caution["medicines"])
            cautions.append(self._pair(caution, words["both"].format(medicine=first, other=" and ".join(others))))
        uncovered = [
            dict(item)
            | {"sentence": words["left_out"], "findings": [self._pair(f, words["left_out"]) for f in item["findings"]]}
            for item in found["uncovered"]
        ]
        alerts = [self.alert(alert) for alert in found["alerts"]]
        return dict(found) | {"medicines": medicines, "cautions": cautions, "uncovered": uncovered, "alerts": alerts}

    def _plain(self, path: Mapping[str, Any], whole: float) -> str:
        edges, nodes = path["edges"], path["nodes"]
        first = next(i for i, edge in enumerate(edges) if edge["kind"] != "IS_A" or edge["start"] != nodes[i]["id"])
        kinds = self._words["path"]
        start, between = nodes[first], nodes[first + 1 : -1]
        said = kinds.get(path["metapath"]) or kinds.get(between[0]["kind"] if between else "") or kinds["none"]
        names = {"medicine": nodes[-1]["name"], "start": start["name"], "fact": nodes[0]["name"]}
        # Of what lies between, the one next to the medicine that is not of another kind than the first says most.
        other = next((node["name"] for node in reversed(between) if node["kind"] == between[0]["kind"]), "")
        parts = [said.format(**names, other=other)]
        if first:
            parts.append(self._words["kind_of"].format(**names))
        if path["metapath"] == "CtM" and "first line" in path["sentence"]:
            parts.append(kinds["first"])
        if path.get("prediction") and start["kind"] == "Condition":
            parts.append(self._words["expected"].format(**names))
        share = path["contribution"] / whole if whole > 0 else 0.0
        strength = "strong" if share >= STRONG else "some" if share >= SOME else "small"
        level = self._words["level"].get(path["weakest"]["knowledge_level"])
        return " ".join([*parts, self._words["strength"][strength], *([level] if level else [])])

    def finding(self, finding: Mapping[str, Any], medicine: str) -> dict[str, Any]:
        """A finding in plain words."""
        fact, rule = finding["proof"]["fact"], finding["rule"]
        # Whoever takes it already must not read that it should not be taken.
        taken = rule == "duplicate" and fact["node"]["name"] == medicine
        instead = self._words["instead"].get("taken" if taken else rule)
        head = (instead or self._words["finding"][finding["severity"]]).format(medicine=medicine)
        confirm = self._words["sign_off"] if finding["confirm"] else None
        reason = "" if taken else self._reason(rule, fact)
        return dict(finding) | {"sentence": f"{head} {reason}".strip(), "confirm": confirm}

    def alert(self, alert: Mapping[str, Any]) -> dict[str, Any]:
        """An alert in plain words."""
        head = self._words["alert"][alert["severity"]]
        confirm = self._words["sign_off"] if alert["confirm"] else None
        reason = self._reason(alert["rule"], alert["proofs"][0]["fact"])
        return dict(alert) | {"sentence": f"{head} {reason}".strip(), "confirm": confirm}

    def _reason(self, rule: str, fact: Mapping[str, Any]) -> str:
        if fact["kind"] == "MISSING":
            missing = self._words["missing"]
            return str(missing.get(rule, missing["other"]))
        reason = self._words["reason"].get(rule) or self._words["reason"].get(rule.partition(":")[0], "")
        return str(reason.format(named=fact["node"]["name"] if "node" in fact else ""))

    def notice(self, body: Mapping[str, Any]) -> str:
        """The notice in plain words."""
        patient = body["patient"]
        synthetic = [self._words["synthetic"]] if patient and patient["synthetic"] else []
        unscreened = [] if body["screened"] else [self._words["unscreened"]]
        return " ".join([*synthetic, *unscreened, self._words["notice"]])
