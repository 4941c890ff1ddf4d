"""Patients as clinicians know them, over the shipped formulary: what must be ruled out, and what must not be.

Each expectation is common ground of labels and guidelines; the rows of ``data/`` that carry it name their sources.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph.compiler import current_snapshot
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.embedded_store import EmbeddedStore
from graph.store import Batch, EdgeColumns
from recommender.artifacts import FOLDER, find_bundle
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY

PROJECT = Path(__file__).resolve().parents[2]
MAN = {"age": 50, "sex": "male"}
WOMAN = {"age": 30, "sex": "female", "pregnant": False, "breast_feeding": False}
PREGNANT = WOMAN | {"pregnant": True}
CHILD = {"age": 5, "sex": "male"}


@dataclass(frozen=True)
class Vignette:
    """A case, what is ruled out by which rule, what is suggested with a caution of which rule, and what is just suggested."""

    name: str
    case: dict[str, Any]
    excluded: dict[str, str] = field(default_factory=dict)
    cautioned: dict[str, str] = field(default_factory=dict)
    suggested: tuple[str, ...] = ()


def allergic(*substances: str) -> dict[str, Any]:
    return {"allergies": [{"substance": substance} for substance in substances]}


def measured(test: str, value: float, unit: str = "") -> dict[str, Any]:
    return {"results": [{"test": test, "value": value} | ({"unit": unit} if unit else {})]}


HYPERTENSION, DIABETES = {"conditions": ["hypertension"]}, {"conditions": ["type 2 diabetes"]}
PNEUMONIA = {"conditions": ["pneumonia"]}

VIGNETTES = [
    Vignette("plain hypertension", MAN | HYPERTENSION, suggested=("Lisinopril", "Losartan", "Amlodipine", "Chlorthalidone")),
    Vignette(
        "hypertension in a woman who is not pregnant", WOMAN | HYPERTENSION, suggested=("Lisinopril", "Losartan", "Amlodipine")
    ),
    Vignette(
        "hypertension in pregnancy",
        PREGNANT | HYPERTENSION,
        {"Lisinopril": "limit:pregnancy", "Losartan": "limit:pregnancy", "Lisinopril/hydrochlorothiazide": "limit:pregnancy"},
        suggested=("Nifedipine", "Labetalol"),
    ),
    Vignette(
        "a diagnosis of pre-eclampsia says that she is pregnant",
        {"age": 30, "sex": "female", "conditions": ["hypertension", "ICD10CM:O14"]},
        {"Lisinopril": "limit:pregnancy", "Valsartan": "limit:pregnancy"},
        suggested=("Nifedipine", "Labetalol"),
    ),
    Vignette(
        "hypertension and angioedema",
        MAN | {"conditions": ["hypertension", "angioedema"]},
        {
            "Lisinopril": "contraindication",
            "Enalapril": "contraindication",
            "Lisinopril/hydrochlorothiazide": "contraindication",
        },
        {"Valsartan": "contraindication"},
        ("Amlodipine",),
    ),
    Vignette(
        "hypertension and asthma",
        MAN | {"conditions": ["hypertension", "asthma"]},
        {"Propranolol": "contraindication", "Nadolol": "contraindication"},
        suggested=("Lisinopril", "Amlodipine"),
    ),
    Vignette(
        "severe persistent asthma is asthma",
        MAN | {"conditions": ["hypertension", "ICD10CM:J45.5"]},
        {"Propranolol": "contraindication"},
        suggested=("Lisinopril",),
    ),
    Vignette(
        "hypertension, angina and complete heart block",
        MAN | {"conditions": ["hypertension", "angina", "complete heart block"]},
        {"Verapamil": "contraindication", "Metoprolol": "contraindication", "Diltiazem": "contraindication"},
        suggested=("Amlodipine",),
    ),
    Vignette(
        "hypertension on lisinopril",
        MAN | HYPERTENSION | {"medicines": ["lisinopril"]},
        {
            "Lisinopril": "duplicate",
            "Lisinopril/hydrochlorothiazide": "duplicate",
            "Ramipril": "duplicate",
            "Losartan": "interaction",
        },
        suggested=("Amlodipine",),
    ),
    Vignette("diabetes at eGFR 90", MAN | DIABETES | measured("eGFR", 90), suggested=("Metformin", "Empagliflozin")),
    Vignette("diabetes at eGFR 20", MAN | DIABETES | measured("eGFR", 20), {"Metformin": "limit:renal"}),
    Vignette(
        "diabetes with a creatinine of 380 µmol/L",
        MAN | DIABETES | measured("creatinine", 380, "µmol/L"),
        {"Metformin": "limit:renal"},
    ),
    Vignette("diabetes with no renal function on file", MAN | DIABETES, cautioned={"Metformin": "limit:renal"}),
    Vignette(
        "urinary tract infection in poor renal function",
        WOMAN | {"age": 70, "conditions": ["urinary tract infection"]} | measured("creatinine", 2.6, "mg/dL"),
        {"Nitrofurantoin": "limit:renal"},
    ),
    Vignette(
        "pneumonia in penicillin allergy",
        MAN | PNEUMONIA | allergic("penicillin"),
        {"Amoxicillin": "allergy"},
        {"Ceftriaxone": "allergy"},
        ("Azithromycin", "Doxycycline"),
    ),
    Vignette(
        "otitis in amoxicillin allergy",
        MAN | {"conditions": ["otitis media"]} | allergic("amoxicillin"),
        {"Amoxicillin": "allergy", "Amoxicillin/clavulanic acid": "allergy", "Cephalexin": "allergy", "Cefaclor": "allergy"},
        {"Ceftriaxone": "allergy", "Cefuroxime": "allergy"},
        ("Azithromycin",),
    ),
    Vignette(
        "strep throat in cephalexin allergy",
        MAN | {"conditions": ["strep throat"]} | allergic("cephalexin"),
        {"Amoxicillin": "allergy"},
        {"Phenoxymethylpenicillin": "allergy"},
        ("Azithromycin",),
    ),
    Vignette(
        "urinary tract infection in sulfa allergy",
        WOMAN | {"conditions": ["urinary tract infection"]} | allergic("sulfa") | measured("eGFR", 90),
        {"Sulfamethoxazole/trimethoprim": "allergy", "Sulfamethoxazole": "allergy"},
        suggested=("Nitrofurantoin", "Trimethoprim"),
    ),
    Vignette(
        "heart failure in sulfa allergy",
        MAN | {"conditions": ["heart failure"]} | allergic("sulfa"),
        cautioned={"Furosemide": "allergy"},
    ),
    Vignette(
        "rheumatoid arthritis in allergy to an NSAID as a class",
        MAN | {"conditions": ["rheumatoid arthritis"]} | allergic("NSAID"),
        {"Ibuprofen": "allergy", "Naproxen": "allergy", "Acetylsalicylic acid": "allergy"},
        suggested=("Methylprednisolone",),
    ),
    Vignette(
        "rheumatoid arthritis in aspirin allergy",
        MAN | {"conditions": ["rheumatoid arthritis"]} | allergic("aspirin"),
        {"Ibuprofen": "allergy", "Acetylsalicylic acid": "allergy"},
        suggested=("Methylprednisolone",),
    ),
    Vignette(
        "reflux in allergy to proton pump inhibitors",
        MAN | {"conditions": ["gerd"]} | allergic("proton pump inhibitors"),
        {"Omeprazole": "allergy", "Pantoprazole": "allergy"},
        suggested=("Famotidine",),
    ),
    Vignette(
        "erectile dysfunction on nitroglycerin",
        MAN | {"conditions": ["erectile dysfunction"], "medicines": ["nitroglycerin"]},
        {"Sildenafil": "interaction", "Tadalafil": "interaction"},
    ),
    Vignette(
        "hyperlipidemia on clarithromycin",
        MAN | {"conditions": ["hyperlipidemia"], "medicines": ["clarithromycin"]},
        {"Simvastatin": "interaction"},
        suggested=("Pravastatin", "Rosuvastatin"),
    ),
    Vignette(
        "depression on phenelzine",
        MAN | {"conditions": ["depression"], "medicines": ["phenelzine"]},
        {"Sertraline": "interaction", "Fluoxetine": "interaction", "Venlafaxine": "interaction"},
    ),
    Vignette(
        "depression and epilepsy",
        MAN | {"conditions": ["depression", "epilepsy"]},
        {"Bupropion": "contraindication"},
        suggested=("Sertraline",),
    ),
    Vignette(
        "gout on azathioprine",
        MAN | {"conditions": ["gout"], "medicines": ["azathioprine"]},
        {"Allopurinol": "interaction", "Febuxostat": "interaction"},
    ),
    Vignette(
        "pain on warfarin",
        MAN | {"conditions": ["pain"], "medicines": ["warfarin"]},
        {"Ibuprofen": "interaction"},
        {"Acetaminophen": "interaction"},
    ),
    Vignette(
        "pain in a child",
        CHILD | {"conditions": ["pain"]},
        {"Acetylsalicylic acid": "limit:age", "Codeine": "limit:age", "Tramadol": "limit:age"},
        suggested=("Acetaminophen", "Ibuprofen"),
    ),
    Vignette(
        "migraine in pregnancy",
        PREGNANT | {"conditions": ["migraine"]},
        {"Valproic acid": "limit:pregnancy"},
        {"Topiramate": "limit:pregnancy"},
    ),
    Vignette(
        "rheumatoid arthritis in pregnancy",
        PREGNANT | {"conditions": ["rheumatoid arthritis"]},
        {"Methotrexate": "limit:pregnancy"},
        suggested=("Sulfasalazine", "Hydroxychloroquine"),
    ),
    Vignette(
        "pain in a CYP2D6 ultrarapid metabolizer",
        MAN | {"conditions": ["pain"], "phenotypes": ["CYP2D6 ultrarapid metabolizer"]},
        {"Codeine": "pharmacogenomics", "Tramadol": "pharmacogenomics"},
        suggested=("Morphine",),
    ),
    Vignette(
        "colon cancer in a DPYD poor metabolizer",
        MAN | {"conditions": ["ICD10CM:C18"], "phenotypes": ["DPYD poor metabolizer"]},
        {"Fluorouracil": "pharmacogenomics", "Capecitabine": "pharmacogenomics"},
    ),
    Vignette(
        "heart failure and high potassium",
        MAN | {"conditions": ["heart failure", "hyperkalemia"]},
        {"Spironolactone": "contraindication"},
        suggested=("Furosemide",),
    ),
    Vignette(
        "an enlarged prostate's medicine is not for a woman",
        WOMAN | {"conditions": ["benign prostatic hyperplasia"]},
        {"Dutasteride": "limit:sex"},
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped formulary, built as everybody builds it."""
    home = tmp_path_factory.mktemp("formulary")
    environment = os.environ | {"RXPATH_HOME": str(home)}
    environment.pop("RXPATH_GRAPH", None)
    for command in (("loaders", "build"), ("recommender", "train", "--brief")):
        done = subprocess.run([sys.executable, "-m", *command], cwd=PROJECT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="module", params=["by hand", "trained"])
