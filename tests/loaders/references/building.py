"""Writes small reference folders and a small formulary that fits them, each only as large as a test can check by hand."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

EVIDENCE = "level,source,locator,note"

REFERENCES: Mapping[str, str] = {
    "pharmacotherapydb/indications.tsv": """doid_id\tdrugbank_id\tdisease\tdrug\tcategory
DOID:1\tDB00001\tone\tAlpha\tDM
DOID:1\tDB00002\tone\tBeta\tSYM
DOID:1\tDB00003\tone\tGamma\tNOT
DOID:2\tDB00001\ttwo\tAlpha\tDM
DOID:9\tDB00001\tunmapped\tAlpha\tDM
DOID:1\tDB99999\tone\tUnknown\tDM
""",
    "ddi-onc-high-priority/ONC_High_Priority_Mapped.csv": """\ufeffBeta$DB00002$Alpha$DB00001$
Alpha$DB00001$Beta$DB00002$

Gamma$DB00003$Alpha$DB00001$
Alpha$DB00001$Alpha$DB00001$
Alpha$DB00001$Unknown$DB99999$
""",
    "cpic/cpic_recommendations_2020.tsv.gz": """guideline_id\tdrugs\tgenes\tgroup\trecommendations
PA1\talpha;beta\tCYP2D6\tPoor Metabolizer\tAvoid alpha. If warranted, consider a 50% reduction.
PA1\talpha;beta\tCYP2D6\tNormal Metabolizer\tInitiate therapy with recommended starting dose.
PA2\tgamma\tCYP2C19;CYP2D6\tCYP2C19 Poor Metabolizer\tReduce the dose by half.
PA2\tgamma\tCYP2C19;CYP2D6\tCYP2C19 Poor Metabolizer CYP2D6 Poor Metabolizer\tAvoid.
PA2\tgamma\tCYP2C19;CYP2D6\tCYP2D6 Ultrarapid Metabolizer or CYP2D6 Normal Metabolizer\tAvoid.
PA3\tgamma\tIFNL3\tFavorable\t
""",
    "icd10cm/icd10cm-order-Jan-2021.csv.gz": """code,billable,short,long
I10,1,Hypertension,Hypertension
I11,0,Hypertensive heart disease,Hypertensive heart disease
I110,1,With heart failure,With heart failure
""",
    "drug-vocabulary/drugbank-vocabulary.csv.gz": """DrugBank ID,UNII
DB00001,AAAAAAAAAA
DB00002,BBBBBBBBBB
DB00003,CCCCCCCCCC
""",
    "drug-vocabulary/rxcui-unii-map.tsv.gz": "rxnorm_id\tfdasrs_id\n11\tAAAAAAAAAA\n12\tBBBBBBBBBB\n12\tDDDDDDDDDD\n",
    "hetionet/hetionet-v1.0-nodes.tsv.gz": """id\tname\tkind
Symptom::D000001\tCough\tSymptom
Side Effect::C0000001\tNausea\tSide Effect
Gene::1\tA1BG\tGene
""",
    "disease-ontology/HumanDO.tsv.gz": "id\tlabel\tsubClassOf\nDOID:1\tone\tdisease\nDOID:2\ttwo\tdisease\n",
    "disease-ontology/allXREFinDO.tsv.gz": "id\tlabel\txref\nDOID:1\tone\tMESH:D000003\nDOID:1\tone\tICD10CM:I10\n",
    "mondo/mondo_exactmatch_doid.sssom.tsv.gz": "# header\nsubject_id\tobject_id\nMONDO:0000001\tDOID:1\n",
    "mondo/mondo_exactmatch_icd10cm.sssom.tsv.gz": "subject_id\tobject_id\nMONDO:0000002\tICD10CM:I10\n",
    "mondo/mondo_exactmatch_mesh.sssom.tsv.gz": "subject_id\tobject_id\nMONDO:0000001\tmesh:D000002\n",
}
MECHANISMS = (
    {"_id": "DB00001_MESH_D1_1", "drugbank": "DB:DB00001", "disease_mesh": "MESH:D1"},
    {"_id": "DB00002_MESH_D1_1", "drugbank": "DB:DB00002", "disease_mesh": "MESH:D1"},
    {"_id": "none_1", "drugbank": None, "disease_mesh": None},
)

FORMULARY: Mapping[str, str] = {
    "medicine.csv": f"""id,name,synonyms,ingredients,atc,rxcui,route,prescription,{EVIDENCE}
DrugBank:DB00001,Alpha,,UNII:AAAAAAAAAA,A02BC01,11,oral,rx,checked,drugbank-vocabulary,DB00001,
DrugBank:DB00002,Beta,,UNII:BBBBBBBBBB,,12,oral,rx,checked,drugbank-vocabulary,DB00002,
DrugBank:DB00003,Gamma,,UNII:CCCCCCCCCC,,,oral,rx,checked,drugbank-vocabulary,DB00003,
""",
    "ingredient.csv": f"id,name,synonyms,{EVIDENCE}\nUNII:AAAAAAAAAA,Alpha,,checked,drugbank-vocabulary,DB00001,\n",
    "drug_class.csv": f"""id,name,parent,{EVIDENCE}
