"""The project's own documents and files tell the truth: the README's answer, its settings, the targets, the pins."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("deploy", "graph", "loaders", "recommender", "api")
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def run(home: Path, *arguments: str) -> str:
    environment = os.environ | {"RXPATH_HOME": str(home), "COLUMNS": "120"}
    environment.pop("RXPATH_GRAPH", None)
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo")
    run(home, "loaders", "build", "--brief")
    run(home, "recommender", "train", "--brief")
    return home


def test_the_readme_shows_what_its_command_answers(demo: Path) -> None:
    block = README.split("<!-- demo -->\n", 1)[1].split("<!-- /demo -->", 1)[0].splitlines()
    command, shown = block[1], [_without_decimals(line) for line in block[2:-1]]
    assert command.startswith("$ python -m recommender recommend ")

    answered = [_without_decimals(line) for line in run(demo, *command.removeprefix("$ python -m ").split()).splitlines()]

    # A patient's id depends on the site's key, and an answer's id on the patient.
    missing = [line for line in shown if line and not line.startswith(("Patient", "…")) and line not in answered]
    assert len(shown) > 10
    assert not missing


def test_the_readme_shows_what_is_predicted_of_its_case(demo: Path, tmp_path: Path) -> None:
    block = README.split("<!-- predict -->\n", 1)[1].split("<!-- /predict -->", 1)[0].splitlines()
    (tmp_path / "case.json").write_text(block[2], encoding="utf-8")
    commands = [line.removeprefix("$ python -m ").split() for line in block if line.startswith("$ python -m ")]
    shown = [_without_decimals(line) for line in block[block.index(f"$ python -m {' '.join(commands[-1])}") + 1 : -1]]

    run(demo, *commands[0])
    answered = run(demo, *(str(tmp_path / word) if word == "case.json" else word for word in commands[-1])).splitlines()

    assert len(shown) > 10
    assert shown == [_without_decimals(line) for line in answered]


def test_what_was_learned_leaves_a_healthy_adult_the_first_line(demo: Path) -> None:
    case = demo / "case.json"
    case.write_text(json.dumps({"age": 50, "sex": "male", "conditions": ["hypertension"]}), encoding="utf-8")

    answer = json.loads(run(demo, "recommender", "recommend", "--case", str(case), "--json"))

    assert answer["trained_on"]
    assert answer["excluded"] == []
    assert len(answer["recommendations"]) == 10
    assert all(item["paths"][0]["sentence"].endswith("(first line).") for item in answer["recommendations"])


def _without_decimals(line: str) -> str:
    # Learned weights differ in their last digits from one kind of processor to another.
    return re.sub(r"\d+\.\d+", "#", line.rstrip())


def test_every_setting_is_in_the_readme() -> None:
    code = "".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (PROJECT / name).rglob("*.py"))
    settings = set(re.findall(r"RXPATH_[A-Z0-9_]+", code))

    assert settings
    # What several settings begin with stands for each of them.
    assert {name for name in settings if f"`{name}`" not in README and f"`{name}_" not in README} == set()


def test_there_are_nine_targets_at_most_and_help_lists_them() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert targets
    names = targets[1].split()

    assert len(names) <= 9
    shown = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make (\w+)", shown)) == set(names)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_direct_dependency_is_pinned_has_a_reason_and_is_locked_with_hashes(name: str) -> None:
    lock = (PROJECT / f"{name}.lock").read_text(encoding="utf-8")
    for line in (PROJECT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r")):
            pin, _, reason = line.partition("#")
            assert re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin.strip()), line
            assert reason.strip(), line
            assert f"\n{pin.strip()} \\\n    --hash=sha256:" in f"\n{lock}", line


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_offers_eight_names_at_most(package: str) -> None:
    __import__(package)
    names = getattr(sys.modules[package], "__all__", [])
    assert len(names) <= 8
    assert all(hasattr(sys.modules[package], name) for name in names)


def test_every_requirement_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (PROJECT / name).rglob("*.py"))
    modules = {"argon2-cffi": "argon2", "neo4j-rust-ext": "neo4j", "flask-openapi3-swagger": "flask_openapi3_swagger"}
    modules |= {"scikit-learn": "sklearn", "xgboost-cpu": "xgboost"}
    # SQLAlchemy imports the driver by its name in a URL.
    modules |= dict.fromkeys(("psycopg", "psycopg-binary"), r"postgresql\+psycopg")
    for line in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name = line.split("==")[0]
            module = modules.get(name, name.replace("-", "_"))
            assert re.search(rf"(import|from) {module}\b|\"{module}", code), f"{name} is not imported by the product"


def test_nothing_names_a_machine() -> None:
    # Spelled apart, so that this file does not find itself.
    marks = ("/wo" + "rk/", "/ro" + "ot/", "artifact" + "ory", "pypi." + "org", "index-" + "url")
    found = [
        f"{path.relative_to(PROJECT)}: {mark}"
        for path in tracked()
        for mark in marks
        if mark in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found