def recommender(home: Path, request: pytest.FixtureRequest) -> Iterator[Recommender]:
    with closing(EmbeddedStore(home / "graph.sqlite")) as store:
        add_history(store)
        snapshot = current_snapshot(store, home / "snapshots")
        bundle = find_bundle(home / FOLDER, snapshot) if request.param == "trained" else None
        yield Recommender(store, snapshot, home, bundle=bundle, compiled=False)


def add_history(store: EmbeddedStore) -> None:
    """A patient whose angioedema and asthma are long over."""
    source, patient = Provenance("test", "1", "CC0-1.0"), NodeId("patient:history")
    past = {"start": "2019-01-01", "stop": "2019-01-05", "status": "resolved"}
    facts = [("ICD10CM:I10", {"start": "2020-01-01"}), ("ICD10CM:T78.3", past), ("ICD10CM:J45", past)]
    edges = [
        Edge(EdgeKind.HAS_DIAGNOSIS, patient, NodeId(i), source, KnowledgeLevel.OBSERVATION, record=i, properties=values)
        for i, values in facts
    ]
    node = Node(patient, NodeKind.PATIENT, "", source, properties={"birth_year": 1970, "sex": "male"})
    load = store.start_load("history")
    columns = EdgeColumns.of(edges, NodeKind.PATIENT, NodeKind.CONDITION)
    store.write(Batch([node], [columns]), load, "1")
    store.finish_load(load, remove_stale=False)


