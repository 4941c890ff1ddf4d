"""Every statement of ``cypher/analyst/`` answers the small graph as one works it out by hand."""

from collections import Counter

import pytest

from graph.elements import NodeKind
from tests.cypher.asking import Asker, columns
from tests.cypher.small import BEFORE_EDGES, BEFORE_NODES, CHILD, KNOWLEDGE, LIKE_HER, NODES, PATIENT, kind_of

FROM_HYPERTENSION = [
    ("CtM", "assertion", "C:hypertension<-TREATS-M:nifedipine"),
    ("CaGbM", "assertion", "C:hypertension-ASSOCIATES->G:CACNA1C<-BINDS-M:nifedipine"),
    ("CrCtM", "assertion", "C:hypertension-RESEMBLES->C:angina<-TREATS-M:nifedipine"),
    ("CtMrM", "statistical", "C:hypertension<-TREATS-M:amlodipine<-RESEMBLES-M:nifedipine"),
    ("CtMbGbM", "assertion", "C:hypertension<-TREATS-M:amlodipine-BINDS->G:CACNA1C<-BINDS-M:nifedipine"),
    ("CtMeEeM", "assertion", "C:hypertension<-TREATS-M:amlodipine-CAUSES->E:ankle-swelling<-CAUSES-M:nifedipine"),
    ("CtMkKkM", "assertion", "C:hypertension<-TREATS-M:amlodipine-IN_CLASS->ATC:C08CA<-IN_CLASS-M:nifedipine"),
]
"""Why nifedipine, as the metapaths go; parallel edges make one path, and the block above counts for nothing."""


class TestFind:
    def test_finds_what_is_called_so_exactly_before_what_contains_it(self, ask: Asker) -> None:
        found = columns(ask("find", text="HTN"), "id", "kind", "name", "aliases", "node")
        assert found == [("C:hypertension", "Condition", "High blood pressure", ["HTN", "hypertension"], "C:hypertension")]
        assert columns(ask("find", text="hypertension"), "id") == [("C:hypertension",), ("C:resistant",)]

    def test_finds_a_patient_by_the_whole_id_alone(self, ask: Asker) -> None:
        assert columns(ask("find", text=PATIENT), "id", "kind", "name") == [(PATIENT, "Patient", None)]
        assert ask("find", text="patient:ex") == []


class TestOverview:
    def test_counts_the_knowledge_and_no_patient(self, ask: Asker) -> None:
        expected = Counter((kind_of(e.start), str(e.kind), kind_of(e.end)) for e in KNOWLEDGE)
        rows = columns(ask("overview"), "start_kind", "edge", "end_kind", "edges")
        assert {(*row[:3],): row[3] for row in rows} == expected
        assert ("Medicine", "TREATS", "Condition", 9, 2) in columns(
            ask("overview"), "start_kind", "edge", "end_kind", "edges", "sources"
        )


class TestAround:
    def test_shows_three_edges_of_a_kind_and_no_patient(self, ask: Asker) -> None:
        paths = [path for (path,) in columns(ask("around", node="hypertension"), "path")]
        assert sorted(path for path in paths if "TREATS" in path) == [
            "C:hypertension<-TREATS-M:amlodipine",
            "C:hypertension<-TREATS-M:lisinopril",
            "C:hypertension<-TREATS-M:nifedipine",
        ]
        assert "C:hypertension<-IS_A-C:resistant" in paths
        assert "C:hypertension-IS_A->ICD10CM:I10-I16" in paths
        assert not any("patient" in path for path in columns(ask("around", node="C:resistant"), "path")[0])


