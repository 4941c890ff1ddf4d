"""A small clinic: tests with ranges, conditions with what helps, and ways to make a panel by hand."""

from collections.abc import Callable
from typing import Any

from recommender.predictors.blood_risk.config import BloodRiskConfig
from recommender.predictors.blood_risk.panel import BloodValue, Panel
from recommender.predictors.blood_risk.reference import BloodTest, ReferenceRange
from recommender.predictors.blood_risk.signs import Sign
from recommender.predictors.blood_risk.tiers import Tier

SUGAR, SALT, IRON, FAT = "LOINC:1558-6", "LOINC:2823-3", "LOINC:718-7", "LOINC:13457-7"
NODES = {
    SUGAR: {
        "name": "Fasting glucose",
        "unit": "mg/dL",
        "other_units": ("mmol/L=18.016",),
        "ranges": ("any|18||70|99|50|450",),
    },
    SALT: {"name": "Potassium", "unit": "mmol/L", "ranges": ("any|1|17|3.5|5|3|6.5", "any|18||3.5|5|2.8|6.2")},
    IRON: {"name": "Hemoglobin", "unit": "g/dL", "ranges": ("female|18||12|16|7|", "male|18||14|17|7|")},
    FAT: {"name": "LDL cholesterol", "unit": "mg/dL", "other_units": ("mmol/L=38.67",), "ranges": ("any|18|||100||",)},
    "LOINC:9": {"name": "No range", "unit": "1"},
    "ICD10CM:E11": {"name": "Type 2 diabetes"},
    "A:walk": {"name": "Walk", "category": "exercise", "description": "Walk each day."},
    "A:eat": {"name": "Eat greens", "category": "diet", "description": "Eat greens."},
    "A:nurse": {"name": "See a nurse", "category": "referral", "description": "Ask."},
}
EDGES: list[tuple[Any, ...]] = [
    ("ICD10CM:R73.03", "IS_A", "ICD10CM:R73"),
    ("ICD10CM:R73", "IS_A", "ICD10CM:R70-R79"),
    ("A:walk", "HELPS", "ICD10CM:R73", {"source": "book", "evidence": "page 3"}),
    ("A:nurse", "HELPS", "ICD10CM:R73", {"level": "unreviewed"}),
    ("A:nurse", "HELPS", "ICD10CM:R70-R79"),
    ("A:walk", "HELPS", "ICD10CM:E11", {"level": "unreviewed"}),
    ("A:eat", "HELPS", "ICD10CM:E11"),
    ("A:walk", "HELPS", "ICD10CM:E78.0", {"level": "unreviewed"}),
]
SIGNS = (
    Sign(SUGAR, True, 100, "ICD10CM:R73.03", Tier.LIFESTYLE, "checked", "book", "page 1", "CC0-1.0"),
    Sign(SUGAR, True, 126, "ICD10CM:E11", Tier.CONSULT, "unreviewed", "general-clinical-knowledge", "", "own words"),
    Sign(FAT, True, 160, "ICD10CM:E78.0", Tier.CONSULT, "checked", "book", "page 2", "CC0-1.0"),
)
CONFIG = BloodRiskConfig(lifestyle=0.1, consult=0.3, reason="a test", far=0.5, days=365, known=0.5, shown=5)
Build = Callable[..., Any]


def blood_test(test: str) -> BloodTest:
    """A test of the clinic without a graph."""
    node: dict[str, Any] = NODES[test]
    ranges = tuple(ReferenceRange.of(text.split("|")) for text in node["ranges"])
    return BloodTest(test, node["name"], node["unit"], tuple(node.get("other_units", ())), ranges)


def panel(sex: str | None = "female", age: float | None = 50, **values: float) -> Panel:
    """A panel of ``sugar``, ``salt``, ``iron`` and ``fat``."""
    tests = {"sugar": SUGAR, "salt": SALT, "iron": IRON, "fat": FAT}
    return Panel(tuple(BloodValue(blood_test(tests[name]), value, name) for name, value in values.items()), sex, age)
