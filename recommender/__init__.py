"""The recommender: from what is known of a patient to medicines, each with the paths that led to it.

``record`` and ``case`` say what is known, ``evidence`` weighs it, ``walk`` follows the ``metapaths`` from there, ``scoring``
adds up, ``safety`` rules out, ``explain`` shows the paths, and ``service`` puts them together into an ``answer``.
"""
