"""A formulary and a cohort small enough to know by heart, as texts of the files, and what they make.

Two medicines (ramipril and ibuprofen), three conditions in a tree below ``I10-I16``, and two patients. A test changes a file by
replacing a text in it, so that it shows only what it is about.
"""

from collections.abc import Mapping
from pathlib import Path

EVIDENCE = "checked,book,page 1,"
GUESS = "unreviewed,general-clinical-knowledge,,"

FORMULARY: Mapping[str, str] = {
    "sources.csv": """source,title,version,licence,url
book,A book,2,CC0-1.0,https://example.org
hetionet,Hetionet,1.0,CC0-1.0,
general-clinical-knowledge,No source opened,,CC0-1.0,
""",
    "ingredient.csv": f"""id,name,synonyms,level,source,locator,note
UNII:L35JN3I7SJ,Ramipril,,{EVIDENCE}
UNII:WK2XYI10QM,Ibuprofen,,{EVIDENCE}
""",
    "drug_class.csv": f"""id,name,parent,level,source,locator,note
ATC:C,Cardiovascular system,,{EVIDENCE}
ATC:C09,Renin-angiotensin agents,ATC:C,{EVIDENCE}
ATC:C09A,ACE inhibitors,ATC:C09,{EVIDENCE}
ATC:C09AA,"ACE inhibitors, plain",ATC:C09A,{EVIDENCE}
ATC:M01AE,Propionic acid derivatives,,{EVIDENCE}
""",
    "allergy_class.csv": f"""id,name,synonyms,parent,level,source,locator,note
rx:class-nsaids,NSAIDs,painkillers,,{EVIDENCE}
rx:class-ace-inhibitors,ACE inhibitors,,,{EVIDENCE}
""",
    "allergy_class_member.csv": f"""class,ingredient,level,source,locator,note
rx:class-nsaids,UNII:WK2XYI10QM,{EVIDENCE}
""",
    "cross_reactivity.csv": f"""class_a,class_b,strength,reason,level,source,locator,note
rx:class-nsaids,rx:class-ace-inhibitors,low,made up for the test,{GUESS}
""",
    "substance.csv": f"""id,name,synonyms,level,source,locator,note
rx:substance-peanut,Peanut,,{GUESS}
""",
    "condition.csv": f"""id,name,synonyms,parent,doid,mesh,mondo,level,source,locator,note
ICD10CM:I10-I16,Hypertensive diseases,,,,,,{EVIDENCE}
ICD10CM:I10,Essential hypertension,hypertension;high blood pressure,ICD10CM:I10-I16,DOID:10763,MESH:D006973,,{EVIDENCE}
ICD10CM:Z33,Pregnancy,,,,,,{EVIDENCE}
ICD10CM:Z39.1,Breast feeding,,,,,,{EVIDENCE}
ICD10CM:R51,Headache,,,,,,{EVIDENCE}
""",
    "symptom.csv": f"""id,name,synonyms,icd10cm,level,source,locator,note
MESH:D006261,Headache symptom,sore head,ICD10CM:R51,{EVIDENCE}
""",
    "presentation.csv": """condition,symptom,frequency,level,source,locator,note
ICD10CM:I10,MESH:D006261,occasional,checked,hetionet,DOID:10763/D006261,
""",
    "indication.csv": f"""medicine,condition,relation,line,level,source,locator,note
DrugBank:DB00178,ICD10CM:I10,treats,first,{EVIDENCE}
DrugBank:DB01050,ICD10CM:R51,palliates,first,{GUESS}
""",
    "contraindication.csv": f"""medicine,condition,strength,applies,reason,level,source,locator,note
DrugBank:DB00178,ICD10CM:Z33,absolute,active,harms the unborn child,{EVIDENCE}
""",
    "limit.csv": f"""medicine,kind,comparator,value,unit,strength,advice,level,source,locator,note
DrugBank:DB00178,pregnancy,,,,absolute,do not use,{EVIDENCE}
DrugBank:DB00178,renal,below,30,mL/min/1.73m2,relative,halve the dose,{EVIDENCE}
DrugBank:DB01050,age,below,6,months,absolute,,{EVIDENCE}
DrugBank:DB01050,age,above,80,years,relative,,{EVIDENCE}
DrugBank:DB01050,hepatic,at_least,C,Child-Pugh,absolute,,{EVIDENCE}
DrugBank:DB01050,sex,,male,,relative,made up for the test,{EVIDENCE}
""",
    "interaction.csv": f"""medicine_a,medicine_b,severity,mechanism,management,level,source,locator,note
DrugBank:DB01050,DrugBank:DB00178,moderate,less effect,watch the pressure,{EVIDENCE}
""",
    "side_effect_name.csv": f"""id,name,synonyms,level,source,locator,note
UMLS:C0010200,Cough,,{EVIDENCE}
""",
    "side_effect.csv": f"""medicine,side_effect,frequency,serious,level,source,locator,note
DrugBank:DB00178,UMLS:C0010200,common,no,{EVIDENCE}
""",
    "additive_effect.csv": f"""medicine,side_effect,points,level,source,locator,note
DrugBank:DB00178,UMLS:C0010200,2,{GUESS}made up for the test
""",
    "lab_test.csv": f"""id,name,synonyms,unit,other_units,level,source,locator,note
LOINC:2160-0,Creatinine,,mg/dL,umol/L=0.0113,{EVIDENCE}
LOINC:30525-0,Age,,a,,{EVIDENCE}
LOINC:46098-0,Sex,,,,{EVIDENCE}
LOINC:98979-8,Estimated glomerular filtration rate,eGFR,mL/min/1.73m2,,{EVIDENCE}
rx:lab-child-pugh,Child-Pugh class,,,,{EVIDENCE}
""",
    "reference_range.csv": f"""test,sex,age_from,age_to,low,high,critical_low,critical_high,level,source,locator,note
LOINC:2160-0,male,18,,0.7,1.3,,10,{EVIDENCE}
LOINC:2160-0,female,18,,0.5,1.1,,10,{EVIDENCE}
""",
    "gene.csv": f"""id,name,synonyms,level,source,locator,note
NCBIGene:1559,CYP2C9,,{EVIDENCE}
""",
    "phenotype.csv": f"""id,gene,name,synonyms,indeterminate,level,source,locator,note
rx:phenotype-cyp2c9-indeterminate,CYP2C9,CYP2C9 indeterminate,,yes,{EVIDENCE}
rx:phenotype-cyp2c9-poor-metabolizer,CYP2C9,CYP2C9 poor metabolizer,,,{EVIDENCE}
""",
    "allele.csv": f"""id,gene,name,synonyms,function,activity,level,source,locator,note
rx:allele-cyp2c9-1,CYP2C9,CYP2C9*1,,Normal function,1,{EVIDENCE}
rx:allele-cyp2c9-3,CYP2C9,CYP2C9*3,CYP2C9 I359L,No function,0,{EVIDENCE}
rx:allele-cyp2c9-7,CYP2C9,CYP2C9*7,,Uncertain function,,{EVIDENCE}
""",
    "pharmacogenomics.csv": f"""medicine,phenotype,action,recommendation,strength,level,source,locator,note
DrugBank:DB01050,rx:phenotype-cyp2c9-poor-metabolizer,reduce,start low,moderate,{EVIDENCE}
""",
    "care_action.csv": f"""id,name,category,description,level,source,locator,note
rx:care-less-salt,Eat less salt,diet,Below five grams a day.,{EVIDENCE}
""",
    "care_help.csv": f"""care_action,condition,level,source,locator,note
rx:care-less-salt,ICD10CM:I10,{EVIDENCE}
""",
    "medicine.csv": f"""id,name,synonyms,ingredients,atc,rxcui,route,prescription,level,source,locator,note
DrugBank:DB00178,Ramipril,Altace,UNII:L35JN3I7SJ,C09AA05,35296,oral,rx,{EVIDENCE}
DrugBank:DB01050,Ibuprofen,Brufen;Advil,UNII:WK2XYI10QM,M01AE01,5640,oral;topical,both,{EVIDENCE}a note
""",
}
"""The files of the formulary; every row of every one is acceptable."""

