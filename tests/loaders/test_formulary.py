"""The formulary's tables: what each row becomes, and which rows are refused because of other rows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from tests.loaders.conftest import Loaders
from tests.loaders.small import EVIDENCE, FORMULARY, GUESS, changed, line_count, with_row

RAMIPRIL, IBUPROFEN, HYPERTENSION = "DrugBank:DB00178", "DrugBank:DB01050", "ICD10CM:I10"
Files = Callable[..., Path]


def test_every_row_of_every_table_is_loaded(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders("build", files(FORMULARY))

    assert code == 0
    assert outcome["total"]["read"] == outcome["total"]["accepted"] == line_count(FORMULARY)
    assert len(outcome["files"]) == len(FORMULARY) - 1
    assert outcome["total"]["created"] == sum(loaders.store.counts().values())


def test_a_medicine_has_its_codes_as_aliases_and_hangs_on_its_class_and_ingredient(built: Loaders) -> None:
    node = built.node(IBUPROFEN)

    assert (node.kind, node.name, node.provenance) == (NodeKind.MEDICINE, "Ibuprofen", Provenance("book", "2", "CC0-1.0"))
    assert node.aliases == ("ATC:M01AE01", "Advil", "Brufen", "RxNorm:5640")
    assert node.properties == {
        "atc": ("M01AE01",),
        "rxcui": "5640",
        "routes": ("oral", "topical"),
        "prescription": "both",
        "note": "a note",
    }
    assert built.edge(IBUPROFEN, EdgeKind.IN_CLASS).end == "ATC:M01AE"
    assert built.edge(IBUPROFEN, EdgeKind.HAS_INGREDIENT).end == "UNII:WK2XYI10QM"


def test_a_condition_has_its_crosswalks_as_aliases_and_its_parent(built: Loaders) -> None:
    node = built.node(HYPERTENSION)

    assert node.aliases == ("DOID:10763", "I10", "MESH:D006973", "high blood pressure", "hypertension")
    assert node.properties == {"icd10cm": "I10", "doid": "DOID:10763", "mesh": "MESH:D006973"}
    assert built.edge(HYPERTENSION, EdgeKind.IS_A).end == "ICD10CM:I10-I16"


def test_an_indication_treats_or_palliates_with_its_line_and_evidence(built: Loaders) -> None:
    treats, palliates = built.edge(RAMIPRIL, EdgeKind.TREATS), built.edge(IBUPROFEN, EdgeKind.PALLIATES)

    assert (treats.end, treats.level, treats.evidence) == (HYPERTENSION, KnowledgeLevel.ASSERTION, "page 1")
    assert treats.properties == {"line": "first"}
    assert (palliates.level, palliates.evidence) == (KnowledgeLevel.UNREVIEWED, "")
    assert palliates.provenance.source == "general-clinical-knowledge"


def test_a_statistical_source_makes_a_statistical_edge(built: Loaders) -> None:
    assert built.edge(HYPERTENSION, EdgeKind.PRESENTS).level is KnowledgeLevel.STATISTICAL


def test_a_limit_leads_to_what_it_is_a_limit_of(built: Loaders) -> None:
    limits = built.edges(RAMIPRIL, EdgeKind.LIMITED_BY) + built.edges(IBUPROFEN, EdgeKind.LIMITED_BY)

    assert [(e.properties["limit"], e.end, e.record) for e in limits] == [
        ("pregnancy", "ICD10CM:Z33", ""),
        ("renal", "LOINC:98979-8", "below 30 mL/min/1.73m2"),
        ("age", "LOINC:30525-0", "above 80 years"),
        ("age", "LOINC:30525-0", "below 6 months"),
        ("sex", "LOINC:46098-0", "male"),
        ("hepatic", "rx:lab-child-pugh", "at_least C Child-Pugh"),
    ]
    assert limits[3].properties == {
        "limit": "age",
        "comparator": "below",
        "value": "6",
        "unit": "months",
        "strength": "absolute",
    }


RESULTS = "medicine,kind,test,comparator,value,unit,strength,missing,max_age_days,advice,level,source,locator,note"
CREATININE = "LOINC:2160-0"


def results(*rows: str) -> dict[str, str]:
    return {**FORMULARY, "limit.csv": "\n".join([RESULTS, *(f"{RAMIPRIL},{row},{EVIDENCE}" for row in rows)]) + "\n"}


def test_a_limit_by_a_result_leads_to_its_test(loaders: Loaders, files: Files) -> None:
    rows = (
        f"result,{CREATININE},above,1.5,mg/dL,absolute,sign-off,90,halve the dose",
        f"result,{CREATININE},above,133,umol/L,relative,,,",
        f"result,{CREATININE},below,0.4,,relative,note,,",
        "renal,,below,30,mL/min/1.73m2,relative,caution,,",
    )

    code, _ = loaders("build", files(results(*rows)))

    limits = sorted(loaders.edges(RAMIPRIL, EdgeKind.LIMITED_BY), key=lambda e: (e.end, e.record))
    assert code == 0
    assert [(e.end, e.record) for e in limits] == [
        (CREATININE, "above 1.5 mg/dL"),
        (CREATININE, "above 133 umol/L"),
        (CREATININE, "below 0.4"),
        ("LOINC:98979-8", "below 30 mL/min/1.73m2"),
    ]
    assert limits[0].properties == {
        "limit": "result",
        "comparator": "above",
        "value": "1.5",
        "unit": "mg/dL",
        "strength": "absolute",
        "missing": "sign-off",
        "max_age_days": 90,
        "advice": "halve the dose",
    }
    assert "missing" not in limits[1].properties
    assert limits[3].properties["missing"] == "caution"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"result,{CREATININE},at_least,1,mg/dL,absolute,,,", "value", "inconsistent"),
        (f"result,{CREATININE},,1,mg/dL,absolute,,,", "value", "inconsistent"),
        (f"result,{CREATININE},above,high,mg/dL,absolute,,,", "value", "inconsistent"),
        (f"result,{CREATININE},above,,mg/dL,absolute,,,", "value", "inconsistent"),
        ("result,,above,1,mg/dL,absolute,,,", "test", "inconsistent"),
        (f"renal,{CREATININE},below,30,mL/min/1.73m2,absolute,,,", "test", "inconsistent"),
        ("result,LOINC:1-1,above,1,mg/dL,absolute,,,", "test", "unknown-id"),
        (f"result,{HYPERTENSION},above,1,mg/dL,absolute,,,", "test", "unknown-id"),
        (f"result,{CREATININE},above,1,stone,absolute,,,", "unit", "unknown-unit"),
        (f"result,{CREATININE},above,1,mg/dL,absolute,exclude,,", "missing", "bad-value"),
        (f"result,{CREATININE},above,1,mg/dL,absolute,,0,", "max_age_days", "out-of-range"),
        (f"result,{CREATININE},above,1,mg/dL,absolute,,a year,", "max_age_days", "bad-integer"),
    ],
)
def test_a_limit_by_a_result_that_is_none_is_quarantined(
    loaders: Loaders, files: Files, row: str, column: str, code: str
) -> None:
    assert loaders.problems("build", files(results(row))) == [("limit.csv", 2, column, code)]


def test_two_tests_with_one_bound_are_two_limits(loaders: Loaders, files: Files) -> None:
    rows = [f"result,{test},above,5,,relative,,," for test in (CREATININE, "LOINC:98979-8")]

    assert loaders.problems("build", files(results(*rows))) == []
    assert loaders.problems("build", files(results(rows[0], rows[0]))) == [("limit.csv", 3, "medicine", "duplicate-key")]


def modified(*modifiers: str) -> dict[str, str]:
    header = "medicine_a,medicine_b,severity,mechanism,management,modifiers,level,source,locator,note"
    row = f'{IBUPROFEN},{RAMIPRIL},moderate,,,"{";".join(modifiers)}",{EVIDENCE}'
    return {**FORMULARY, "interaction.csv": f"{header}\n{row}\n"}


def test_an_interaction_keeps_its_modifiers_in_their_order(loaders: Loaders, files: Files) -> None:
    texts = (
        f"route {IBUPROFEN} topical: mild",
        f"with {RAMIPRIL}: mild",
        "with ATC:C09A: none",
        f"dose {RAMIPRIL} <= 2.5 mg: mild",
        "age >= 65: severe",
        f"result {CREATININE} > 1.5: severe",
    )

    code, _ = loaders("build", files(modified(*texts)))

    assert code == 0
    assert loaders.edge(RAMIPRIL, EdgeKind.INTERACTS_WITH).properties == {"severity": "moderate", "modifiers": texts}


@pytest.mark.parametrize(
    ("modifier", "code"),
    [
        ("age >= 65 severe", "bad-value"),
        ("sometimes: mild", "bad-value"),
        ("age >= 65: exclude", "bad-value"),
        ("with DrugBank:DB99999: mild", "unknown-id"),
        (f"with {HYPERTENSION}: mild", "unknown-id"),
        ("result LOINC:1-1 > 1: severe", "unknown-id"),
        (f"result {RAMIPRIL} > 1: severe", "unknown-id"),
        ("route DrugBank:DB99999 topical: mild", "inconsistent"),
        ("dose ATC:C09A <= 5 mg: mild", "inconsistent"),
    ],
)
def test_a_modifier_that_cannot_be_read_or_is_of_nothing_known_is_quarantined(
    loaders: Loaders, files: Files, modifier: str, code: str
) -> None:
    problems = loaders.problems("build", files(modified("age >= 80: severe", modifier)))

    assert problems == [("interaction.csv", 2, "modifiers", code)]


def test_a_symmetric_pair_is_written_from_the_smaller_id(built: Loaders) -> None:
    interaction = built.edge(RAMIPRIL, EdgeKind.INTERACTS_WITH)

    assert interaction.end == IBUPROFEN
    assert interaction.properties == {"severity": "moderate", "mechanism": "less effect", "management": "watch the pressure"}
    assert built.edge("rx:class-ace-inhibitors", EdgeKind.CROSS_REACTS_WITH).end == "rx:class-nsaids"


def test_a_lab_test_carries_its_ranges(built: Loaders) -> None:
    assert built.node("LOINC:2160-0").properties == {
        "unit": "mg/dL",
        "other_units": ("umol/L=0.0113",),
        "ranges": ("female|18||0.5|1.1||10", "male|18||0.7|1.3||10"),
    }


@pytest.mark.parametrize(
    ("start", "kind", "end", "properties"),
    [
        ("rx:care-less-salt", EdgeKind.HELPS, HYPERTENSION, {}),
        (RAMIPRIL, EdgeKind.CAUSES, "UMLS:C0010200", {"frequency": "common", "serious": False}),
        (RAMIPRIL, EdgeKind.ADDS_TO, "UMLS:C0010200", {"points": 2, "note": "made up for the test"}),
        (
            "rx:phenotype-cyp2c9-poor-metabolizer",
            EdgeKind.AFFECTS_RESPONSE,
            IBUPROFEN,
            {"action": "reduce", "recommendation": "start low", "strength": "moderate"},
        ),
        ("UNII:WK2XYI10QM", EdgeKind.IN_CLASS, "rx:class-nsaids", {}),
        (
            RAMIPRIL,
            EdgeKind.CONTRAINDICATED_IN,
            "ICD10CM:Z33",
            {"strength": "absolute", "applies": "active", "reason": "harms the unborn child"},
        ),
    ],
)
def test_the_other_tables(built: Loaders, start: str, kind: EdgeKind, end: str, properties: dict[str, object]) -> None:
    edge = built.edge(start, kind)

    assert (edge.end, dict(edge.properties)) == (end, properties)


def test_schemes_and_categories_of_nodes(built: Loaders) -> None:
    assert built.node("ATC:C09AA").properties == {"scheme": "atc"}
    assert built.node("rx:class-nsaids").properties == {"scheme": "allergy"}
    assert built.node("rx:care-less-salt").properties == {"category": "diet", "description": "Below five grams a day."}
    assert built.node("rx:phenotype-cyp2c9-poor-metabolizer").properties == {"gene": "CYP2C9"}
    assert built.node("rx:phenotype-cyp2c9-indeterminate").properties == {"gene": "CYP2C9", "indeterminate": True}
    assert built.node("MESH:D006261").properties == {"icd10cm": "ICD10CM:R51"}


def test_an_allele_is_a_variant_of_its_gene_with_its_function_and_activity(built: Loaders) -> None:
    known, unknown = built.node("rx:allele-cyp2c9-3"), built.node("rx:allele-cyp2c9-7")

    # An activity of nothing is an activity.
    assert known.properties == {"gene": "CYP2C9", "allele": "*3", "function": "No function", "activity": 0.0}
    assert (known.kind, known.name, known.aliases) == (NodeKind.VARIANT, "CYP2C9*3", ("CYP2C9 I359L",))
    assert unknown.properties == {"gene": "CYP2C9", "allele": "*7", "function": "Uncertain function"}
    for start in ("rx:allele-cyp2c9-3", "rx:phenotype-cyp2c9-indeterminate"):
        assert built.edge(start, EdgeKind.VARIANT_OF).end == "NCBIGene:1559"


def test_without_its_gene_a_phenotype_keeps_the_symbol_alone(loaders: Loaders, files: Files) -> None:
    formulary = {name: text for name, text in FORMULARY.items() if name != "gene.csv"}

    code, _ = loaders("build", files(formulary))

    assert code == 0
    assert loaders.node("rx:phenotype-cyp2c9-poor-metabolizer").properties == {"gene": "CYP2C9"}
    assert loaders.edges("rx:phenotype-cyp2c9-poor-metabolizer", EdgeKind.VARIANT_OF) == []


@pytest.mark.parametrize(
    ("file", "row", "column", "code"),
    [
        ("allele.csv", f"rx:allele-x,CYP2C9,CYP2C9*9,,No function,none,{EVIDENCE}", "activity", "bad-number"),
        ("allele.csv", f"rx:allele-x,CYP2C9,CYP2C9*9,,,1,{EVIDENCE}", "function", "missing-value"),
        ("indication.csv", f"DrugBank:DB99999,{HYPERTENSION},treats,first,{EVIDENCE}", "medicine", "unknown-id"),
        ("indication.csv", f"{RAMIPRIL},{IBUPROFEN},treats,first,{EVIDENCE}", "condition", "unknown-id"),
        ("indication.csv", f"{RAMIPRIL},{HYPERTENSION},treats,later,{EVIDENCE}", "medicine", "duplicate-key"),
        ("indication.csv", f"{RAMIPRIL},{HYPERTENSION},cures,first,{EVIDENCE}", "relation", "bad-value"),
        ("indication.csv", f"{RAMIPRIL},ICD10CM:R51,treats,first,checked,nowhere,,", "source", "unknown-source"),
        ("indication.csv", f"{RAMIPRIL},ICD10CM:R51,treats,first,checked,,,", "source", "missing-value"),
        ("indication.csv", f"{RAMIPRIL},ICD10CM:R51,treats,first,guessed,book,,", "level", "bad-value"),
        ("indication.csv", f"{RAMIPRIL},ICD10CM:R51,treats,first,checked,book,,=cmd|x", "note", "formula"),
        ("medicine.csv", f"DrugBank:DB1,X,,UNII:NOPE,,,oral,rx,{EVIDENCE}", "ingredients", "unknown-id"),
        ("medicine.csv", f"DrugBank:DB1,X,,,Z99ZZ01,,oral,rx,{EVIDENCE}", "atc", "unknown-id"),
        ("medicine.csv", f"DrugBank:DB1,X,,,,,by mouth,rx,{EVIDENCE}", "route", "bad-value"),
        ("medicine.csv", f"{HYPERTENSION},X,,,,,oral,rx,{EVIDENCE}", "id", "inconsistent"),
        ("condition.csv", f"ICD10CM:J45,Asthma,,ICD10CM:J,,,,{EVIDENCE}", "parent", "unknown-id"),
        ("interaction.csv", f"{RAMIPRIL},{RAMIPRIL},severe,,,{EVIDENCE}", "medicine_b", "inconsistent"),
        ("limit.csv", f"{RAMIPRIL},age,below,six,years,absolute,,{EVIDENCE}", "value", "inconsistent"),
        ("limit.csv", f"{RAMIPRIL},renal,above,30,mL,absolute,,{EVIDENCE}", "value", "inconsistent"),
        ("limit.csv", f"{RAMIPRIL},hepatic,at_least,D,,absolute,,{EVIDENCE}", "value", "inconsistent"),
        ("limit.csv", f"{RAMIPRIL},breast feeding,,1,,absolute,,{EVIDENCE}", "value", "inconsistent"),
        ("limit.csv", f"{RAMIPRIL},sex,,both,,absolute,,{EVIDENCE}", "value", "inconsistent"),
        ("additive_effect.csv", f"{IBUPROFEN},UMLS:C0010200,4,{EVIDENCE}", "points", "out-of-range"),
        ("additive_effect.csv", f"{IBUPROFEN},UMLS:C0010200,0,{EVIDENCE}", "points", "out-of-range"),
        ("additive_effect.csv", f"{IBUPROFEN},UMLS:C0010200,,{EVIDENCE}", "points", "missing-value"),
        ("additive_effect.csv", f"{IBUPROFEN},UMLS:C9999999,1,{EVIDENCE}", "side_effect", "unknown-id"),
        ("additive_effect.csv", f"{RAMIPRIL},UMLS:C0010200,1,{GUESS}", "medicine", "duplicate-key"),
        ("reference_range.csv", f"LOINC:2160-0,any,0,17,2,1,,,{EVIDENCE}", "low", "inconsistent"),
        ("reference_range.csv", f"LOINC:1-1,any,0,17,1,2,,,{EVIDENCE}", "test", "unknown-id"),
        ("reference_range.csv", f"LOINC:2160-0,any,0,17,1,1e400,,,{EVIDENCE}", "high", "not-finite"),
    ],
)
def test_a_row_at_odds_with_the_others_is_quarantined(
    loaders: Loaders, files: Files, file: str, row: str, column: str, code: str
) -> None:
    content = with_row(FORMULARY, file, row)

    problems = loaders.problems("build", files(content))

    assert problems == [(file, content[file].count("\n"), column, code)]
    assert sum(loaders.store.counts().values()) > 0


def test_a_limit_without_its_node_says_which_is_missing(loaders: Loaders, files: Files) -> None:
    content = changed(FORMULARY, "lab_test.csv", f"LOINC:46098-0,Sex,,,,{EVIDENCE}\n", "")

    _, outcome = loaders("validate", files(content))

    (problem,) = [p for f in outcome["files"] for p in f["problems"]]
    assert (problem["code"], "LOINC:46098-0" in problem["expected"]) == ("unknown-id", True)


def test_a_row_goes_with_the_row_that_it_refers_to(loaders: Loaders, files: Files) -> None:
    """The root of the tree has an unknown source: its children, and what is said of them, cannot be kept either."""
    content = changed(
        FORMULARY, "condition.csv", f"Hypertensive diseases,,,,,,{EVIDENCE}", "Hypertensive diseases,,,,,,checked,nowhere,,"
    )

    problems = loaders.problems("build", files(content))

    assert ("condition.csv", 2, "source", "unknown-source") in problems
    assert ("condition.csv", 3, "parent", "unknown-id") in problems
    assert ("indication.csv", 2, "condition", "unknown-id") in problems
    assert "ICD10CM:R51" in [node.id for node in loaders.store.nodes(NodeKind.CONDITION)]


def test_rows_that_are_their_own_ancestors_are_quarantined_across_files(loaders: Loaders, files: Files) -> None:
    header = FORMULARY["condition.csv"].splitlines()[0]
    circle = f"{header}\nX:1,One,,X:2,,,,{EVIDENCE}\nX:3,Three,,X:1,,,,{EVIDENCE}\nX:4,Four,,X:4,,,,{EVIDENCE}\n"
    other = f"{header}\nX:2,Two,,X:1,,,,{EVIDENCE}\n"

    problems = loaders.problems("build", files({**FORMULARY, "parts/condition_a.csv": circle, "parts/condition_b.csv": other}))

    assert [(file, line, code) for file, line, _, code in problems] == [
        ("parts/condition_a.csv", 2, "inconsistent"),
        ("parts/condition_a.csv", 3, "unknown-id"),
        ("parts/condition_a.csv", 4, "inconsistent"),
        ("parts/condition_b.csv", 2, "unknown-id"),
    ]


def test_a_table_may_be_spread_over_folders_and_has_one_key(loaders: Loaders, files: Files) -> None:
    more = f"medicine,condition,relation,line,level,source,locator,note\n{IBUPROFEN},{HYPERTENSION},treats,later,{GUESS}\n"
    content = {**FORMULARY, "derived/indication.csv": more, "parts/indication_b.csv": more}

    _, outcome = loaders("build", files(content))

    found = {f["file"]: f["accepted"] for f in outcome["files"] if "indication" in f["file"] and "contra" not in f["file"]}
    assert found == {"derived/indication.csv": 1, "indication.csv": 2, "parts/indication_b.csv": 0}


def test_two_sources_that_say_the_same_are_two_edges(loaders: Loaders, files: Files) -> None:
    loaders("build", files(with_row(FORMULARY, "indication.csv", f"{RAMIPRIL},{HYPERTENSION},treats,later,{GUESS}")))

    edges = loaders.edges(RAMIPRIL, EdgeKind.TREATS)

    assert [(e.provenance.source, e.properties["line"]) for e in edges] == [
        ("book", "first"),
        ("general-clinical-knowledge", "later"),
    ]


def test_other_tables_of_the_folder_are_left_alone(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders(
        "build", files({**FORMULARY, "interaction_class.csv": "class,side_a\nx,y\n", "notes.csv": "a\n1\n"})
    )

    assert code == 0
    assert "interaction_class.csv" not in [f["file"] for f in outcome["files"]]


def test_a_single_file_is_known_by_its_name_or_its_header(built: Loaders, files: Files) -> None:
    row = f"medicine,condition,relation,line,level,source,locator,note\n{IBUPROFEN},{HYPERTENSION},palliates,later,{GUESS}\n"
    folder = files({"indication_c.csv": row, "other.csv": row.replace("palliates", "treats")}, "data/more")

    assert built("add", folder / "indication_c.csv")[1]["total"]["created"] == 1
    assert built("add", folder / "other.csv")[1]["total"]["created"] == 1


def test_the_source_of_a_row_is_needed_for_its_licence(loaders: Loaders, files: Files) -> None:
    broken = changed(FORMULARY, "sources.csv", "book,A book,2,CC0-1.0", "book,A book,2,")

    code, _, error = loaders.screen("validate", files(broken))

    assert code == 2
    assert "sources.csv:2 licence missing-value" in error