ATC:A,Gut,,unreviewed,general-clinical-knowledge,,
ATC:A02,Acid,ATC:A,unreviewed,general-clinical-knowledge,,
ATC:A02B,Ulcer,ATC:A02,unreviewed,general-clinical-knowledge,,
ATC:A02BC,Proton pump inhibitors,ATC:A02B,unreviewed,general-clinical-knowledge,,
""",
    "condition.csv": f"""id,name,synonyms,parent,doid,mesh,mondo,{EVIDENCE}
ICD10CM:I10-I16,Hypertensive diseases,,,,,,checked,icd10cm,I10-I16,
ICD10CM:I10,High blood pressure,,ICD10CM:I10-I16,DOID:1,MESH:D000002,MONDO:0000001,checked,icd10cm,I10,
ICD10CM:I11,Hypertensive heart disease,,ICD10CM:I10-I16,DOID:2,MESH:D000003,,checked,icd10cm,I11,
ICD10CM:I11.0,With heart failure,,ICD10CM:I11,,,,checked,icd10cm,I110,
""",
    "symptom.csv": f"id,name,synonyms,icd10cm,{EVIDENCE}\nMESH:D000001,Cough,,,checked,hetionet,Symptom::D000001,\n",
    "side_effect_name.csv": f"id,name,synonyms,{EVIDENCE}\nUMLS:C0000001,nausea,,unreviewed,general-clinical-knowledge,,\n",
    "lab_test.csv": f"id,name,synonyms,unit,other_units,{EVIDENCE}\nLOINC:2160-0,Creatinine,,mg/dL,,checked,x,y,\n",
    "phenotype.csv": f"id,gene,name,synonyms,{EVIDENCE}\nrx:phenotype-pm,CYP2D6,CYP2D6 poor metabolizer,,checked,cpic,PA1,\n",
    "pharmacogenomics.csv": f"""medicine,phenotype,action,recommendation,strength,{EVIDENCE}
DrugBank:DB00001,rx:phenotype-pm,avoid,Choose another.,strong,checked,cpic,PA1/alpha/Poor Metabolizer,
""",
    "indication.csv": f"""medicine,condition,relation,line,{EVIDENCE}
DrugBank:DB00001,ICD10CM:I10-I16,treats,first,unreviewed,general-clinical-knowledge,,
""",
    "interaction.csv": f"""medicine_a,medicine_b,severity,mechanism,management,{EVIDENCE}
DrugBank:DB00001,DrugBank:DB00002,severe,Both harm.,Avoid.,unreviewed,general-clinical-knowledge,,
DrugBank:DB00001,DrugBank:DB00003,severe,Both harm.,Avoid.,unreviewed,general-clinical-knowledge,,
""",
    "crosswalk_disease.csv": f"""external,condition,relation,{EVIDENCE}
DOID:1,ICD10CM:I10,exact,checked,icd10cm,I10,
DOID:2,ICD10CM:I11,broader,checked,icd10cm,I11,
MESH:D1,ICD10CM:I10,exact,checked,icd10cm,I10,
""",
    "indication_review.csv": f"medicine,condition,keep,relation,line,{EVIDENCE}\n",
    "interaction_class.csv": f"""class,rank,side_a,side_b,mechanism,management,{EVIDENCE}
first,1,DrugBank:DB00001,DrugBank:DB00002,{{a}} harms {{b}}.,Do not give {{b}}.,unreviewed,general-clinical-knowledge,,
rest,2,DrugBank:DB00003,DrugBank:DB00001;DrugBank:DB00002,{{a}} before {{b}}.,Avoid.,unreviewed,general-clinical-knowledge,,
""",
}


def write(path: Path, text: str) -> None:
    """Write a text file, packed when its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_references(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The reference folders, with some files different; returns the folder above them."""
    mechanisms = "".join(json.dumps({"graph": graph}) + "\n" for graph in MECHANISMS)
    texts = {**REFERENCES, "drugmechdb/drugmechdb-paths-dev.jsonl.gz": mechanisms, **(changes or {})}
    for name, text in texts.items():
        write(folder / "data" / name, text)
    return folder


def write_formulary(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The small formulary, with some rows added to its tables, by file name; returns its folder."""
    for name, text in FORMULARY.items():
        write(folder / name, text + (changes or {}).get(name, ""))
    return folder


def replaced(text: str, old: str, new: str) -> str:
    """A text with a part replaced that must be in it."""
    assert old in text
    return text.replace(old, new)