class TestWhySuggested:
    def test_shows_each_metapath_from_a_condition(self, ask: Asker) -> None:
        rows = ask("why_suggested", start="HTN", medicine="adalat")
        assert columns(rows, "code", "weakest", "path") == FROM_HYPERTENSION
        assert set(columns(rows, "on_file", "way")) == {("named", "C:hypertension")}

    def test_goes_up_the_tree_from_what_is_on_file(self, ask: Asker) -> None:
        rows = ask("why_suggested", start=PATIENT, medicine="M:nifedipine")
        way = f"{PATIENT}-HAS_DIAGNOSIS->C:resistant-IS_A->C:hypertension"
        through_tree = [row for row in rows if columns([row], "way") == [(way,)]]
        assert columns(through_tree, "code", "weakest", "path") == FROM_HYPERTENSION
        assert columns([row for row in rows if row not in through_tree], "on_file", "code", "way", "path") == [
            (
                "resolved symptom",
                "YpCtM",
                f"{PATIENT}-HAS_SYMPTOM->S:headache",
                "S:headache<-PRESENTS-C:hypertension<-TREATS-M:nifedipine",
            ),
            (
                "active diagnosis",
                "CpYpCtM",
                f"{PATIENT}-HAS_DIAGNOSIS->C:migraine",
                "C:migraine-PRESENTS->S:headache<-PRESENTS-C:hypertension<-TREATS-M:nifedipine",
            ),
        ]

    def test_leaves_out_what_was_refuted(self, ask: Asker) -> None:
        assert ask("why_suggested", start=PATIENT, medicine="Amoxicillin") == []
        assert columns(ask("why_suggested", start="Sinusitis", medicine="Amoxicillin"), "code") == [("CtM",)]

    def test_goes_down_where_nothing_treats_the_condition_itself(self, ask: Asker) -> None:
        rows = ask("why_suggested", start="Heart disease", medicine="Flecainide")
        assert columns(rows, "code", "way") == [("CtM", "C:heart-disease<-IS_A-C:af")]


