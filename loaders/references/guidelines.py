"""What a genotype asks for, by the recommendations of CPIC.

The recommendations are texts. Which way a text points is read from its words, sentence by sentence; a sentence that begins
with a condition ("If there is no response, …") counts only where nothing else does. Texts that say nothing of a dose, or
that there is no recommendation, point nowhere, and nothing is compared with them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from loaders.references.folder import reference_file
from loaders.text_tables import Row, read_text_table


class Advice(StrEnum):
    """Which way a recommendation points."""

    STANDARD = "the usual dose"
    LESS = "a lower dose"
    MORE = "a higher dose"
    OTHER = "another medicine"
    MEASURE = "a measurement first"


_WORDS: Mapping[Advice, re.Pattern[str]] = {
    Advice.STANDARD: re.compile(
        r"per standard dosing|standard (recommended )?dos|standard of care dos|label.recommended|according to the product label"
        r"|with (the )?recommended (starting|maintenance) dos|normal starting dose|desired starting dose|no reason to withhold"
        r"|no need to avoid|no indication to change|insufficient evidence demonstrating"
    ),
    Advice.LESS: re.compile(r"reduc|lower dose|(starting|start) (at|with) \d+.\d+%"),
    Advice.MORE: re.compile(r"increase (the )?starting dose|higher (target|starting) dose"),
    Advice.OTHER: re.compile(r"(?<!need to )\bavoid\b|contraindicated|not recommended|do not use|alternative"),
    Advice.MEASURE: re.compile(r"must be measured"),
}
_SILENT = "no recommendation"
_CONDITIONAL = re.compile(r"\s*if\b")
_SENTENCE = re.compile(r"(?<=[.;])\s+")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What CPIC recommends for one medicine and one group of genotypes.

    Attributes:
        record: its key in the reference, ``guideline/medicine/group``.
        medicine: the medicine's name in lower case.
        phenotype: gene and phenotype in lower case (``cyp2d6 poor metabolizer``); empty when the group has several genes.
        advice: which ways the text points; none when it says nothing of a dose.
    """

    record: str
    medicine: str
    phenotype: str
    advice: frozenset[Advice]


def cpic_recommendations(shared: Path) -> Iterator[Recommendation]:
    """All recommendations of the tables of 2020, one for each medicine that a row names."""
    for row in read_text_table(reference_file(shared, "cpic", "cpic_recommendations_2020.tsv.gz"), "\t"):
        advice = advice_of(row["recommendations"])
        for medicine in row["drugs"].split(";"):
            record = f"{row['guideline_id']}/{medicine}/{row['group'].strip()}"
            yield Recommendation(record, medicine.strip().lower(), _phenotype(row), advice)


def advice_of(text: str) -> frozenset[Advice]:
    """Which ways a recommendation's text points.

    >>> sorted(advice_of("Avoid codeine use. If no response, consider a lower dose."))
    [<Advice.OTHER: 'another medicine'>]
    """
    if text.lower().startswith(_SILENT):
        return frozenset()
    sentences = [sentence for sentence in _SENTENCE.split(text.lower()) if sentence]
    plain = _pointing(sentence for sentence in sentences if not _CONDITIONAL.match(sentence))
    return plain or _pointing(iter(sentences))


def _pointing(sentences: Iterator[str]) -> frozenset[Advice]:
    kept = list(sentences)
    return frozenset(advice for advice, words in _WORDS.items() if any(words.search(sentence) for sentence in kept))


def _phenotype(row: Row) -> str:
    genes, group = row["genes"].lower().split(";"), " ".join(row["group"].lower().split())
    named = [gene for gene in genes if gene in group]
    if len(named) == 1:
        return group if group.startswith(named[0]) and group.count(named[0]) == 1 else ""
    return f"{genes[0]} {group}" if len(genes) == 1 else ""
