"""Tables whose load takes long enough to be hit anywhere: some thousand edges in three dozen batches, and patients."""

from pathlib import Path

from tests.loaders.small import COHORT, EVIDENCE, FORMULARY, write_files

MEDICINES = 400
PARTS = 24
PATIENTS = 30
CONDITIONS = ("ICD10CM:I10", "ICD10CM:R51", "ICD10CM:Z33")
TABLES = ("sources.csv", "ingredient.csv", "drug_class.csv", "condition.csv", "indication.csv")
"""Few kinds: a server that was just started plans each statement anew."""
SECRET_REVIEW = "felt wretched on Tuesdays"
"""A patient's own words, which no message may repeat."""


def write_tables(folder: Path, series: int = 9) -> Path:
    """A formulary and a cohort; the medicines of another series are others."""
    rows = "".join(f"{_medicine(series, i)},Made up {series} {i},,,,,oral,rx,{EVIDENCE}\n" for i in range(MEDICINES))
    files = {name: FORMULARY[name] for name in TABLES} | {"medicine.csv": FORMULARY["medicine.csv"] + rows}
    header = FORMULARY["indication.csv"].splitlines()[0]
    for part in range(PARTS):
        # Each statement once: a part is a batch.
        lines = (
            f"{_medicine(series, i)},{condition},{'treats' if part % 2 else 'palliates'},later,{EVIDENCE}\n"
            for i in range(MEDICINES)
            for condition in CONDITIONS
            if (i + part // 2) % 12 == 0
        )
        files[f"parts/indication_{part}.csv"] = f"{header}\n{''.join(lines)}"
    return write_files(folder, files | _cohort(series))


def _medicine(series: int, number: int) -> str:
    return f"DrugBank:DB{series}{number:04}"


def _cohort(series: int) -> dict[str, str]:
    people = "".join(f"Q{i},{1940 + i},female,,,true\n" for i in range(PATIENTS))
    therapy = "".join(
        f"Q{i},{_medicine(series, j)},2020-01-{1 + j:02},,improved,{1 + j},0.5,{SECRET_REVIEW} {i}\n"
        for i in range(PATIENTS)
        for j in range(8)
    )
    diagnosis = "".join(f"Q{i},{condition},2019-05-01,,active\n" for i in range(PATIENTS) for condition in CONDITIONS)
    more = {"patient.csv": people, "therapy.csv": therapy, "diagnosis.csv": diagnosis}
    return {name: COHORT[name] + rows for name, rows in more.items()}
