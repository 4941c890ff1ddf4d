"""Safety over a generated cohort: the engine's verdicts beside those of an oracle that reads nothing but the raw tables.

``tables`` reads the CSV files, ``patient`` is a plain person, ``oracle`` (with ``allergies``, ``therapies`` and ``measures``)
says what must follow; none of them imports the engine. ``patients`` draws adversarial people, ``filing`` puts them where the
engine finds them, ``trial`` compares. ``python -m tests.safety_cohort --patients 100000`` runs it at length.
"""
