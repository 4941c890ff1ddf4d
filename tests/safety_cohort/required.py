"""By which ways every rule has to be met, so that a cohort says something of each of them."""

from collections.abc import Mapping

LEAST = 200
"""Verdicts by each way in 3,000 patients."""
_LIMIT = ("missing", "combination")
_MEASURED = (*_LIMIT, "old", "broken absolute", "broken relative", "exclude", "caution", "note")

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "allergy": (
        *("exclude", "sign-off", "caution", "note", "same", "class", "high", "moderate", "low"),
        *("kin", "subclass", "above", "substance", "medicine", "combination", "suspected", "intolerance", "severe"),
    ),
    "contraindication": ("exclude", "caution", "absolute", "relative", "tree", "history", "combination"),
    "interaction": (
        *("exclude", "caution", "note", "severe", "moderate", "mild", "combination"),
        *("local", "with", "route", "dose", "age", "result", "raised", "lowered"),
    ),
    "additive": (
        *("caution", "sign-off", "several", "combination", "old"),
        *("QT caution", "QT sign-off", "bleeding caution", "bleeding sign-off", "serotonin caution", "serotonin sign-off"),
        *("sedation caution", "sedation sign-off", "potassium caution", "potassium sign-off"),
        *("anticholinergic caution", "anticholinergic sign-off"),
    ),
    "duplicate": ("exclude", "caution", "same", "ingredient", "one at a time", "class", "combination"),
    "history": ("sign-off", "caution", "note", "same", "ingredient", "side effect", "worse", "unchanged", "stopped"),
    "limit:age": (*_LIMIT, "below", "above", "years", "months", "exclude", "caution", "note"),
    "limit:sex": (*_LIMIT, "exclude", "caution"),
    "limit:pregnancy": (*_LIMIT, "exclude", "caution", "sign-off", "diagnosis", "tree"),
    "limit:breast feeding": (*_LIMIT, "exclude", "caution", "note", "diagnosis"),
    "limit:renal": (*_MEASURED, "sign-off", "creatinine", "other unit"),
    "limit:hepatic": (*_MEASURED, "liver disease"),
    "limit:result": (*_MEASURED, "sign-off", "below", "above", "other unit", "unknown unit"),
    "pharmacogenomics": (
        *("exclude", "caution", "avoid", "alternative", "reduce", "increase", "monitor", "indeterminate"),
        *("genotype", "combination"),
    ),
    "supply": ("exclude", "several routes"),
    "formulary": ("sign-off",),
    "unresolved": ("caution", "allergies", "medicines"),
    "site": ("raised to exclude", "raised to sign-off", "raised to caution"),
}
"""For each rule its severities, and the ways on which a verdict is reached or inherited."""