def answered(recommender: Recommender, **asked: Any) -> tuple[list[str], dict[str, set[str]], dict[str, set[str]]]:
    """Names of what is suggested in order, rules that exclude and rules that caution by name."""
    body = recommender.recommend(Request(as_of=TODAY, top=100, **asked)).body
    excluded: dict[str, set[str]] = {}
    for entry in body["excluded"]:
        excluded.setdefault(entry["medicine"]["name"], set()).add(entry["rule"])
    items = {item["medicine"]["name"]: item for item in body["recommendations"]}
    cautioned = {name: {c["rule"] for c in item["cautions"] if c["severity"] == "caution"} for name, item in items.items()}
    assert body["unresolved"] == []
    assert body["screened"] is True
    return list(items), excluded, cautioned


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda v: v.name)
def test_vignette(recommender: Recommender, vignette: Vignette) -> None:
    suggested, excluded, cautioned = answered(recommender, case=vignette.case)

    for name, rule in vignette.excluded.items():
        assert rule in excluded.get(name, set()), name
        assert name not in suggested
    for name, rule in vignette.cautioned.items():
        assert rule in cautioned.get(name, set()), name
    for name in vignette.suggested:
        assert name in suggested, name
        assert name not in excluded
        assert not cautioned[name] - {"limit:renal", "limit:pregnancy"}, name


