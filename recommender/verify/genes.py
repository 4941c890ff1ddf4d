"""Verifies proofs by pharmacogenomics: what a guideline says for a phenotype, or that a phenotype could not be told."""

from recommender.verify.conclusion import Conclusion
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError

CHANGES = ("avoid", "alternative", "reduce", "increase", "monitor")
"""What a guideline may advise, "no change" left out."""


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    fact, name = trial.fact_of("HAS_PHENOTYPE"), trial.proof.medicine.name
    trial.follow(f"(?:VARIANT_OF> <VARIANT_OF )?AFFECTS_RESPONSE> {INSIDE}")
    trial.end_inside()
    action = trial.proof.edges[trial.place("AFFECTS_RESPONSE")].properties.get("action")
    if fact.node is None or action not in CHANGES:
        raise NotProvedError(f"nothing follows where a guideline says {action}")
    told = fact.properties.get("diplotype")
    phenotype = f"{fact.node.name} ({told})" if told else fact.node.name
    if not trial.node(fact.node.id).properties.get("indeterminate"):
        trial.start_at_fact()
        trial.follow(f"AFFECTS_RESPONSE> {INSIDE}")
        return Conclusion("exclude" if action == "avoid" else "caution", f"{phenotype}: {action} for {name}")
    _check_gene(trial, fact.node.id)
    return Conclusion("caution", f"{phenotype}: the response to {name} cannot be told")


def _check_gene(trial: Trial, phenotype: str) -> None:
    """An indeterminate phenotype speaks for every medicine that another of its gene matters to."""
    other = trial.proof.nodes[trial.place("AFFECTS_RESPONSE")].id
    gene = trial.node(phenotype).properties.get("gene")
    if other == phenotype or not gene or trial.node(other).properties.get("gene") != gene:
        raise NotProvedError("the advice is for no other phenotype of the same gene")
    if trial.steps.startswith("VARIANT_OF"):
        trial.start_at_fact()