class TestWhyRuledOut:
    @pytest.mark.parametrize(
        ("medicine", "expected"),
        [
            (
                "Propranolol",
                [
                    (
                        "contraindication",
                        "exclude",
                        "narrows the airways",
                        f"{PATIENT}-HAS_DIAGNOSIS->C:severe-asthma-IS_A->C:asthma<-CONTRAINDICATED_IN-M:propranolol",
                        "M:propranolol",
                    )
                ],
            ),
            (
                "aspirin",
                [
                    (
                        "contraindication",
                        "exclude",
                        "Stomach ulcer",
                        f"{PATIENT}-HAS_DIAGNOSIS->C:ulcer<-CONTRAINDICATED_IN-M:aspirin",
                        "M:aspirin",
                    ),
                    (
                        "interaction",
                        "exclude",
                        "severe interaction with Warfarin: bleeding",
                        f"{PATIENT}-TAKES->M:warfarin<-INTERACTS_WITH-M:aspirin",
                        "M:aspirin",
                    ),
                ],
            ),
            (
                "Co-amoxiclav",
                [
                    (
                        "allergy",
                        "exclude",
                        "contains the allergen",
                        f"{PATIENT}-ALLERGIC_TO->I:amoxicillin",
                        "I:amoxicillin<-HAS_INGREDIENT-M:co-amoxiclav",
                    ),
                    (
                        "interaction",
                        "caution",
                        "moderate interaction with Warfarin",
                        f"{PATIENT}-TAKES->M:warfarin<-INTERACTS_WITH-M:amoxicillin",
                        "M:amoxicillin-HAS_INGREDIENT->I:amoxicillin<-HAS_INGREDIENT-M:co-amoxiclav",
                    ),
                ],
            ),
            (
                "Cefalexin",
                [
                    (
                        "allergy",
                        "exclude",
                        "may cross-react (moderate; Cephalosporins)",
                        f"{PATIENT}-ALLERGIC_TO->I:amoxicillin-IN_CLASS->K:aminopenicillins-IS_A->K:penicillins"
                        "-CROSS_REACTS_WITH->K:cephalosporins<-IN_CLASS-I:cefalexin",
                        "I:cefalexin<-HAS_INGREDIENT-M:cefalexin",
                    )
                ],
            ),
            (
                "Meropenem",
                [
                    (
                        "allergy",
                        "sign-off",
                        "may cross-react (low; Carbapenems)",
                        f"{PATIENT}-ALLERGIC_TO->I:amoxicillin-IN_CLASS->K:aminopenicillins-IS_A->K:penicillins"
                        "<-CROSS_REACTS_WITH-K:carbapenems<-IN_CLASS-I:meropenem",
                        "I:meropenem<-HAS_INGREDIENT-M:meropenem",
                    )
                ],
            ),
            (
                "Nifedipine",
                [
                    (
                        "duplicate",
                        "exclude",
                        "class Dihydropyridines like Amlodipine",
                        f"{PATIENT}-TAKES->M:amlodipine-IN_CLASS->ATC:C08CA<-IN_CLASS-M:nifedipine",
                        "M:nifedipine",
                    )
                ],
            ),
            (
                "Amlodipine",
                [("duplicate", "exclude", "is being taken already", f"{PATIENT}-TAKES->M:amlodipine", "M:amlodipine")],
            ),
            (
                "Clopidogrel",
                [
                    (
                        "pharmacogenomics",
                        "exclude",
                        "CYP2C19 poor metabolizer: Give another one.",
                        f"{PATIENT}-HAS_PHENOTYPE->F:cyp2c19-poor-AFFECTS_RESPONSE->M:clopidogrel",
                        "M:clopidogrel",
                    )
                ],
            ),
            ("Metformin", [("limit", "check", "renal below 30", "M:metformin-LIMITED_BY->L:egfr", "M:metformin")]),
            ("Maca root", [("unverified", "exclude", "nothing is known about its safety", "M:maca", "M:maca")]),
            ("Lisinopril", []),
            ("Doxycycline", []),
        ],
    )
    def test_tells_the_rule_and_the_chain(self, ask: Asker, medicine: str, expected: list[tuple[str, ...]]) -> None:
        rows = ask("why_ruled_out", patient=PATIENT, medicine=medicine)
        assert columns(rows, "rule", "severity", "reason", "path", "inside") == expected

    def test_looks_into_what_is_being_taken(self, ask: Asker) -> None:
        rows = ask("why_ruled_out", patient=LIKE_HER[11], medicine="Warfarin")
        taken = f"{LIKE_HER[11]}-TAKES->M:co-amoxiclav-HAS_INGREDIENT->I:amoxicillin<-HAS_INGREDIENT-M:amoxicillin"
        assert columns(rows, "severity", "path") == [("caution", f"{taken}-INTERACTS_WITH->M:warfarin")]

    def test_names_every_source_of_the_chain(self, ask: Asker) -> None:
        (row,) = ask("why_ruled_out", patient=PATIENT, medicine="Meropenem")
        assert row["sources"] == ["synthetic-cohort", "fda-label", "formulary-review"]

    def test_breaks_a_limit_by_what_is_known_of_the_patient(self, ask: Asker) -> None:
        rows = ask("why_ruled_out", patient=CHILD, medicine="Doxycycline")
        assert columns(rows, "rule", "severity", "reason", "path") == [
            ("limit", "exclude", "age below 8 years: stains teeth", "M:doxycycline-LIMITED_BY->L:age")
        ]
        unknown = ask("why_ruled_out", patient=LIKE_HER[0], medicine="Doxycycline")
        assert columns(unknown, "severity", "reason") == [("check", "pregnancy")]


class TestTreatments:
    def test_tells_what_treats_a_condition_and_who_says_so(self, ask: Asker) -> None:
        rows = ask("treatments", condition="hypertension")
        names = ("medicine", "said_of", "steps_up", "edge", "line", "best_level", "levels", "sources", "evidence")
        label, review = "fda-label", "formulary-review"
        above = "Hypertensive diseases"
        both = ["assertion", "observation"]
        assert columns(rows, *names) == [
            (
                "Nifedipine",
                "High blood pressure",
                0,
                "TREATS",
                "first",
                "assertion",
                both,
                [label, review],
                ["label:nifedipine"],
            ),
            ("Amlodipine", "High blood pressure", 0, "TREATS", "first", "assertion", ["assertion"], [label], []),
            ("Lisinopril", "High blood pressure", 0, "TREATS", None, "assertion", ["assertion"], [label], []),
            ("Propranolol", "High blood pressure", 0, "PALLIATES", None, "unreviewed", ["unreviewed"], [review], []),
            ("Propranolol", above, 1, "TREATS", None, "prediction", ["prediction"], [review], []),
        ]
        assert columns(rows, "path")[-1] == ("C:hypertension-IS_A->ICD10CM:I10-I16<-TREATS-M:propranolol",)


