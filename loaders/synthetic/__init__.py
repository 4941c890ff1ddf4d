"""A synthetic population of any size: people whose diagnoses, results and therapies hang together, none of whom ever lived.

:func:`write_cohort` is the door. Parameters lie in ``data/synthetic/``: rates by age and sex, links between conditions, what
conditions do to results, allergies, phenotypes, outcomes and the sentences of reviews. The order of the modules is that of a
patient's making: ``people`` (who, with which diagnoses, from the rates that ``health`` fits), ``results``, ``traits``,
``therapy``, ``reviews``.

:func:`write_table` is the door to tables for predictors, a row a person and the true probability of each known:
``table_settings``, ``table_rows``, ``table_file``.
"""

from loaders.synthetic.cohort import write_cohort
from loaders.synthetic.table_file import write_table
from loaders.synthetic.tables import CohortError

__all__ = ["CohortError", "write_cohort", "write_table"]
