"""Blood risk: which advice the blood values of a patient call for, by rules first and by what was learned second.

``reference`` knows ranges, ``panel`` the values of a patient, ``signs`` what an abnormal value points at; ``findings`` judges
each value, which makes the floor; ``care`` finds what helps in the graph; ``predictor`` puts a learned risk beside the rules.
"""