class TestWeakestEvidence:
    def test_lists_the_weakest_first_and_counts_the_best_edge_of_a_pair(self, ask: Asker) -> None:
        rows = columns(ask("weakest_evidence"), "level", "sources", "medicine", "edge", "condition")
        review = ["formulary-review"]
        assert rows[:3] == [
            ("unreviewed", review, "Propranolol", "PALLIATES", "High blood pressure"),
            ("prediction", review, "Propranolol", "TREATS", "Hypertensive diseases"),
            ("statistical", review, "Co-amoxiclav", "TREATS", "Sinusitis"),
        ]
        assert rows[-1] == ("assertion", ["fda-label", "formulary-review"], "Nifedipine", "TREATS", "High blood pressure")
        assert len(rows) == 9


class TestContradictions:
    def test_finds_a_contraindication_above_what_is_treated(self, ask: Asker) -> None:
        rows = ask("contradictions")
        names = ("medicine", "edge", "condition", "steps_up", "contraindicated_in", "strength", "said_by", "denied_by", "path")
        assert columns(rows, *names) == [
            (
                "Flecainide",
                "TREATS",
                "Atrial fibrillation",
                1,
                "Heart disease",
                "absolute",
                "fda-label",
                "fda-label",
                ["M:flecainide-TREATS->C:af-IS_A->C:heart-disease", "C:heart-disease<-CONTRAINDICATED_IN-M:flecainide"],
            )
        ]


class TestSharedTargets:
    def test_counts_genes_and_not_edges(self, ask: Asker) -> None:
        rows = ask("shared_targets", medicine="Nifedipine")
        # Nifedipine binds CACNA1C and CACNA1D, amlodipine CACNA1C alone, which two sources say.
        path = "M:nifedipine-BINDS->G:CACNA1C<-BINDS-M:amlodipine"
        assert columns(rows, "medicine", "other", "shared", "similarity", "genes", "paths") == [
            ("Nifedipine", "Amlodipine", 1, 0.5, ["CACNA1C"], [path])
        ]


class TestHubs:
    def test_counts_edges_of_knowledge_kind_by_kind(self, ask: Asker) -> None:
        rows = columns(ask("hubs"), "kind", "id", "name", "edges", "starting", "ending")
        conditions = [row for row in rows if row[0] == "Condition"]
        assert conditions[0] == ("Condition", "C:hypertension", "High blood pressure", 12, 5, 7)
        assert len(conditions) == 5
        assert {row[0] for row in rows} == {str(kind_of(node.id)) for node in NODES} - {"Patient"}


class TestOrphans:
    def test_tells_what_lacks_what(self, ask: Asker) -> None:
        untreating = ["aspirin", "cefalexin", "clopidogrel", "doxycycline", "maca", "meropenem", "metformin"]
        untreating += ["stomach-pack", "warfarin"]
        assert columns(ask("orphans"), "lack", "kind", "nodes", "examples") == [
            ("a condition that it treats", "Medicine", 9, [f"M:{name}" for name in untreating]),
            ("an ingredient", "Medicine", 1, ["M:maca"]),
            ("any edge", "Medicine", 1, ["M:maca"]),
            ("any edge", "Substance", 1, ["U:latex"]),
        ]


