"""The formulary's tables: medicines, conditions and what is known between them, by id, every row with its source.

``tables`` has the shape of each file, ``nodes`` and ``edges`` say what a row becomes, ``source`` is the format itself.
"""
