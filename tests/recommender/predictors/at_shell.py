"""The predictors asked as at the shell, and the settings that make a fit quick."""

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.__main__ import main

QUICK = 'folds = 3\nrepeats = 1\ninner_folds = 2\ntrials = 1\nbootstraps = 20\ncandidates = ["floor", "logistic"]\n'


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == 0, capsys.readouterr().err
    return " ".join(capsys.readouterr().out.split())


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(answered(capsys, *arguments, "--json"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == 2
    return capsys.readouterr().err


def settings(folder: Path, more: str = "") -> str:
    (folder / "quick.toml").write_text(QUICK + more, encoding="utf-8")
    return str(folder / "quick.toml")


def case_file(folder: Path, *results: tuple[str, float, str]) -> str:
    given = {"age": 50, "sex": "female", "results": [{"test": t, "value": v, "unit": u} for t, v, u in results]}
    (folder / "case.json").write_text(json.dumps(given), encoding="utf-8")
    return str(folder / "case.json")