class TestSources:
    def test_counts_what_rests_on_a_source_and_how_it_is_known(self, ask: Asker) -> None:
        edges = Counter(edge.provenance.source for edge in KNOWLEDGE)
        nodes = sum(node.kind is not NodeKind.PATIENT for node in NODES)
        names = ("source", "version", "licence", "nodes", "edges", "levels")
        levels = ["statistical", "assertion", "observation", "prediction", "unreviewed"]
        rows = columns(ask("sources"), *names)
        assert rows[0] == ("fda-label", "2026", "CC0-1.0", nodes, edges["fda-label"], ["assertion"])
        assert (*rows[1][:5], sorted(rows[1][5])) == (
            "formulary-review",
            "1",
            "CC-BY-4.0",
            0,
            edges["formulary-review"],
            sorted(levels),
        )
        assert len(rows) == 2


class TestLoadsAndChanges:
    def test_tells_what_each_load_did(self, ask: Asker) -> None:
        rows = ask("loads")
        before = len(BEFORE_NODES) + len(BEFORE_EDGES)
        assert columns(rows, "number", "state", "created", "changed", "removed") == [
            (2, "finished", 2, 2, 1),
            (1, "finished", before, 0, 0),
        ]
        assert rows[0]["started"] <= rows[0]["finished"]

    def test_tells_what_changed_between_them(self, ask: Asker) -> None:
        names = ("element", "kind", "created", "changed", "example")
        assert columns(ask("changes", after=1, until=2), *names) == [
            ("node", "Medicine", 1, 1, "M:cefalexin"),
            ("edge", "HAS_INGREDIENT", 1, 0, "M:cefalexin → I:cefalexin (fda-label)"),
            ("edge", "TREATS", 0, 1, "M:nifedipine → C:hypertension (formulary-review)"),
        ]
        assert ask("changes", after=2, until=9) == []

    def test_counts_no_patient(self, ask: Asker) -> None:
        kinds = {kind for (kind,) in columns(ask("changes", after=0, until=2), "kind")}
        assert "Patient" not in kinds
        assert "TAKES" not in kinds


class TestSimilarPatients:
    NAMES = ("like_this", "medicine", "patients", "improved", "improved_share", "rated", "mean_rating")

    def test_tells_counts_of_five_and_more_alone(self, ask: Asker) -> None:
        # Lisinopril: four people. Amlodipine: five improved, but that would tell the one who did not.
        assert columns(ask("similar_patients", patient=PATIENT), *self.NAMES) == [
            (12, "Nifedipine", 10, 5, 0.5, 10, 7.0),
            (12, "Amlodipine", 6, None, None, None, None),
        ]

    def test_leaves_the_person_out_who_is_asked_about(self, ask: Asker) -> None:
        # Of nine others who took nifedipine four improved; five others took amlodipine, and so did she who is like them.
        assert columns(ask("similar_patients", patient=LIKE_HER[0]), *self.NAMES) == [
            (12, "Nifedipine", 9, None, None, 9, 6.9),
            (12, "Amlodipine", 6, None, None, None, None),
        ]

    def test_tells_nothing_of_fewer_than_five(self, ask: Asker) -> None:
        assert ask("similar_patients", patient=CHILD) == []


class TestTrends:
    def test_leaves_out_cells_of_fewer_than_five(self, ask: Asker) -> None:
        by_month = columns(ask("trends", medicine="Nifedipine", by="month"), "period", "outcome", "patients", "starts")
        assert by_month == [("2025-02", "unchanged", 5, 5), ("2025-01", "improved", 5, 5)]
        by_year = columns(ask("trends", medicine="Adalat", by="year"), "period", "outcome", "patients")
        assert by_year == [("2025", "improved", 5), ("2025", "unchanged", 5)]
        assert columns(ask("trends", medicine="Amlodipine", by="year"), "outcome", "patients") == [("improved", 5)]
        assert ask("trends", medicine="Lisinopril", by="year") == []


class TestTrending:
    def test_compares_a_year_with_the_year_before(self, ask: Asker) -> None:
        # The one who began amlodipine in the year before is not told, nor are the four of lisinopril.
        assert columns(ask("trending", day="2025-03-01"), "medicine", "patients", "year_before", "change") == [
            ("Nifedipine", 10, 0, 10),
            ("Amlodipine", 6, None, None),
        ]
