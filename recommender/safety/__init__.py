"""Safety: what must not be given to this patient, and what has to be watched, each with a proof.

``screen`` runs every rule over the candidates before anything is ranked. A rule is a small module with a ``Rule`` of one shape
(``findings``); it answers findings that exclude, caution or note. What a rule cannot check it does not pass in silence: a rule
that fails, or whose reference data the graph lacks, excludes with that reason.
"""
