"""The shape of every table of the formulary, in the order of loading.

All end with the same four columns: how the row is known (``checked`` or ``unreviewed``), its source, the place there, and a
note. A table may be spread over several files: ``limit.csv``, ``derived/limit.csv`` and ``parts/limit_a.csv`` are one table
with one key.
"""

from graph.columns import Column, ColumnType
from graph.rows import Table
from graph.schema import ROUTES
from loaders.provenance import CHECKED, UNREVIEWED

CURIE, INTEGER, NUMBER = ColumnType.CURIE, ColumnType.INTEGER, ColumnType.NUMBER
EVIDENCE = (
    Column("level", required=True, values=(CHECKED, UNREVIEWED)),
    Column("source", required=True),
    Column("locator"),
    Column("note"),
)


def _id(name: str, *, required: bool = True, many: bool = False) -> Column:
    return Column(name, CURIE, required=required, many=many)


def _one_of(name: str, *values: str, required: bool = True) -> Column:
    return Column(name, required=required, values=values)


def _nodes(name: str, *columns: Column) -> Table:
    head = (_id("id"), Column("name", required=True), Column("synonyms", many=True))
    return Table(name, (*head, *columns, *EVIDENCE), ("id",))


def _edges(name: str, key: tuple[str, ...], *columns: Column) -> Table:
    # Two sources that say the same are two edges, and neither is lost.
    return Table(name, (*columns, *EVIDENCE), (*key, "source"))


NODE_TABLES = (
    _nodes("ingredient"),
    _nodes("drug_class", _id("parent", required=False)),
    _nodes("allergy_class", _id("parent", required=False)),
    _nodes("substance"),
    _nodes(
        "condition",
        _id("parent", required=False),
        _id("doid", required=False),
        _id("mesh", required=False),
        _id("mondo", required=False),
    ),
    _nodes("symptom", Column("icd10cm", many=True)),
    _nodes("side_effect_name"),
    _nodes("lab_test", Column("unit"), Column("other_units", many=True)),
    _nodes("gene"),
    _nodes("phenotype", Column("gene", required=True), Column("indeterminate", ColumnType.BOOLEAN)),
    _nodes(
        "allele",
        Column("gene", required=True),
        Column("function", required=True),
        Column("activity", NUMBER, low=0, high=10),
    ),
    _nodes(
        "care_action",
        _one_of("category", "lifestyle", "diet", "exercise", "prevention", "monitoring", "referral"),
        Column("description"),
        _one_of("sex", "female", "male", required=False),
        Column("youngest", NUMBER, low=0, high=150),
        Column("oldest", NUMBER, low=0, high=150),
    ),
    _nodes(
        "medicine",
        _id("ingredients", required=False, many=True),
        Column("atc", many=True),
        Column("rxcui"),
        Column("route", many=True, values=ROUTES),
        _one_of("prescription", "rx", "otc", "both", required=False),
    ),
)

REFERENCE_RANGE = Table(
    "reference_range",
    (
        _id("test"),
        _one_of("sex", "any", "male", "female"),
        Column("age_from", NUMBER, low=0, high=150),
        Column("age_to", NUMBER, low=0, high=150),
        Column("low", NUMBER),
        Column("high", NUMBER),
        Column("critical_low", NUMBER),
        Column("critical_high", NUMBER),
        *EVIDENCE,
    ),
    ("test", "sex", "age_from", "age_to"),
)

EDGE_TABLES = (
    _edges("allergy_class_member", ("class", "ingredient"), _id("class"), _id("ingredient")),
    _edges(
        "cross_reactivity",
        ("class_a", "class_b"),
        _id("class_a"),
        _id("class_b"),
        _one_of("strength", "high", "moderate", "low"),
        Column("reason"),
    ),
    _edges(
        "presentation",
        ("condition", "symptom"),
        _id("condition"),
        _id("symptom"),
        _one_of("frequency", "very common", "common", "occasional", required=False),
    ),
    _edges(
        "indication",
        ("medicine", "condition", "relation"),
        _id("medicine"),
        _id("condition"),
        _one_of("relation", "treats", "palliates"),
        _one_of("line", "first", "later", "unstated"),
    ),
    _edges(
        "contraindication",
        ("medicine", "condition"),
        _id("medicine"),
        _id("condition"),
        _one_of("strength", "absolute", "relative"),
        _one_of("applies", "active", "history"),
        Column("reason"),
    ),
    _edges(
        "limit",
        ("medicine", "kind", "test", "comparator", "value"),
        _id("medicine"),
        _one_of("kind", "age", "pregnancy", "breast feeding", "renal", "hepatic", "sex", "result"),
        _id("test", required=False),
        _one_of("comparator", "below", "above", "at_least", required=False),
        Column("value"),
        Column("unit"),
        _one_of("strength", "absolute", "relative"),
        _one_of("missing", "note", "caution", "sign-off", required=False),
        Column("max_age_days", INTEGER, low=1, high=36500),
        Column("advice"),
    ),
    _edges(
        "interaction",
        ("medicine_a", "medicine_b"),
        _id("medicine_a"),
        _id("medicine_b"),
        _one_of("severity", "severe", "moderate", "mild"),
        Column("mechanism"),
        Column("management"),
        Column("modifiers", many=True),
    ),
    _edges(
        "side_effect",
        ("medicine", "side_effect"),
        _id("medicine"),
        _id("side_effect"),
        _one_of("frequency", "very common", "common", "uncommon", "rare", "very rare", required=False),
        Column("serious", ColumnType.BOOLEAN),
    ),
    _edges(
        "additive_effect",
        ("medicine", "side_effect"),
        _id("medicine"),
        _id("side_effect"),
        Column("points", INTEGER, required=True, low=1, high=3),
    ),
    _edges(
        "pharmacogenomics",
        ("medicine", "phenotype"),
        _id("medicine"),
        _id("phenotype"),
        _one_of("action", "avoid", "reduce", "increase", "alternative", "monitor", "no change"),
        Column("recommendation"),
        _one_of("strength", "strong", "moderate", "optional", required=False),
    ),
    _edges("care_help", ("care_action", "condition"), _id("care_action"), _id("condition")),
)

TABLES = {table.name: table for table in (*NODE_TABLES, REFERENCE_RANGE, *EDGE_TABLES)}
"""Every table by its name, those that bring nodes first."""
NODE_NAMES = frozenset(table.name for table in NODE_TABLES) | {REFERENCE_RANGE.name}