def test_a_healthy_adult_with_plain_hypertension_gets_the_first_line(recommender: Recommender) -> None:
    body = recommender.recommend(Request(as_of=TODAY, case=MAN | HYPERTENSION)).body

    assert len(body["recommendations"]) == 10
    assert body["excluded"] == []
    for item in body["recommendations"]:
        assert item["list"] == "established"
        assert item["paths"][0]["sentence"].endswith("(first line).")


def test_history_counts_where_the_label_says_so(recommender: Recommender) -> None:
    suggested, excluded, _ = answered(recommender, patient=NodeId("patient:history"))

    # Angioedema rules ACE inhibitors out for ever; asthma that is over does not rule a beta blocker out.
    assert "contraindication" in excluded["Lisinopril"]
    assert "Amlodipine" in suggested
    assert "Propranolol" not in excluded


def test_every_proof_stands_in_the_store(recommender: Recommender, home: Path) -> None:
    with closing(EmbeddedStore(home / "graph.sqlite")) as store:
        groups = [*store.knowledge_edges(), *store.knowledge_edges(derived=True)]
        rows = [e for columns in groups for e in columns.rows()]
    stored = {(str(e.kind), str(e.start), str(e.end), e.provenance.source) for e in rows}

    for vignette in VIGNETTES:
        body = recommender.recommend(Request(as_of=TODAY, top=100, case=vignette.case)).body
        findings = body["excluded"] + [c for item in body["recommendations"] for c in item["cautions"]]
        shown = [edge for finding in findings for edge in finding["proof"]["edges"]]
        shown += [edge for item in body["recommendations"] for path in item["paths"] for edge in path["edges"]]
        assert shown
        for edge in shown:
            assert (edge["kind"], edge["start"], edge["end"], edge["source"]) in stored