COHORT: Mapping[str, str] = {
    "patient.csv": """patient_id,birth_year,sex,pregnant,breast_feeding,synthetic
P1,1980,female,false,false,true
P2,1950,male,,,true
""",
    "diagnosis.csv": """patient_id,condition,start,stop,status
P1,ICD10CM:I10,2020-01-31,,active
P2,high blood pressure,2019-05-01,2020-05-01,resolved
""",
    "patient_symptom.csv": "patient_id,symptom,start,stop,severity\nP1,sore head,2021-01-01,,mild\n",
    "patient_result.csv": """patient_id,test,value,unit,date
P1,LOINC:2160-0,0.9,mg/dL,2021-01-01
P1,Creatinine,88,umol/L,2021-01-01
""",
    "patient_allergy.csv": """patient_id,substance,severity,reaction,since
P1,painkillers,severe,hives,2001-01-01
P2,rx:substance-peanut,mild,,
""",
    "patient_phenotype.csv": "patient_id,phenotype,date\nP2,CYP2C9 poor metabolizer,2020-02-02\n",
    "patient_genotype.csv": """patient_id,gene,diplotype,date
P1,CYP2C9,*1/*7,2021-03-04
""",
    "therapy.csv": """patient_id,medicine,start,stop,outcome,rating,adherence,review
P1,Altace,2020-02-01,,improved,9,0.9,"Fine, mostly."
P1,Ibuprofen,2020-02-01,2020-02-05,side effect,3,1,
""",
}
"""The files of two patients; every row is acceptable beside the formulary."""


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files into a folder, which is made, and answer it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def changed(files: Mapping[str, str], name: str, old: str, new: str) -> dict[str, str]:
    """The files with a text in one of them replaced."""
    assert files[name].count(old) == 1
    return {**files, name: files[name].replace(old, new)}


def with_row(files: Mapping[str, str], name: str, row: str) -> dict[str, str]:
    """The files with a row at the end of one of them."""
    return {**files, name: f"{files[name]}{row}\n"}


def line_count(files: Mapping[str, str]) -> int:
    """Rows of all tables that are loaded."""
    return sum(text.count("\n") - 1 for name, text in files.items() if name != "sources.csv")
