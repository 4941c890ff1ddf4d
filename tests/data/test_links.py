"""References between tables: every id that a row names is described by another table, and the trees are trees."""

import re

import pytest

from tests.data.reading import ids, items, names, parents, rows, shown, upwards

LINKS = (
    ("medicine", "ingredients", ("ingredient",)),
    ("allergy_class_member", "class", ("allergy_class",)),
    ("allergy_class_member", "ingredient", ("ingredient", "medicine")),
    ("cross_reactivity", "class_a", ("allergy_class", "ingredient", "substance")),
    ("cross_reactivity", "class_b", ("allergy_class", "ingredient", "substance")),
    ("presentation", "condition", ("condition",)),
    ("presentation", "symptom", ("symptom",)),
    ("indication", "medicine", ("medicine",)),
    ("indication", "condition", ("condition",)),
    ("contraindication", "medicine", ("medicine",)),
    ("contraindication", "condition", ("condition",)),
    ("limit", "medicine", ("medicine",)),
    ("limit", "test", ("lab_test",)),
    ("interaction", "medicine_a", ("medicine",)),
    ("interaction", "medicine_b", ("medicine",)),
    ("side_effect", "medicine", ("medicine",)),
    ("side_effect", "side_effect", ("side_effect_name",)),
    ("additive_effect", "medicine", ("medicine",)),
    ("additive_effect", "side_effect", ("side_effect_name",)),
    ("pharmacogenomics", "medicine", ("medicine",)),
    ("pharmacogenomics", "phenotype", ("phenotype",)),
    ("care_help", "care_action", ("care_action",)),
    ("care_help", "condition", ("condition",)),
    ("reference_range", "test", ("lab_test",)),
    ("crosswalk_disease", "condition", ("condition",)),
    ("indication_review", "medicine", ("medicine",)),
    ("indication_review", "condition", ("condition",)),
    ("interaction_class", "side_a", ("medicine",)),
    ("interaction_class", "side_b", ("medicine",)),
)
PREFIXES = {
    "medicine": r"DrugBank:DB\d{5}|rx:medicine-[a-z0-9-]+",
    "ingredient": r"UNII:[0-9A-Z]{10}|rx:ingredient-[a-z0-9-]+",
    "drug_class": r"ATC:[A-V](\d\d([A-Z][A-Z]?)?)?",
    "allergy_class": r"rx:class-[a-z0-9-]+",
    "substance": r"rx:substance-[a-z0-9-]+",
    "condition": r"ICD10CM:[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4}|-[A-Z]\d[0-9A-Z])?",
    "symptom": r"MESH:[CD]\d{6,9}|rx:symptom-[a-z0-9-]+",
    "side_effect_name": r"UMLS:C\d{7}",
    "lab_test": r"LOINC:\d{1,7}-\d|rx:lab-[a-z0-9-]+",
    "gene": r"NCBIGene:\d+",
    "phenotype": r"rx:phenotype-[a-z0-9-]+",
    "allele": r"rx:allele-[a-z0-9-]+",
    "care_action": r"rx:care-[a-z0-9-]+",
}
TREES = ("condition", "drug_class", "allergy_class")


@pytest.mark.parametrize(("table", "column", "targets"), LINKS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_row_names_is_described(table: str, column: str, targets: tuple[str, ...]) -> None:
    known = frozenset().union(*(ids(target) for target in targets))

    assert not shown({name for row in rows(table) for name in items(row[column])} - known)


@pytest.mark.parametrize(("table", "pattern"), PREFIXES.items(), ids=str)
def test_ids_have_the_form_of_their_vocabulary(table: str, pattern: str) -> None:
    assert not shown(node for node in ids(table) if not re.fullmatch(pattern, node))


@pytest.mark.parametrize("table", TREES)
def test_trees_have_no_missing_parent_and_no_cycle(table: str) -> None:
    tree = parents(table)
    settled: set[str] = {""}

    for start in tree:
        seen: list[str] = []
        node = start
        while node not in settled:
            assert node in tree, node
            assert node not in seen, seen
            seen.append(node)
            node = tree[node]
        settled.update(seen)


def test_codes_hang_below_the_code_that_they_refine() -> None:
    codes = {child.partition(":")[2]: parent.partition(":")[2] for child, parent in parents("condition").items()}

    assert not shown((code, parent) for code, parent in codes.items() if "." in code and not code.startswith(parent))


def test_categories_and_blocks_lie_within_the_block_or_chapter_above_them() -> None:
    pairs = ((child.partition(":")[2], parent.partition(":")[2]) for child, parent in parents("condition").items() if parent)
    spans = ((code.split("-"), parent.split("-"), code) for code, parent in pairs if "-" in parent)

    outside = (code for inner, outer, code in spans if not outer[0][:1] <= inner[0][:1] <= inner[-1][:1] <= outer[1][:1])
    assert not shown(outside)


def test_only_chapters_stand_at_the_top() -> None:
    roots = [node for node, parent in parents("condition").items() if not parent]

    assert all("-" in root for root in roots)
    assert len(roots) == 22 - 1  # the chapters of ICD-10-CM but external causes, which are no conditions


def test_an_atc_class_hangs_below_the_class_that_its_code_begins_with() -> None:
    assert not shown(
        (node, parent)
        for node, parent in parents("drug_class").items()
        if not (node.startswith(parent) if parent else re.fullmatch("ATC:[A-V]", node))
    )


def test_pairs_that_read_the_same_both_ways_are_written_once_the_smaller_first() -> None:
    for table, first, second in (("interaction", "medicine_a", "medicine_b"), ("cross_reactivity", "class_a", "class_b")):
        # A class may react with itself: one penicillin with another.
        assert not shown(row for row in rows(table) if row[first] > row[second])
    assert not shown(row for row in rows("interaction") if row["medicine_a"] == row["medicine_b"])


def test_a_combination_holds_several_ingredients_and_a_single_medicine_at_most_one_of_each() -> None:
    for row in rows("medicine"):
        inside = items(row["ingredients"])
        assert inside, row["id"]
        assert len(inside) == len(set(inside))
        if row["id"].startswith("rx:medicine-"):
            assert len(inside) > 1, row["id"]


def test_hypertension_lies_where_icd_has_it() -> None:
    assert upwards("ICD10CM:I10") == ["ICD10CM:I10", "ICD10CM:I10-I16", "ICD10CM:I00-I99"]
    assert names("condition")["ICD10CM:I10"] == "High blood pressure"
